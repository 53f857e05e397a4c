#include <chrono>
#include <thread>

#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;
/// How often the directory of a running server is looked at.
constexpr auto kFollowEvery = 300ms;
constexpr std::size_t kPageOfServer = 500;

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

int tail_directory(const TailFlags& flags) {
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger) return complain("tail", ledger.error());
  const auto info = find_ledger(**ledger, flags.tenant);
  if (!info) return complain("tail", info.error());
  std::uint64_t size = (*ledger)->head(info->ledger).size.value();
  std::uint64_t next = flags.after ? *flags.after + 1 : size - std::min(size, flags.last);
  bool read = true;
  while (true) {
    const Status scanned = (*ledger)->scan(info->ledger, Position(next), Position(size),
                                           [&](Position position, std::string_view leaf) {
                                             next = position.value() + 1;
                                             return read = print_event(leaf, flags.json);
                                           });
    if (!scanned) return complain("tail", scanned.error());
    if (std::fflush(stdout) != 0 || !read || !flags.follow) return kDone;
    std::this_thread::sleep_for(kFollowEvery);
    if (const Status refreshed = (*ledger)->refresh(); !refreshed)
      return complain("tail", refreshed.error());
    size = (*ledger)->head(info->ledger).size.value();
  }
}

/// Where to begin when the newest events are asked for: every answer says how far the log is.
Result<std::string> begin_at(ServerClient& server, const TailFlags& flags) {
  if (flags.after) return "after=" + std::to_string(*flags.after) + "&";
  RECOURSE_LET(const auto answer, server.get("/v1/events?limit=1"));
  const std::uint64_t newest = std::strtoull(answer.position.c_str(), nullptr, 10);
  if (answer.position.empty() || newest < flags.last) return std::string();
  return "after=" + std::to_string(newest - flags.last) + "&";
}

int tail_server(const TailFlags& flags) {
  auto server = ServerClient::open(flags);
  if (!server) return complain("tail", server.error());
  auto from = begin_at(*server, flags);
  if (!from) return complain("tail", from.error());
  while (true) {
    const auto answer =
        server->get("/v1/events?" + *from + "limit=" + std::to_string(kPageOfServer) +
                    (flags.follow ? "&wait=25s" : ""));
    if (!answer) return complain("tail", answer.error());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < answer->body.size();) {
      const std::size_t end = std::min(answer->body.find('\n', at), answer->body.size());
      const std::string_view leaf = std::string_view(answer->body).substr(at, end - at);
      at = end + 1;
      const auto head = read_leaf_head(leaf);
      if (!head) return complain("tail", head.error());
      *from = "after=" + std::to_string(head->position.value()) + "&";
      ++lines;
      if (!print_event(leaf, flags.json)) return kDone;
    }
    if (std::fflush(stdout) != 0) return kDone;
    if (lines < kPageOfServer && !flags.follow) return kDone;
  }
}

}  // namespace

int main_tail(const TailFlags& flags) {
  return flags.url.empty() ? tail_directory(flags) : tail_server(flags);
}

}  // namespace recourse::cli
