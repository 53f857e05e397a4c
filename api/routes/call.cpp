#include "api/routes/call.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "api/routes/route_views.h"

namespace recourse::routes {
namespace {

Error bad_query(std::string_view name, std::string_view wants) {
  return {ErrorCode::invalid,
          "query parameter '" + std::string(name) + "' must be " + std::string(wants)};
}

std::optional<std::int64_t> decimal(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

bool Call::has(std::string_view query_parameter) const {
  return std::any_of(request.query.begin(), request.query.end(),
                     [&](const auto& item) { return item.first == query_parameter; });
}

void respond(const Call& call, http::Response response) {
  if (call.position && !response.headers.find("Recourse-Position"))
    response.headers.add("Recourse-Position", std::to_string(call.position->value()));
  const bool behind =
      !call.tenant.value().empty() && !call.app.writer.behind(call.ledger).empty();
  if (behind || call.app.writer.failed()) response.headers.set("Recourse-View", "stale");
  call.reply(std::move(response));
}

void refuse(const Call& call, const Error& found, const std::vector<http::Member>& members) {
  const Error error = with_older_rows(call, found);
  if (http::problem_kind(error.code).status == 500)
    spdlog::error("{} failed: {}", call.request.path(), error.message);
  http::Response response = http::problem(error, members);
  if (response.status == 503) response.headers.set("Retry-After", "1");
  respond(call, std::move(response));
}

Result<std::string> id_parameter(const Call& call, std::string_view name) {
  const std::string& id = call.request.parameter(name);
  const bool good = id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '_' || c == '-';
                    });
  if (!good) return Error{ErrorCode::not_found, "no such " + std::string(name)};
  return id;
}

Result<std::optional<std::string>> query_text(const Call& call, std::string_view name) {
  RECOURSE_LET(const auto value, call.request.query_value(name));
  if (!value) return std::optional<std::string>();
  return std::optional(std::string(*value));
}

Result<std::optional<std::int64_t>> query_number(const Call& call, std::string_view name,
                                                 std::int64_t least, std::int64_t most) {
  RECOURSE_LET(const auto value, call.request.query_value(name));
  if (!value) return std::optional<std::int64_t>();
  const auto number = decimal(*value);
  if (!number || *number < least || *number > most)
    return bad_query(name,
                     "a number from " + std::to_string(least) + " to " + std::to_string(most));
  return number;
}

Result<bool> query_flag(const Call& call, std::string_view name) {
  RECOURSE_LET(const auto value, call.request.query_value(name));
  if (!value) return false;
  if (*value != "true" && *value != "false") return bad_query(name, "true or false");
  return *value == "true";
}

Result<std::optional<std::chrono::milliseconds>> query_duration(const Call& call,
                                                                std::string_view name) {
  RECOURSE_LET(const auto value, call.request.query_value(name));
  if (!value) return std::optional<std::chrono::milliseconds>();
  std::string_view text = *value;
  std::int64_t unit_ms = 1000;
  if (text.ends_with("ms")) {
    unit_ms = 1;
    text.remove_suffix(2);
  } else if (text.ends_with('s')) {
    text.remove_suffix(1);
  }
  const auto number = decimal(text);
  if (!number || *number < 0 || *number > 3'600'000)
    return bad_query(name, "a duration such as 25s or 500ms");
  return std::optional(std::chrono::milliseconds(*number * unit_ms));
}

Status only_query(const Call& call, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : call.request.query)
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string list;
      for (const std::string_view one : known) list.append(list.empty() ? "" : ", ").append(one);
      return Error{ErrorCode::invalid, "no query parameter of that name here" +
                                           (list.empty() ? "" : "; known: " + list)};
    }
  return {};
}

}  // namespace recourse::routes
