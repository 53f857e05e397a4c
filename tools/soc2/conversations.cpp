#include "tools/soc2/conversations.h"

#include <algorithm>
#include <vector>

#include "tools/soc2/chapter_writer.h"

namespace recourse::soc2 {
namespace {

/// An agent, or the program for one: what a person sends is theirs, whoever drafted it.
bool is_of_ai(const Seen& seen, const MessageSent& sent, const History& history) {
  if (sent.provenance.imported || sent.kind == MessageKind::note) return false;
  if (seen.event.actor.type == ActorType::agent) return true;
  if (seen.event.actor.type == ActorType::human || !sent.action) return false;
  const PastAction* const action = history.action(sent.action->value());
  return action != nullptr && action->proposer.type == ActorType::agent;
}

}  // namespace

void Conversations::see(const Seen& seen, const History& history) {
  if (seen.meta) return;
  if (const auto* told = seen.as<AiDisclosed>()) {
    Conversation& of = by_ticket_[told->ticket.value()];
    of.told = of.told || !of.first || of.first->time == seen.event.time;
  }
  const auto* const sent = seen.as<MessageSent>();
  if (sent == nullptr || !is_of_ai(seen, *sent, history)) return;
  Conversation& of = by_ticket_[sent->ticket.value()];
  if (of.first) return;
  of.first = row_for(seen);
  of.within = seen.within();
}

std::uint64_t Conversations::count() const {
  return static_cast<std::uint64_t>(std::count_if(
      by_ticket_.begin(), by_ticket_.end(), [](const auto& each) { return each.second.within; }));
}

Table Conversations::untold() const {
  Table table{"ai_untold",
              "Conversations in which an AI wrote and nobody had told so",
              {"position", "time", "event", "by", "about"},
              {},
              "The first message of an AI of each; AI Act, Article 50(1)."};
  std::map<Position, const Row*> rows;
  for (const auto& [ticket, of] : by_ticket_)
    if (of.within && !of.told) rows.emplace(of.first->index, &*of.first);
  for (const auto& [position, row] : rows)
    table.rows.push_back(
        {sequence_text(position), to_rfc3339(row->time), row->event, row->actor, row->subject});
  return table;
}

}  // namespace recourse::soc2
