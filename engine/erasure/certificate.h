#pragma once

#include "engine/decision/privacy_state.h"
#include "engine/ledger/signer.h"

namespace recourse {

/// What a certificate of erasure says, read from a verified note. docs/format/erasure.md.
struct ErasureStatement {
  std::string request, subject, origin, event;
  std::int64_t position = 0, fields = 0, vault_rows = 0, directory_rows = 0, blobs = 0, epoch = 0;
  Hash leaf{}, root{};
  std::string time, method, assurance;
};

/// The text that is signed: a function of the leaf of subject.erased and of the epoch that was
/// retired, so that it can be made again at any time. Errors: not_found, corrupt; those of the
/// leaves.
Result<std::string> certificate_text(const Ledger& ledger, const LedgerInfo& info,
                                     Position erased_at, std::int64_t epoch, Assurance assurance);

/// The certificate of a certified request, as a signed note. Errors: conflict before it is
/// certified; corrupt when no report key that was ever used gives the one that was recorded.
Result<std::string> certificate_of(const Ledger& ledger, const Signer& signer,
                                   const LedgerInfo& info, const DsrState& dsr);

/// Reads the text of a note. Errors: invalid.
Result<ErasureStatement> read_certificate(std::string_view text);

/// Compares a certificate with the ledger that it speaks of: the leaf, the list of values, and that
/// nothing of it opens. Errors: not_found for a foreign ledger; corrupt, saying what does not hold.
Status check_certificate(const Ledger& ledger, const ErasureStatement& statement);

}  // namespace recourse
