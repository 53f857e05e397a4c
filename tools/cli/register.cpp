#include <charconv>

#include "engine/event/parse_json.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

Error wrong(std::string text) { return {ErrorCode::invalid, std::move(text)}; }

/// `text` as the JSON that a member of this kind takes. What it then must be is the server's to
/// say.
Result<Json> value_of(std::string_view kind, const std::string& name, const std::string& text) {
  if (kind == "integer") {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size())
      return wrong(name + ": a whole number, not " + text);
    return Json(number);
  }
  if (kind == "flag") {
    if (text == "true") return Json(true);
    if (text == "false") return Json(false);
    return wrong(name + ": true or false, not " + text);
  }
  if (kind != "list of names") return Json(text);
  Json list = Json::array();
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    list.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return list;
}

const Json* find_named(const Json& list, std::string_view key, std::string_view name) {
  for (const Json& one : *list.elements())
    if (text_of(one, key) == name) return &one;
  return nullptr;
}

std::string names_of(const Json& list, std::string_view key) {
  std::string names;
  for (const Json& one : *list.elements()) names += (names.empty() ? "" : ", ") + text_of(one, key);
  return names;
}

Result<Json> body_of(const Json& type, const std::vector<std::string>& members) {
  const Json* const known = type.find("members");
  if (known == nullptr || known->elements() == nullptr)
    return Error{ErrorCode::unsupported, "the server does not say what it takes"};
  Json body = Json::object();
  for (const std::string& member : members) {
    const auto equals = member.find('=');
    if (equals == std::string::npos || equals == 0) return wrong(member + " is not name=value");
    const std::string name = member.substr(0, equals);
    const Json* const described = find_named(*known, "name", name);
    if (described == nullptr)
      return wrong(text_of(type, "type") + " has no member " + name + "; it takes " +
                   names_of(*known, "name"));
    if (body.find(name) != nullptr) return wrong(name + " is given twice");
    RECOURSE_LET(Json value,
                 value_of(text_of(*described, "kind"), name, member.substr(equals + 1)));
    body.set(name, std::move(value));
  }
  return body;
}

Status show_types(ServerClient& server, const RegisterFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/records"));
  RECOURSE_LET(const Json items, items_of(answer));
  if (flags.json) return print_json(items), Status();
  for (const Json& type : *items.elements()) {
    print_line(text_of(type, "type") + "  " + text_of(type, "summary") + " (" +
               text_of(type, "role") + ")");
    const Json* const members = type.find("members");
    if (members == nullptr || members->elements() == nullptr) continue;
    for (const Json& member : *members->elements()) {
      const Json* const required = member.find("required");
      const bool needed = required != nullptr && required->boolean() && *required->boolean();
      std::string line = "    " + text_of(member, "name") + "=  " + text_of(member, "kind");
      if (const Json* const words = member.find("words"); words != nullptr && words->elements()) {
        line += ':';
        for (const Json& word : *words->elements()) line += ' ' + *word.string();
      }
      print_line(line + (needed ? ", required" : ""));
    }
  }
  return {};
}

Status record(ServerClient& server, const RegisterFlags& flags) {
  RECOURSE_LET(const auto types, server.get("/v1/records"));
  RECOURSE_LET(const Json items, items_of(types));
  const Json* const type = find_named(items, "type", flags.what);
  if (type == nullptr)
    return wrong("there is no kind of record " + flags.what + "; there are " +
                 names_of(items, "type"));
  RECOURSE_LET(const Json body, body_of(*type, flags.members));
  RECOURSE_LET(const auto answer, server.post("/v1/records/" + percent_encoded(flags.what), body));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  if (flags.json) return print_json(json), Status();
  const std::string entry = text_of(json, "entry");
  print_line("On record at position " + answer.position + ": " + flags.what +
             (entry.empty() ? "" : ", " + entry));
  return {};
}

Status list_them(ServerClient& server, const RegisterFlags& flags) {
  std::string path = "/v1/registers?limit=200";
  if (!flags.kind.empty()) path += "&kind=" + percent_encoded(flags.kind);
  if (!flags.status.empty()) path += "&status=" + percent_encoded(flags.status);
  Json all = Json::array();
  std::string cursor;
  do {
    RECOURSE_LET(const auto answer,
                 server.get(path + (cursor.empty() ? "" : "&cursor=" + percent_encoded(cursor))));
    RECOURSE_LET(const Json page, parse_json(answer.body));
    RECOURSE_LET(const Json items, items_of(answer));
    for (const Json& one : *items.elements()) all.push_back(one);
    cursor = text_of(page, "next_cursor");
  } while (!cursor.empty());
  if (flags.json) return print_json(all), Status();
  std::vector<std::vector<std::string>> rows{
      {"entry", "kind", "status", "about", "what", "due", "by"}};
  for (const Json& one : *all.elements())
    rows.push_back({text_of(one, "entry"), text_of(one, "kind"), text_of(one, "status"),
                    text_of(one, "about"), text_of(one, "what"), text_of(one, "due_at"),
                    text_of(one, "by")});
  if (rows.size() == 1) return print_line("There is no such entry."), Status();
  print_table(rows);
  return {};
}

Status show_one(ServerClient& server, const RegisterFlags& flags) {
  RECOURSE_LET(const auto answer, server.get("/v1/registers/" + percent_encoded(flags.what)));
  RECOURSE_LET(const Json json, parse_json(answer.body));
  if (flags.json || json.members() == nullptr) return print_json(json), Status();
  std::vector<std::vector<std::string>> rows{{"member", "value"}};
  for (const auto& [name, value] : *json.members()) {
    std::string text = text_of(json, name);
    if (text.empty() && value.boolean()) text = *value.boolean() ? "yes" : "no";
    if (!text.empty()) rows.push_back({name, text});
  }
  print_table(rows);
  return {};
}

}  // namespace

int main_register(const RegisterFlags& flags) {
  const std::string command = "register " + flags.verb;
  auto server = ServerClient::open(flags);
  if (!server) return complain(command, server.error());
  const Status done = flags.verb == "types"    ? show_types(*server, flags)
                      : flags.verb == "record" ? record(*server, flags)
                      : flags.verb == "list"   ? list_them(*server, flags)
                                               : show_one(*server, flags);
  return done ? kDone : complain(command, done.error());
}

}  // namespace recourse::cli
