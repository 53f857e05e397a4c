#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_table.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/decision/control_state.h"
#include "engine/writer/tenant_rollouts.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

constexpr std::string_view kRolloutRows = "rollout/";
constexpr std::size_t kMostUnits = 1'000;

/// A share in parts per million, null of nothing.
std::string share_json(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "null" : std::to_string(part * 1'000'000 / whole);
}

std::string average_json(std::int64_t sum, std::int64_t count, std::int64_t unit) {
  return count == 0 ? "null" : std::to_string(sum * unit / count);
}

std::string stage_json(const RolloutStage& stage) {
  JsonObject object;
  object.number("percent_bp", stage.percent_bp)
      .value("since", stage.since)
      .number("executed", stage.executed)
      .number("errors", stage.errors)
      .number("rollbacks", stage.rollbacks)
      .number("reopenings", stage.reopenings)
      .number("low_satisfaction", stage.low_satisfaction)
      .raw("error_rate_ppm", share_json(stage.errors, stage.executed))
      .raw("rollback_rate_ppm", share_json(stage.rollbacks, stage.executed))
      .raw("reopening_rate_ppm", share_json(stage.reopenings, stage.executed))
      .raw("average_confidence_ppm", average_json(stage.confidence_sum_ppm, stage.confidences, 1))
      .number("ratings", stage.ratings)
      .raw("average_rating_milli", average_json(stage.rating_sum, stage.ratings, 1'000));
  return std::move(object).take();
}

std::string rollout_json(const RolloutState& row) {
  JsonObject object;
  object.value("key", row.key)
      .value("unit", row.unit)
      .value("salt", row.salt)
      .number("percent_bp", row.percent_bp)
      .value("include", row.include)
      .value("types", row.types)
      .value("except_types", row.except_types)
      .value("guardrails", row.guardrails)
      .number("least", row.least)
      .value("stopped_by", row.breached);
  std::string stages = "[";
  for (const RolloutStage& stage : row.stages)
    stages.append(stages.size() > 1 ? "," : "").append(stage_json(stage));
  object.raw("stages", stages + ']');
  return std::move(object).take();
}

http::Response ramped(const Committed& committed) {
  JsonObject object;
  if (const auto* event = find_event<RolloutRamped>(committed))
    object.value("key", event->key)
        .value("unit", event->unit)
        .value("salt", event->salt)
        .number("percent_bp", event->percent_bp)
        .number("prev_percent_bp", event->prev_percent_bp);
  return accepted(committed, std::move(object), 200);
}

void list_in(const CallPtr& call, LedgerId ledger) {
  // What a rollout of the deployment came to here is counted beside.
  const auto show = [](const RolloutState& row) {
    return row.unit == RolloutUnit::tenant ? std::string() : rollout_json(row);
  };
  then(call, state_rows<RolloutState>(*call, ledger, kRolloutRows, "a rollout's row", show),
       [&](const StateRows& rows) {
         respond(*call, http::json("{\"items\":[" + rows.items + "],\"next_cursor\":null}"));
       });
}

void list_over_tenants(const CallPtr& call) {
  then(call, tenant_rollouts(call->app.writer), [&](const std::vector<RolloutState>& rollouts) {
    std::string items;
    for (const RolloutState& row : rollouts)
      items.append(items.empty() ? "" : ",").append(rollout_json(row));
    respond(*call, http::json("{\"items\":[" + items + "],\"next_cursor\":null}"));
  });
}

/// Either hundredths of a percent, or whole percents.
std::int64_t read_percent(BodyReader& reader, const Json& body) {
  const auto percent = reader.optional_integer("percent", 0, 100);
  const auto percent_bp = reader.optional_integer("percent_bp", 0, 10'000);
  const bool in_percent = body.find("percent") != nullptr;
  if (in_percent == (body.find("percent_bp") != nullptr))
    reader.fault("percent", "give percent (0 to 100) or percent_bp (0 to 10000)");
  return percent ? *percent * 100 : percent_bp.value_or(0);
}

}  // namespace

void list_rollouts(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"unit", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, query_text(*call, "unit"), [&](const std::optional<std::string>& text) {
      const auto unit = from_word<RolloutUnit>(text.value_or("ticket"));
      if (!unit)
        return refuse(*call,
                      {ErrorCode::invalid, "query parameter 'unit' must be ticket or tenant"});
      if (*unit == RolloutUnit::ticket) return list_in(call, call->ledger);
      if (!satisfies(call->principal, call->tenant, Needs::deployment))
        return refuse(*call, {ErrorCode::forbidden,
                              "rollouts over tenants are shown to admins of the tenant default"});
      list_over_tenants(call);
    });
  });
}

void ramp_rollout(CallPtr call) {
  RampRollout command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.key = reader.code("key");
    command.unit = reader.optional_word_of<RolloutUnit>("unit").value_or(RolloutUnit::ticket);
    command.percent_bp = read_percent(reader, body.json);
    const auto names = [&](const char* name) {
      auto list = reader.codes(name, kMostUnits);
      return body.json.find(name) == nullptr ? std::nullopt : std::optional(std::move(list));
    };
    command.include = names("include");
    command.types = names("types");
    command.except_types = names("except_types");
    if (body.json.find("guardrails") != nullptr) command.guardrails.emplace();
    reader.each_object("guardrails", 4, [&](BodyReader& one) {
      GuardrailOrder order;
      order.metric = one.word_of<Mishap>("metric");
      const auto most = one.optional_integer("max_ppm", 0, 1'000'000);
      if (!most) one.fault("max_ppm", "is required");
      order.max_ppm = most.value_or(0);
      if (command.guardrails) command.guardrails->push_back(order);
    });
    command.least = reader.optional_integer("least", 1, 1'000'000);
    command.reason = reader.optional_text("reason");
  });
  if (!good) return;
  if (command.unit == RolloutUnit::tenant)
    return submit_for_deployment(call, body.canonical, std::move(command), ramped);
  submit(call, body.canonical, std::move(command), ramped);
}

}  // namespace recourse::routes
