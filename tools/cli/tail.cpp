#include <chrono>
#include <thread>

#include "engine/event/parse_json.h"
#include "tools/audit/continuation.h"
#include "tools/audit/event_filter.h"
#include "tools/audit/locate.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_tail.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;
/// How often the directory of a running server is looked at.
constexpr auto kFollowEvery = 300ms;
constexpr std::uint64_t kLookedAtAtOnce = 65'536;

/// One event for a person: what, when, about which ticket, by whom. False once nobody reads.
bool print_event(std::string_view leaf, bool json) {
  if (json) return print_line(leaf);
  const auto head = read_leaf_head(leaf);
  if (!head) return print_line(leaf);
  std::string type = head->type;
  if (type.starts_with("recourse.")) type.erase(0, 9);
  if (const auto version = type.rfind(".v"); version != std::string::npos) type.erase(version);
  std::string position = std::to_string(head->position.value());
  position.insert(0, position.size() < 7 ? 7 - position.size() : 0, ' ');
  type.resize(std::max<std::size_t>(type.size(), 24), ' ');
  const bool printed = print_line(
      position + "  " + to_rfc3339(head->time).substr(0, 19) + "Z  " + type + "  " +
      (head->subject.empty() ? head->stream : head->subject) + "  by " + head->actor.id.value());
  return printed;
}

/// What the newest events that are wanted begin at, found from the end backwards.
Result<std::uint64_t> begin_of_last(const Ledger& ledger, LedgerId id, const EventFilter& filter,
                                    std::uint64_t last, std::uint64_t size) {
  if (!filter.any()) return size - std::min(size, last);
  std::uint64_t left = last, begin = size;
  while (left > 0 && begin > 0) {
    const std::uint64_t end = begin;
    begin -= std::min(begin, kLookedAtAtOnce);
    std::vector<std::uint64_t> wanted;
    RECOURSE_TRY(
        ledger.scan(id, Position(begin), Position(end), [&](Position at, std::string_view leaf) {
          if (passes(filter, leaf)) wanted.push_back(at.value());
          return true;
        }));
    if (wanted.size() >= left) return wanted[wanted.size() - left];
    left -= wanted.size();
  }
  return begin;
}

Result<EventFilter> filter_of(const TailFlags& flags) {
  EventFilter filter;
  RECOURSE_LET(filter.types, event_types_named(flags.types));
  filter.actor = flags.actor;
  return filter;
}

Result<std::string> ticket_of(const Ledger& ledger, LedgerId id, const std::string& text) {
  RECOURSE_LET(const Target target, find_target(ledger, nullptr, id, text));
  if (!target.ticket || target.action)
    return Error{ErrorCode::invalid, "--ticket is a ticket's id (tkt_…) or number"};
  return target.ticket->value();
}

int tail_directory(const TailFlags& flags, EventFilter filter) {
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger) return complain("tail", ledger.error());
  const auto info = find_ledger(**ledger, flags.tenant);
  if (!info) return complain("tail", info.error());
  if (!flags.ticket.empty()) {
    auto ticket = ticket_of(**ledger, info->ledger, flags.ticket);
    if (!ticket) return complain("tail", ticket.error());
    filter.subject = std::move(*ticket);
  }
  std::uint64_t size = (*ledger)->head(info->ledger).size.value();
  const auto begin = flags.after ? Result<std::uint64_t>(*flags.after + 1)
                                 : begin_of_last(**ledger, info->ledger, filter, flags.last, size);
  if (!begin) return complain("tail", begin.error());
  std::uint64_t next = *begin;
  if (next > size && !info->closed.empty()) {
    const auto told = continuations_of(**ledger, *info);
    if (!told) return complain("tail", told.error());
    return complain(
        "tail",
        "position " + std::to_string(next - 1) + " is beyond this log: " + to_text(told->back()),
        "read on with --after " + std::to_string(info->closed.back().kept.size.value() - 1),
        kFoundProblem);
  }
  bool read = true;
  while (true) {
    const Status scanned =
        (*ledger)->scan(info->ledger, Position(next), Position(size),
                        [&](Position position, std::string_view leaf) {
                          next = position.value() + 1;
                          return read = !passes(filter, leaf) || print_event(leaf, flags.json);
                        });
    if (!scanned) return complain("tail", scanned.error());
    if (std::fflush(stdout) != 0 || !read || !flags.follow) return kDone;
    std::this_thread::sleep_for(kFollowEvery);
    if (const Status refreshed = (*ledger)->refresh(); !refreshed)
      return complain("tail", refreshed.error());
    size = (*ledger)->head(info->ledger).size.value();
  }
}

Result<std::string> ticket_of(ServerClient& server, const std::string& text) {
  if (text.starts_with("tkt_")) return text;
  const std::string_view number = std::string_view(text).substr(text.starts_with('#') ? 1 : 0);
  RECOURSE_LET(const auto answer, server.get("/v1/tickets/" + percent_encoded(number)));
  RECOURSE_LET(const Json ticket, parse_json(answer.body));
  const Json* const id = ticket.find("ticket");
  if (id == nullptr || id->string() == nullptr)
    return Error{ErrorCode::unsupported, "the server's answer names no ticket"};
  return *id->string();
}

int tail_server(const TailFlags& flags, EventFilter filter) {
  auto server = ServerClient::open(flags);
  if (!server) return complain("tail", server.error());
  if (!flags.ticket.empty()) {
    auto ticket = ticket_of(*server, flags.ticket);
    if (!ticket) return complain("tail", ticket.error());
    filter.subject = std::move(*ticket);
  }
  ServerTail tail(*server, filter);
  const auto begin = flags.after ? Result<std::int64_t>(static_cast<std::int64_t>(*flags.after))
                                 : tail.begin_of_last(flags.last);
  if (!begin) return complain("tail", begin.error());
  for (std::int64_t at = *begin;;) {
    const auto page = tail.after(at, flags.follow);
    if (!page) return complain("tail", page.error());
    for (const std::string& leaf : page->leaves)
      if (!print_event(leaf, flags.json)) return kDone;
    if (std::fflush(stdout) != 0) return kDone;
    at = page->next;
    if (page->ended && !flags.follow) return kDone;
  }
}

}  // namespace

int main_tail(const TailFlags& flags) {
  auto filter = filter_of(flags);
  if (!filter) return complain("tail", filter.error());
  return flags.url.empty() ? tail_directory(flags, std::move(*filter))
                           : tail_server(flags, std::move(*filter));
}

}  // namespace recourse::cli
