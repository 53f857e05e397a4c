#include "engine/ledger/sealed_places.h"

#include <algorithm>

namespace recourse {

Status each_sealed(const Ledger& ledger, LedgerId id, Position from, Position to,
                   std::string_view mark, const std::function<void(const MetSealed&)>& visit) {
  Status unreadable;
  RECOURSE_TRY(ledger.scan(id, from, to, [&](Position position, std::string_view leaf) {
    if (leaf.find("\"$sealed\":") == leaf.npos) return true;
    if (!mark.empty() && leaf.find(mark) == leaf.npos) return true;
    Result<RecordedEvent> event = read_leaf(leaf);
    if (!event) {
      unreadable = Error{event.error().code, "event " + std::to_string(position.value()) + ": " +
                                                 event.error().message};
      return false;
    }
    SealedOrdinal ordinal = 0;
    for_each_sealed(event->data, [&](const std::string& pointer, Sealed& sealed) {
      visit({*event, ordinal++, pointer, sealed});
    });
    return true;
  }));
  return unreadable;
}

Status each_sealed_of(const Ledger& ledger, LedgerId id, Position from, Position to,
                      const std::unordered_set<std::string>& people,
                      const std::function<void(const MetSealed&)>& visit) {
  const std::string mark = people.size() == 1 ? '"' + *people.begin() + '"' : "";
  return each_sealed(ledger, id, from, to, mark, [&](const MetSealed& met) {
    const auto& named = met.sealed.subjects;
    if (std::any_of(named.begin(), named.end(),
                    [&](const std::string& one) { return people.contains(one); }))
      visit(met);
  });
}

Status each_sealed_in_bucket(const Ledger& ledger, LedgerId id, std::string_view retention,
                             std::string_view month,
                             const std::function<void(const MetSealed&)>& visit) {
  RECOURSE_LET(const auto bounds, bounds_of_month(month));
  RECOURSE_LET(const Position from, ledger.first_at_or_after(id, bounds.first));
  RECOURSE_LET(const Position to, ledger.first_at_or_after(id, bounds.second));
  const std::string mark = '"' + std::string(retention) + '"';
  return each_sealed(ledger, id, from, to, mark, [&](const MetSealed& met) {
    if (met.sealed.retention == retention) visit(met);
  });
}

Result<std::pair<Timestamp, Timestamp>> bounds_of_month(std::string_view month) {
  RECOURSE_LET(const Timestamp first, from_rfc3339(std::string(month) + "-01T00:00:00Z"));
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(first));
  const auto next = std::chrono::sys_days(day + std::chrono::months(1));
  return std::pair(first, Timestamp(next));
}

}  // namespace recourse
