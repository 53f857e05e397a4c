#pragma once

#include <string>
#include <vector>

#include "engine/decision/privacy_state.h"
#include "engine/event/json.h"
#include "engine/event/leaf.h"
#include "engine/ledger/signer.h"
#include "projections/view_store.h"

namespace recourse {

/// What a person is given who asks for the own data (GDPR Articles 15 and 20): the values in the
/// clear, each with the random part, leaf and inclusion proof that tie it to the signed head, and
/// what the law wants said besides. docs/format/subject-export.md.
struct SubjectExport {
  std::string json;  ///< Canonical JSON and a line end.
  std::string html;  ///< The same for people: one page that loads nothing.
  std::int64_t values = 0;
  std::int64_t withheld = 0;  ///< Values that are about others too, Article 15(4).
  std::int64_t erased = 0;    ///< Values whose time was over.
  LogSize size;               ///< Of the signed head.
  std::vector<DecisionExplained> explained;
};

/// Walks over the ledger up to its newest signed head, or to the kept one of size `at`. `dsr`: of
/// the request that is answered. Errors: unavailable when nothing is signed yet; not_found for a
/// head that is none; those of the leaves and of explain().
Result<SubjectExport> export_subject(const Ledger& ledger, const Signer& signer,
                                     const ViewStore& views, const LedgerInfo& info,
                                     const SubjectId& subject, const EntryId& dsr,
                                     std::optional<LogSize> at = {});

/// The page of an export.
std::string subject_page(const Json& exported);

}  // namespace recourse
