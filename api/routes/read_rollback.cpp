#include "api/routes/read_rollback.h"

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

std::string step_digits(std::int64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  return digits;
}

/// A step as it was planned, with what has become of it.
std::string step_json(const RollbackStepRow& row) {
  std::string plan;
  append_json(plan, row.plan);
  // One object: the plan's members first, then the row's without the plan.
  plan.pop_back();
  JsonObject now;
  now.number("number", row.number)
      .value("status", row.status)
      .number("attempts", row.attempts)
      .value("lease_until", row.lease_until)
      .value("retry_at", row.retry_at)
      .value("code", row.code)
      .value("provider_ref", row.provider_ref)
      .value("result", row.result)
      .value("note", row.note)
      .value("by", row.by)
      .value("evidence_sha256", row.evidence_sha256)
      .value("waiver", row.waiver)
      .value("ended_at", row.ended_at);
  return plan + ',' + std::move(now).take().substr(1);
}

}  // namespace

Result<std::string> rollback_json(const Call& call, const RollbackId& rollback, std::int64_t first,
                                  std::int64_t limit) {
  const auto row =
      call.app.views.row(view::rollbacks(), call.ledger, "rollback/" + rollback.value());
  if (!row && row.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found, "no such rollback"};
  if (!row) return row.error();
  const std::string prefix = "step/" + rollback.value() + '/';
  std::string steps;
  std::int64_t count = 0;
  bool readable = true, more = false;
  RECOURSE_TRY(call.app.views.each(
      view::rollbacks(), call.ledger, prefix, first > 0 ? prefix + step_digits(first - 1) : "",
      ViewStore::Order::forward, [&](std::string_view, std::string_view json) {
        if (count == limit) {
          more = true;
          return false;
        }
        RollbackStepRow step;
        readable = decode_row(json, step);
        if (count++ > 0) steps += ',';
        if (readable) steps += step_json(step);
        return readable;
      }));
  if (!readable) return Error{ErrorCode::corrupt, "a rollback's step"};
  std::string out = *row;
  out.pop_back();
  out += ",\"steps\":[" + steps + "],\"next_step\":";
  out += more ? std::to_string(first + count) : "null";
  out += '}';
  return out;
}

void show_rollback(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good =
            only_query(*call, {"min_position", "from_step", "limit", kOpen, kPurpose});
        !good)
      return refuse(*call, good.error());
    const auto from = query_number(*call, "from_step", 0, 1'000'000);
    const auto limit = query_number(*call, "limit", 1, 1'000);
    if (!from) return refuse(*call, from.error());
    if (!limit) return refuse(*call, limit.error());
    then(call, id_parameter(*call, "rollback"), [&](const std::string& id) {
      then(call, rollback_json(*call, RollbackId(id), from->value_or(0), limit->value_or(100)),
           [&](std::string json) {
             std::vector<std::string> tickets;
             RollbackRow row;
             const auto stored =
                 call->app.views.row(view::rollbacks(), call->ledger, "rollback/" + id);
             if (stored && decode_row(*stored, row) && row.ticket)
               tickets.push_back(row.ticket->value());
             show(call, tickets, [call, json = std::move(json)](const Shown& shown) {
               answer_row(*call, shown, json);
             });
           });
    });
  });
}

void list_rollbacks(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "rollbacks"), [&](const PageRequest& request) {
      std::string items;
      std::size_t count = 0;
      std::optional<std::string> last;
      bool more = false;
      const Status read = call->app.views.each(view::rollbacks(), call->ledger, "rollback/",
                                               request.from, ViewStore::Order::backward,
                                               [&](std::string_view key, std::string_view json) {
                                                 if (count == request.limit) {
                                                   more = true;
                                                   return false;
                                                 }
                                                 if (count++ > 0) items += ',';
                                                 items += json;
                                                 last = std::string(key);
                                                 return true;
                                               });
      if (!read) return refuse(*call, read.error());
      if (!more) last.reset();
      respond(*call, page(*call, request, std::move(items), last));
    });
  });
}

}  // namespace recourse::routes
