#include <chrono>
#include <thread>

#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

/// version n, at m events; nothing for a build that is not there.
std::string build_of(const Json& one, std::string_view name) {
  const Json* const build = one.find(name);
  if (build == nullptr) return {};
  return "v" + text_of(*build, "version") + " at " + text_of(*build, "applied");
}

/// What a projection stopped at and what its builds leave out.
void print_troubles(const Json& one) {
  const std::string name = text_of(one, "projection");
  if (const Json* const stopped = one.find("stopped"))
    print_line(name + " stopped at event " + text_of(*stopped, "position") + " (" +
               text_of(*stopped, "type") + "): " + text_of(*stopped, "cause"));
  for (const auto& [slot, words] : {std::pair("live", ""), std::pair("candidate", "the new build of ")}) {
    const Json* const build = one.find(slot);
    const Json* const parked = build != nullptr ? build->find("parked") : nullptr;
    if (parked == nullptr || parked->elements() == nullptr) continue;
    for (const Json& event : *parked->elements())
      print_line(words + name + " leaves out event " + text_of(event, "position") + " (" +
                 text_of(event, "type") + "): " + text_of(event, "cause"));
  }
}

void print_builds(const std::vector<const Json*>& all) {
  std::vector<std::vector<std::string>> rows{
      {"projection", "state", "served", "new build", "previous", "events", "fault"}};
  for (const Json* one : all)
    rows.push_back({text_of(*one, "projection"), text_of(*one, "state"), build_of(*one, "live"),
                    build_of(*one, "candidate"), build_of(*one, "previous"), text_of(*one, "head"),
                    text_of(*one, "fault")});
  print_table(rows);
  for (const Json* one : all) print_troubles(*one);
}

Result<Json> one_of(ServerClient& server, const std::string& projection) {
  RECOURSE_LET(const auto answer, server.get("/v1/projections"));
  RECOURSE_LET(const Json items, items_of(answer));
  for (const Json& one : *items.elements())
    if (text_of(one, "projection") == projection) return one;
  return Error{ErrorCode::not_found,
               "there is no projection " + projection + "; `recourse rebuild list` shows them"};
}

std::uint64_t number_of(const Json& json, std::string_view name) {
  const Json* const found = json.find(name);
  return found != nullptr && found->integer() ? static_cast<std::uint64_t>(*found->integer()) : 0;
}

/// Errors: conflict when the build stopped or somebody dropped it.
Status wait_for(ServerClient& server, const std::string& projection) {
  for (;;) {
    RECOURSE_LET(const Json one, one_of(server, projection));
    const Json* const build = one.find("candidate");
    if (build == nullptr) return Error{ErrorCode::conflict, "the build was dropped meanwhile"};
    if (!text_of(one, "fault").empty())
      return Error{ErrorCode::conflict, "the build stopped: " + text_of(one, "fault")};
    if (number_of(*build, "applied") >= number_of(one, "head")) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Status list_them(ServerClient& server, const ProjectionFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/projections"));
  RECOURSE_LET(const Json items, items_of(answer));
  if (flags.json) return print_json(items), Status();
  std::vector<const Json*> all;
  for (const Json& one : *items.elements()) all.push_back(&one);
  print_builds(all);
  return {};
}

Status show_one(ServerClient& server, const ProjectionFlags& flags) {
  RECOURSE_LET(const Json one, one_of(server, flags.projection));
  if (flags.json) return print_json(one), Status();
  print_builds({&one});
  return {};
}

Status show_diff(ServerClient& server, const ProjectionFlags& flags) {
  RECOURSE_LET(const auto answer,
               server.get("/v1/projections/" + percent_encoded(flags.projection) + "/diff"));
  RECOURSE_LET(const Json diff, parse_json(answer.body));
  if (flags.json) return print_json(diff), Status();
  const Json* const equal = diff.find("equal");
  if (equal != nullptr && equal->boolean() && *equal->boolean()) {
    print_line("Equal at " + text_of(diff, "size") + " events: digest " +
               text_of(diff, "candidate"));
    return {};
  }
  const Json* const whole = diff.find("whole");
  const bool all = whole == nullptr || !whole->boolean() || *whole->boolean();
  print_line("At " + text_of(diff, "size") + (all ? " events: " : " events, not all counted: ") +
             text_of(diff, "added") + " rows more, " +
             text_of(diff, "removed") + " fewer, " + text_of(diff, "changed") + " others.");
  const Json* const samples = diff.find("samples");
  if (samples == nullptr || samples->elements() == nullptr) return {};
  for (const Json& one : *samples->elements()) {
    print_line(text_of(one, "key"));
    for (const char* side : {"live", "candidate"})
      if (const Json* const row = one.find(side)) {
        print_line(std::string("  ") + side);
        print_json(*row);
      }
  }
  return {};
}

Status change(ServerClient& server, const ProjectionFlags& flags) {
  const std::string way = flags.verb == "run" ? "build" : flags.verb;
  Json body = Json::object();
  if (!flags.park.empty()) {
    Json types = Json::array();
    for (const std::string& type : flags.park) types.push_back(type);
    body.set("park", std::move(types));
  }
  RECOURSE_LET(const auto answer, server.post("/v1/projections/" +
                                                  percent_encoded(flags.projection) + '/' + way,
                                              std::move(body)));
  if (flags.wait) RECOURSE_TRY(wait_for(server, flags.projection));
  return show_one(server, flags);
}

}  // namespace

int main_projection(const ProjectionFlags& flags) {
  const std::string command = "rebuild " + flags.verb;
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "list"     ? list_them(*server, flags)
                      : flags.verb == "status" ? show_one(*server, flags)
                      : flags.verb == "diff"   ? show_diff(*server, flags)
                                               : change(*server, flags);
  return done ? kDone : complain(command, done.error());
}

}  // namespace recourse::cli
