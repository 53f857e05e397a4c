#pragma once

#include <vector>

#include "engine/decision/decide_privacy.h"
#include "engine/ledger/frontier.h"
#include "engine/ledger/ledger.h"

namespace recourse {

/// All that a ledger holds of one person, found by walking over its leaves: first the long way on
/// any thread, then the rest where nothing is added meanwhile. Threads: one at a time.
class PersonTrace {
 public:
  PersonTrace(LedgerId ledger, SubjectId person) : ledger_(ledger), person_(std::move(person)) {}

  /// Walks on to the durable head. Errors: those of the leaves.
  Status walk_on(const Ledger& ledger);

  const SubjectId& person() const { return person_; }
  const std::vector<SealedPlace>& places() const { return places_; }
  /// With the number of rows that an erasure would remove now. Errors: io, corrupt.
  Result<SubjectTrace> summary(const Ledger& ledger) const;

 private:
  const LedgerId ledger_;
  const SubjectId person_;
  LogSize walked_;
  std::vector<SealedPlace> places_;
  Frontier list_;
  SubjectTrace found_;
};

/// The bytes of one item of the list whose root stands in subject.erased, docs/format/erasure.md.
std::string erased_item(Position position, std::string_view pointer);

}  // namespace recourse
