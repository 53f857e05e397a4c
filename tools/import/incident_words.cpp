#include "tools/import/incident_words.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace recourse {

TicketStatus status_of_state(std::string_view state) {
  std::string lower(state);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? ' ' : c;
  });
  using Meaning = std::pair<std::string_view, TicketStatus>;
  constexpr std::array kStates{
      Meaning{"new", TicketStatus::new_},          Meaning{"1", TicketStatus::new_},
      Meaning{"on hold", TicketStatus::on_hold},   Meaning{"3", TicketStatus::on_hold},
      Meaning{"resolved", TicketStatus::resolved}, Meaning{"6", TicketStatus::resolved},
      Meaning{"closed", TicketStatus::closed},     Meaning{"7", TicketStatus::closed},
      Meaning{"canceled", TicketStatus::closed},   Meaning{"cancelled", TicketStatus::closed},
      Meaning{"8", TicketStatus::closed}};
  for (const auto& [word, status] : kStates)
    if (lower == word) return status;
  if (!lower.starts_with("awaiting")) return TicketStatus::open;
  const auto names = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  return names("user") || names("caller") || names("customer") || names("requester")
             ? TicketStatus::pending
             : TicketStatus::on_hold;
}

}  // namespace recourse
