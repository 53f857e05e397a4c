#include <algorithm>

#include "api/routes/fact_form.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/writer/remove_access.h"

namespace recourse::routes {
namespace {

std::vector<PrincipalId> accounts(const Directory& directory, const DecisionContext& context) {
  std::vector<PrincipalId> ids;
  for (const ApiKey& key : living_keys(directory, TenantId(context.tenant), context.now))
    ids.push_back(key.principal.id);
  const auto before = [](const PrincipalId& a, const PrincipalId& b) {
    return a.value() < b.value();
  };
  std::sort(ids.begin(), ids.end(), before);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

http::Response fact_recorded(const Committed& committed) {
  JsonObject object;
  if (!committed.events.empty()) {
    const EventData& fact = committed.events.back().data;
    object.text("type", type_of(fact));
    const std::string entry = entry_of(fact);
    if (!entry.empty()) object.text("entry", entry);
  }
  return accepted(committed, std::move(object));
}

Result<const RecordRule*> rule_of(const Call& call) {
  const RecordRule* const rule = find_record_rule(call.request.parameter("type"));
  if (rule != nullptr) return rule;
  return Error{ErrorCode::not_found, "no such kind of record: GET /v1/records lists them"};
}

}  // namespace

void list_record_types(CallPtr call) {
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  std::string items;
  for (const RecordRule& rule : record_rules()) {
    JsonObject object;
    object.text("type", rule.type)
        .text("summary", rule.summary)
        .text("role", word(rule.least))
        .flag("machines", rule.machines)
        .raw("members", fact_members_json(rule));
    items += (items.empty() ? "" : ",") + std::move(object).take();
  }
  respond(*call, http::json("{\"items\":[" + items + "]}"));
}

void record_fact(CallPtr call) {
  const auto rule = rule_of(*call);
  if (!rule) return refuse(*call, rule.error());
  if (const Status allowed = may_record(**rule, call->principal); !allowed)
    return refuse(*call, allowed.error());
  EventData fact;
  Body body;
  if (!with_body(*call, body, [&](BodyReader& reader) { fact = read_fact(**rule, reader); }))
    return;
  WriteRequest request;
  request.tenant = call->tenant;
  const Directory& directory = call->app.writer.directory();
  if (const auto* removed = get_if<AccessRemoved>(&fact)) {
    request.alone = true;
    request.decide = remove_access(directory, *removed);
  } else {
    request.decide = [fact = std::move(fact), &directory](DecisionStep& step) {
      RecordContext context{step.context, {}};
      if (get_if<AccessReviewOpened>(&fact) != nullptr)
        context.accounts = accounts(directory, step.context);
      return recourse::record_fact(step.state, fact, context);
    };
  }
  submit(call, body.canonical, std::move(request), fact_recorded);
}

void list_entries(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good =
            only_query(*call, {"kind", "status", "limit", "cursor", "min_position"});
        !good)
      return refuse(*call, good.error());
    const auto asked_kind = query_text(*call, "kind");
    if (!asked_kind) return refuse(*call, asked_kind.error());
    const auto asked_status = query_text(*call, "status");
    if (!asked_status) return refuse(*call, asked_status.error());
    const std::optional<std::string>&kind = *asked_kind, &status = *asked_status;
    if (kind && !from_word<EntryKind>(*kind))
      return refuse(*call, {ErrorCode::invalid,
                            "kind: access_request, access_grant, access_notice, "
                            "access_review, change, alert, mandate or "
                            "incident_item"});
    if (status && !from_word<EntryStatus>(*status))
      return refuse(*call, {ErrorCode::invalid,
                            "status: open, approved, active, granted, triaged, "
                            "closed, removed, revoked or done"});
    const std::string list = "registers\n" + kind.value_or("") + '\n' + status.value_or("");
    then(call, page_request(*call, list), [&](const PageRequest& request) {
      const auto show = [&](const EntryState& row) {
        if (kind && word(row.kind) != *kind) return std::string();
        if (status && word(row.status) != *status) return std::string();
        return to_json(row);
      };
      then(call,
           state_rows<EntryState>(*call, call->ledger, "entry/", "an entry of a register", show,
                                  &request),
           [&](const StateRows& rows) {
             respond(*call, page(*call, request, rows.items, rows.last));
           });
    });
  });
}

void show_entry(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "entry"), [&](const std::string& id) {
      const auto row = call->app.views.row(view::decision_state(), call->ledger, "entry/" + id);
      if (!row && row.error().code == ErrorCode::not_found)
        return refuse(*call, {ErrorCode::not_found, "no such entry"});
      if (!row) return refuse(*call, row.error());
      respond(*call, http::json(*row));
    });
  });
}

}  // namespace recourse::routes
