#include "api/routes/policy_state.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/policy/policy_document.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

JsonObject policy_object(const PolicyState& policy, const TenantState& tenant) {
  JsonObject object;
  object.value("policy", policy.policy)
      .text("status", standing_of(policy, tenant))
      .value("digest", policy.digest)
      .value("drafted_by", policy.drafted_by)
      .value("drafted_at", policy.drafted_at)
      .value("backtest", policy.backtest)
      .value("activated_by", policy.activated_by)
      .value("activated_at", policy.activated_at)
      .value("mode", policy.mode);
  return object;
}

Result<std::string> policy_list(const Call& call, const TenantState& tenant) {
  RECOURSE_LET(const StateRows rows,
               state_rows<PolicyState>(call, call.ledger, "policy/", "a policy's row",
                                       [&](const PolicyState& policy) {
                                         return policy_object(policy, tenant).take();
                                       }));
  return '[' + rows.items + ']';
}

void answer_policies(const CallPtr& call, const TenantState& tenant,
                     const std::optional<std::string>& wanted) {
  if (wanted) {
    then(call, policy_state(*call, *wanted), [&](const PolicyState& policy) {
      JsonObject object = policy_object(policy, tenant);
      object.raw("text", policy.text.text);
      respond(*call, http::json(std::move(object).take()));
    });
    return;
  }
  then(call, policy_list(*call, tenant), [&](const std::string& items) {
    JsonObject object;
    object.value("active", tenant.policy)
        .value("shadow", tenant.shadow_policy)
        .raw("text", tenant.policy_text.text.empty() ? "null" : tenant.policy_text.text)
        .raw("items", items);
    respond(*call, http::json(std::move(object).take()));
  });
}

http::Response drafted(const Committed& committed) {
  JsonObject object;
  if (const auto* policy = find_event<PolicyDrafted>(committed))
    object.value("policy", policy->policy)
        .value("digest", policy->digest)
        .raw("text", policy->text.text);
  return accepted(committed, std::move(object));
}

http::Response activated(const Committed& committed) {
  JsonObject object;
  if (const auto* policy = find_event<PolicyActivated>(committed))
    object.value("policy", policy->policy)
        .value("digest", policy->digest)
        .value("manifest_digest", policy->manifest_digest)
        .value("mode", policy->mode)
        .value("drafted_by", policy->drafted_by)
        .value("backtest", policy->backtest);
  return accepted(committed, std::move(object));
}

http::Response retired(const Committed& committed) {
  JsonObject object;
  if (const auto* policy = find_event<PolicyRetired>(committed))
    object.value("policy", policy->policy);
  return accepted(committed, std::move(object), 200);
}

http::Response reverted(const Committed& committed) {
  JsonObject object;
  if (const auto* policy = find_event<PolicyReverted>(committed))
    object.value("policy", policy->to).value("from", policy->from).value("digest", policy->digest);
  return accepted(committed, std::move(object), 200);
}

/// `document`, as people write it, or `text`, its JSON: exactly one of them. Returns JSON.
std::string policy_member(BodyReader& reader) {
  const auto document =
      reader.optional_text("document", BodyReader::TextLimits{1, std::size_t{256} << 10});
  const auto text = reader.optional_object_json("text");
  if (document.has_value() == text.has_value()) {
    reader.fault("document", "give either `document` (YAML or JSON as one text) or `text`");
    return {};
  }
  const auto policy = document ? read_policy_document(*document) : parse_policy(*text);
  if (policy) return policy_json(*policy);
  reader.fault(document ? "document" : "text", policy.error().message);
  return {};
}

}  // namespace

Result<TenantState> tenant_state(const Call& call, LedgerId ledger) {
  TenantState state;
  const auto row = call.app.views.row(view::decision_state(), ledger, "tenant/");
  if (!row && row.error().code == ErrorCode::not_found) return state;
  if (!row) return row.error();
  if (!decode_row(*row, state)) return Error{ErrorCode::corrupt, "a tenant's row"};
  return state;
}

Result<PolicyState> policy_state(const Call& call, const std::string& policy) {
  const Error unknown{ErrorCode::not_found, "no policy of that name and version"};
  // The name becomes part of a row's key.
  if (policy.empty() || policy.size() > 64 || policy.find('/') != std::string::npos) return unknown;
  const auto row = call.app.views.row(view::decision_state(), call.ledger, "policy/" + policy);
  if (!row && row.error().code == ErrorCode::not_found) return unknown;
  if (!row) return row.error();
  PolicyState state;
  if (!decode_row(*row, state)) return Error{ErrorCode::corrupt, "a policy's row"};
  return state;
}

void show_policies(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"policy", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, query_text(*call, "policy"), [&](const std::optional<std::string>& policy) {
      then(call, tenant_state(*call, call->ledger),
           [&](const TenantState& tenant) { answer_policies(call, tenant, policy); });
    });
  });
}

void check_policy(CallPtr call) {
  std::string text;
  Body body;
  if (!with_body(*call, body, [&](BodyReader& reader) { text = policy_member(reader); })) return;
  JsonObject object;
  object.flag("ok", true).raw("text", text);
  respond(*call, http::json(std::move(object).take()));
}

void draft_policy(CallPtr call) {
  DraftPolicy command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.policy = reader.code("policy");
    command.text = policy_member(reader);
  });
  if (good) submit(call, body.canonical, std::move(command), drafted);
}

void activate_policy(CallPtr call) {
  ActivatePolicy command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.policy = reader.code("policy");
    command.mode = reader.optional_word_of<PolicyMode>("mode").value_or(PolicyMode::enforce);
    command.text = reader.optional_object_json("text").value_or("");
    if (command.text.empty()) return;
    // The decision reads it again; here the fault gets its place in the body.
    if (const auto policy = parse_policy(command.text); !policy)
      reader.fault("text", policy.error().message);
  });
  if (good) submit(call, body.canonical, std::move(command), activated);
}

void retire_policy(CallPtr call) {
  RetirePolicy command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.policy = reader.code("policy");
    command.reason = reader.optional_text("reason");
  });
  if (good) submit(call, body.canonical, std::move(command), retired);
}

void revert_policy(CallPtr call) {
  RevertPolicy command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.policy = reader.code("policy");
    command.reason = reader.text("reason");
  });
  if (good) submit(call, body.canonical, std::move(command), reverted);
}

}  // namespace recourse::routes
