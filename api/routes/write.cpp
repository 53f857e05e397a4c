#include "api/routes/write.h"

#include <charconv>

#include "api/routes/count_events.h"
#include "api/routes/count_input.h"
#include "api/routes/json_object.h"
#include "api/routes/route_table.h"

namespace recourse::routes {
namespace {

/// What makes two requests the same one (RULINGS 4): method, path and canonical body.
std::string fingerprint(const http::Request& request, std::string_view body) {
  std::string out(http::name(request.method));
  out += '\n';
  out += request.path();
  out += '\n';
  out += body;
  return out;
}

Result<std::optional<StoredRequest>> find_stored(const Call& call, const TenantId& tenant,
                                                 const std::string& key) {
  if (key.empty()) return std::optional<StoredRequest>();
  const auto info = call.app.ledger.find_tenant(tenant);
  if (!info) return std::optional<StoredRequest>();
  return call.app.ledger.find_request(
      info->ledger, call.app.ledger.request_key(info->ledger, call.principal.id.value(), key));
}

/// Whether the request was made before, so that no limit keeps its answer back.
bool is_repeat(const Call& call, const WriteRequest& request) {
  const auto stored = find_stored(call, request.tenant, request.idempotency_key);
  return stored && stored->has_value();
}

/// Takes from the limit on writes; false when the request was answered with 429.
bool admit(const Call& call, const WriteRequest& request) {
  if (call.route.surface != Surface::native) return true;
  http::Throttle& limit = call.app.writes;
  const auto verdict = limit.take(call.principal.key.value(), std::chrono::steady_clock::now());
  if (verdict.allowed || is_repeat(call, request)) return true;
  call.app.metrics.throttled.with({"native-writes"}).add();
  http::Response response =
      http::problem(429, "quota-exceeded", "Too many requests",
                    "past the limit of this key; wait as long as Retry-After says",
                    http::Outcome::rejected, {{"violated-policies", R"(["native-writes"])"}});
  limit.describe(verdict, response);
  respond(call, std::move(response));
  return false;
}

/// What a decision finds wrong with a request that could be read is the request's content: 422, as
/// for a body against its schema. 400 is for what could not be read at all.
void refuse_command(const Call& call, const Error& error,
                    const std::vector<http::Member>& members) {
  if (call.route.surface == Surface::native && error.code == ErrorCode::invalid)
    return respond(call, unprocessable({{"", error.message}}));
  refuse(call, error, members);
}

/// What becomes of the answer.
struct Ending {
  Answer answer;
  std::function<void(const Error&)> refused = {};  ///< Told of an error before it is answered.
};

std::function<void(const Error&)> note_refusal(const CallPtr& call, const Command& command) {
  return [call, refusal = Refusal(command)](const Error& error) { refusal.note(*call, error); };
}

void hand_on(const CallPtr& call, std::string_view body, WriteRequest request, Ending ending,
             WriteOptions options) {
  auto key = idempotency_key(call->request);
  if (!key) return refuse(*call, key.error());
  if (key->empty() && options.key_required)
    return refuse(*call, {ErrorCode::precondition_missing,
                          "this request needs the header Idempotency-Key, so that it can be "
                          "repeated safely"});
  request.principal = call->principal;
  request.idempotency_key = std::move(*key);
  request.fingerprint = fingerprint(call->request, body);
  if (!admit(*call, request)) return;
  call->app.writer.submit(
      std::move(request),
      [call, ending = std::move(ending), explain = std::move(options.explain)](Outcome outcome) {
        note_input(*call, outcome);
        if (!outcome && ending.refused) ending.refused(outcome.error());
        if (!outcome)
          return refuse_command(*call, outcome.error(),
                                explain ? explain(outcome.error()) : std::vector<http::Member>());
        if (!outcome->repeated) count_events(call->app.metrics, *outcome);
        http::Response response = ending.answer(*outcome);
        // Positions of another ledger say nothing about the caller's rows.
        if (!outcome->events.empty() && outcome->ledger == call->ledger)
          response.headers.set("Recourse-Position",
                               std::to_string(outcome->events.back().position.value()));
        if (outcome->repeated) response.headers.set("Idempotency-Replayed", "true");
        respond(*call, std::move(response));
      });
}

}  // namespace

Result<std::optional<StoredRequest>> stored_request(const Call& call) {
  RECOURSE_LET(const std::string key, idempotency_key(call.request));
  return find_stored(call, call.tenant, key);
}

Result<std::string> idempotency_key(const http::Request& request) {
  const Error bad{ErrorCode::invalid,
                  "Idempotency-Key: 1 to 255 visible ASCII characters, with or without quotes"};
  const auto header = request.headers.find("Idempotency-Key");
  if (!header) return std::string();
  std::string_view text = *header;
  std::string key;
  if (text.starts_with('"')) {
    if (text.size() < 2 || !text.ends_with('"')) return bad;
    text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '"') return bad;
      if (text[i] == '\\') {
        if (++i == text.size() || (text[i] != '"' && text[i] != '\\')) return bad;
      }
      key += text[i];
    }
  } else {
    key = text;
  }
  if (key.empty() || key.size() > 255) return bad;
  for (const char c : key)
    if (c <= ' ' || c > '~') return bad;
  return key;
}

Result<Writer::Repeatable> repeatable(const Call& call, const Body& body) {
  RECOURSE_LET(std::string key, idempotency_key(call.request));
  if (key.empty())
    return Error{ErrorCode::precondition_missing,
                 "this request needs the header Idempotency-Key, so that it can be repeated "
                 "safely"};
  // "\n" cannot be part of a key, so one caller's never meets another's.
  return Writer::Repeatable{call.principal.id.value() + '\n' + key,
                            fingerprint(call.request, body.canonical)};
}

Result<std::optional<std::int64_t>> if_match(const http::Request& request) {
  const auto header = request.headers.find("If-Match");
  if (!header) return std::optional<std::int64_t>();
  std::string_view text = *header;
  std::int64_t version = 0;
  if (text.size() >= 3 && text.starts_with('"') && text.ends_with('"')) {
    text = text.substr(1, text.size() - 2);
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (fault == std::errc() && end == text.data() + text.size() && version >= 0)
      return std::optional(version);
  }
  return Error{ErrorCode::invalid, "If-Match must be one version in quotes, as ETag gave it"};
}

std::string receipt_json(const Committed& committed) {
  JsonObject receipt;
  if (!committed.events.empty())
    receipt.text("origin", committed.events.front().source)
        .number("first_position", committed.events.front().position.value());
  receipt.number("count", static_cast<std::uint64_t>(committed.events.size()))
      .number("size", committed.head.size.value())
      .value("root", committed.head.root);
  return std::move(receipt).take();
}

http::Response accepted(const Committed& committed, JsonObject object, int status) {
  object.raw("receipt", receipt_json(committed));
  return http::json(std::move(object).take(), status);
}

void submit(const CallPtr& call, std::string_view body, Command command, Answer answer,
            WriteOptions options) {
  const auto noted = note_refusal(call, command);
  if (const auto* ticket = std::get_if<OpenTicket>(&command))
    name_input_channel(*call, ticket->channel);
  if (!may(call->principal, command)) {
    const Error error{ErrorCode::forbidden,
                      "this key may not give the command " + std::string(name(command))};
    noted(error);
    return refuse(*call, error);
  }
  WriteRequest request =
      command_request(call->tenant, call->principal, std::move(command), options.requester_address);
  hand_on(call, body, std::move(request), {std::move(answer), noted}, std::move(options));
}

void submit_for_deployment(const CallPtr& call, std::string_view body, Command command,
                           Answer answer) {
  if (!satisfies(call->principal, call->tenant, Needs::deployment))
    return refuse(*call, {ErrorCode::forbidden,
                          "this is about all tenants: an admin of the tenant default may do it"});
  const auto noted = note_refusal(call, command);
  hand_on(call, body, command_request(TenantId("meta"), call->principal, std::move(command)),
          {std::move(answer), noted}, {});
}

void submit(const CallPtr& call, std::string_view body, WriteRequest request, Answer answer,
            WriteOptions options) {
  std::function<void(const Error&)> noted;
  if (options.refusal)
    noted = [call, refusal = *options.refusal](const Error& error) { refusal.note(*call, error); };
  hand_on(call, body, std::move(request), {std::move(answer), std::move(noted)},
          std::move(options));
}

}  // namespace recourse::routes
