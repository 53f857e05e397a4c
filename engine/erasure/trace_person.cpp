#include "engine/erasure/trace_person.h"

#include <algorithm>

#include "engine/ledger/sealed_places.h"
#include "engine/privacy/key_store.h"

namespace recourse {

std::string erased_item(Position position, std::string_view pointer) {
  return std::to_string(position.value()).append(1, ' ').append(pointer);
}

Status PersonTrace::walk_on(const Ledger& ledger) {
  const LogSize size = ledger.head(ledger_).size;
  RECOURSE_TRY(each_sealed_of(ledger, ledger_, Position(walked_.value()), Position(size.value()),
                              {person_.value()}, [&](const MetSealed& met) {
                                const RecordedEvent& event = met.event;
                                places_.push_back({event.subject, event.position, met.ordinal});
                                list_.append(leaf_hash(erased_item(event.position, met.pointer)));
                                ++found_.fields;
                                if (!found_.first) found_.first = event.time;
                                found_.last = event.time;
                                auto& groups = found_.groups;
                                if (std::find(groups.begin(), groups.end(), event.subject) ==
                                    groups.end())
                                  groups.push_back(event.subject);
                              }));
  walked_ = size;
  return {};
}

Result<SubjectTrace> PersonTrace::summary(const Ledger& ledger) const {
  SubjectTrace trace = found_;
  trace.root = list_.size() == 0 ? empty_root() : list_.root();
  RECOURSE_LET(const std::uint64_t rows, ledger.count_sealed(ledger_, places_));
  trace.vault_rows = static_cast<std::int64_t>(rows);
  RECOURSE_LET(const bool filed,
               ledger.keys().is_filed(KeyName::subject(ledger_, person_.value())));
  trace.directory_rows = filed ? 1 : 0;
  return trace;
}

}  // namespace recourse
