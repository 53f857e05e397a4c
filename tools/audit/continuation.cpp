#include "tools/audit/continuation.h"

namespace recourse {
namespace {

/// A stranger's text for a line of output: what is not printable ASCII becomes a question mark, as
/// in verify.py.
std::string plain(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
  return out;
}

Result<ToldContinuation> told_at(const Ledger& ledger, const LedgerInfo& info,
                                 const ClosedLog& closed) {
  ToldContinuation told;
  told.closed = closed;
  const std::uint64_t at = closed.kept.size.value();
  told.next = info.origin_at(Position(at));
  RECOURSE_TRY(ledger.scan(info.ledger, Position(at), Position(at + kMostTellingLeaves),
                           [&](Position position, std::string_view leaf) {
                             const auto event = read_leaf(leaf);
                             if (!event) return false;
                             if (position.value() == at) told.by = event->actor.id.value();
                             if (const auto* why = get_if<HeadAccepted>(&event->data))
                               told.reason = why->reason_code.text;
                             return true;
                           }));
  return told;
}

}  // namespace

Result<std::vector<ToldContinuation>> continuations_of(const Ledger& ledger,
                                                       const LedgerInfo& info) {
  std::vector<ToldContinuation> all;
  for (const ClosedLog& closed : info.closed) {
    RECOURSE_LET(ToldContinuation told, told_at(ledger, info, closed));
    all.push_back(std::move(told));
  }
  return all;
}

std::string to_text(const ToldContinuation& told) {
  const std::uint64_t kept = told.closed.kept.size.value(), lost_to = told.closed.lost_to.value();
  std::string text = plain(told.next) + " continues " + plain(told.closed.origin) + " at " +
                     std::to_string(kept) + " leaves; ";
  text += lost_to > kept ? "positions " + std::to_string(kept) + " to " +
                               std::to_string(lost_to - 1) + " of that are lost"
                         : "how many of that are lost is not known";
  if (!told.reason.empty()) text += ": " + plain(told.reason);
  if (!told.by.empty()) text += " (declared by " + plain(told.by) + ")";
  return text;
}

Json to_json(const std::vector<ToldContinuation>& told) {
  Json list = Json::array();
  for (const ToldContinuation& one : told)
    list.push_back(Json::object({{"origin", one.closed.origin},
                                 {"size", one.closed.kept.size.value()},
                                 {"lost_to", one.closed.lost_to.value()},
                                 {"next", one.next},
                                 {"reason", one.reason},
                                 {"by", one.by}}));
  return list;
}

}  // namespace recourse
