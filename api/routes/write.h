#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/routes/body_reader.h"
#include "api/routes/call.h"
#include "api/routes/json_object.h"
#include "api/routes/refusals.h"
#include "engine/command/commands.h"

namespace recourse::routes {

/// Makes the answer from what was committed, and from nothing else: a repeat of the request gets
/// the same one. Runs on the writer's thread, so it is short.
using Answer = std::function<http::Response(const Committed&)>;

struct WriteOptions {
  bool key_required = true;       ///< Refuse a request without Idempotency-Key.
  std::string requester_address;  ///< See command_request().
  /// Members of a problem that an error of this code gets.
  std::function<std::vector<http::Member>(const Error&)> explain;
  /// What to record when what no command describes is refused; default: nothing.
  std::optional<Refusal> refusal = {};
};

/// Gives `command` in the caller's name and answers when it is durable. That it was refused is
/// recorded, see refusals.h. `body`: its canonical text,
/// part of the fingerprint. Order: idempotency, limit, conditions, policy.
void submit(const CallPtr& call, std::string_view body, Command command, Answer answer,
            WriteOptions options = {});

/// The same for what no command describes. `request` brings `tenant` and `decide`.
void submit(const CallPtr& call, std::string_view body, WriteRequest request, Answer answer,
            WriteOptions options = {});

/// The same for a command about the whole deployment, which is recorded in the meta ledger. Errors:
/// forbidden for all but the deployment's admins.
void submit_for_deployment(const CallPtr& call, std::string_view body, Command command,
                           Answer answer);

/// What the caller's Idempotency-Key stands for already; none for a new one, or without one.
/// Errors: invalid; io.
Result<std::optional<StoredRequest>> stored_request(const Call& call);

/// The request's Idempotency-Key: a quoted string (draft-ietf-httpapi-idempotency-key-header) or
/// the same without quotes, 1 to 255 visible ASCII characters. Empty when there is none. Errors:
/// invalid.
Result<std::string> idempotency_key(const http::Request& request);

/// The same for what the writer does as a whole (keys, tenants): a name that is the caller's own.
/// Errors: invalid; precondition_missing.
Result<Writer::Repeatable> repeatable(const Call& call, const Body& body);

/// `If-Match: "<version>"` as a number. Errors: invalid.
Result<std::optional<std::int64_t>> if_match(const http::Request& request);

/// What a client keeps as proof: where its events are, and a head that covers them.
std::string receipt_json(const Committed& committed);

/// `object` with the receipt as a further member.
http::Response accepted(const Committed& committed, JsonObject object, int status = 201);

/// The first event of a type, or null.
template <class E>
const E* find_event(const Committed& committed) {
  for (const RecordedEvent& event : committed.events)
    if (const E* found = get_if<E>(&event.data)) return found;
  return nullptr;
}

}  // namespace recourse::routes
