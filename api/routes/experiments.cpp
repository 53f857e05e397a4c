#include "engine/decision/experiments.h"

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "projections/row_codec.h"

namespace recourse::routes {
namespace {

constexpr std::string_view kRows = "experiment/";
constexpr std::size_t kMostTypes = 100;

std::string rate_json(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? "null" : std::to_string(part * 1'000'000 / whole);
}

/// The ticket counts and, beside them, the actions that guardrails look at.
std::string arm_json(const ArmFigures& figures, const ArmState& arm, std::int64_t at_least_ppm) {
  const RolloutStage& ran = arm.ran;
  JsonObject object;
  object.value("arm", figures.arm)
      .number("at_least_ppm", at_least_ppm)
      .number("tickets", figures.tickets)
      .number("alone", figures.alone)
      .raw("alone_rate_ppm", rate_json(figures.alone, figures.tickets))
      .number("settled", figures.settled)
      .number("succeeded", figures.succeeded)
      .raw("success_rate_ppm", rate_json(figures.succeeded, figures.settled))
      .number("executed", ran.executed)
      .number("errors", ran.errors)
      .number("rollbacks", ran.rollbacks)
      .number("reopenings", ran.reopenings)
      .number("low_satisfaction", ran.low_satisfaction)
      .raw(
          "average_confidence_ppm",
          ran.confidences == 0 ? "null" : std::to_string(ran.confidence_sum_ppm / ran.confidences));
  return std::move(object).take();
}

/// As the figures are at `now`: what has settled since the latest event counts as well.
JsonObject experiment_object(const ExperimentState& row, Timestamp now) {
  const auto arms = figures_of(row, now);
  JsonObject object;
  object.value("key", row.key)
      .text("status", row.ended_at ? "concluded" : "running")
      .value("started_at", row.started_at)
      .value("ended_at", row.ended_at)
      .value("ended_by", row.ended_by)
      .value("verdict", row.verdict.value_or(verdict_of(row, now)))
      .number("share_bp", row.share_bp)
      .value("salt", row.salt)
      .value("types", row.types)
      .number("window_s", row.window_s)
      .number("alpha_ppm", row.alpha_ppm)
      .value("guardrails", row.guardrails)
      .number("least", row.least)
      .flag("srm_detected", row.uneven)
      .raw("arms", '[' + arm_json(arms[0], row.control, row.control_ppm) + ',' +
                       arm_json(arms[1], row.treatment, row.treatment_ppm) + ']')
      .value("differences", differences_of(row, now));
  return object;
}

http::Response started_experiment(const Committed& committed) {
  JsonObject object;
  if (const auto* event = find_event<ExperimentStarted>(committed))
    object.value("key", event->key)
        .value("salt", event->salt)
        .number("share_bp", event->share_bp)
        .number("control_ppm", event->control_ppm)
        .number("treatment_ppm", event->treatment_ppm);
  return accepted(committed, std::move(object));
}

http::Response ended_experiment(const Committed& committed) {
  JsonObject object;
  if (const auto* event = find_event<ExperimentConcluded>(committed))
    object.value("key", event->key)
        .value("verdict", event->verdict)
        .value("cause", event->cause)
        .value("arms", event->arms)
        .value("differences", event->differences);
  return accepted(committed, std::move(object), 200);
}

}  // namespace

void list_experiments(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "experiments"), [&](const PageRequest& request) {
      const auto show = [now = call->app.clock.now()](const ExperimentState& row) {
        return experiment_object(row, now).take();
      };
      then(call,
           state_rows<ExperimentState>(*call, call->ledger, kRows, "an experiment's row", show,
                                       &request),
           [&](StateRows rows) {
             respond(*call, page(*call, request, std::move(rows.items), rows.last));
           });
    });
  });
}

void show_experiment(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, id_parameter(*call, "experiment"), [&](const std::string& key) {
      const auto row =
          call->app.views.row(view::decision_state(), call->ledger, std::string(kRows) + key);
      if (!row && row.error().code == ErrorCode::not_found)
        return refuse(*call, {ErrorCode::not_found, "no experiment of that key"});
      if (!row) return refuse(*call, row.error());
      ExperimentState experiment;
      if (!decode_row(*row, experiment))
        return refuse(*call, {ErrorCode::corrupt, "an experiment's row"});
      JsonObject object = experiment_object(experiment, call->app.clock.now());
      if (call->position) object.number("position", call->position->value());
      respond(*call, http::json(std::move(object).take()));
    });
  });
}

void start_experiment(CallPtr call) {
  StartExperiment command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.key = reader.code("key");
    const auto share = [&](const char* name) {
      const auto given = reader.optional_integer(name, 0, 1'000'000);
      if (!given) reader.fault(name, "is required");
      return given.value_or(0);
    };
    command.control_ppm = share("control_ppm");
    command.treatment_ppm = share("treatment_ppm");
    command.share_bp = reader.optional_integer("share_bp", 1, 10'000).value_or(command.share_bp);
    command.types = reader.codes("types", kMostTypes);
    command.window_s = reader.optional_integer("window_s", 1, 2'592'000).value_or(command.window_s);
    command.alpha_ppm =
        reader.optional_integer("alpha_ppm", 1'000, 500'000).value_or(command.alpha_ppm);
    reader.each_object("guardrails", 4, [&](BodyReader& one) {
      GuardrailOrder order;
      order.metric = one.word_of<Mishap>("metric");
      const auto most = one.optional_integer("max_ppm", 0, 1'000'000);
      if (!most) one.fault("max_ppm", "is required");
      order.max_ppm = most.value_or(0);
      command.guardrails.push_back(order);
    });
    command.least = reader.optional_integer("least", 1, 1'000'000);
    command.reason = reader.optional_text("reason");
  });
  if (good) submit(call, body.canonical, std::move(command), started_experiment);
}

void stop_experiment(CallPtr call) {
  StopExperiment command;
  Body body;
  const bool good = with_body(
      *call, body, [&](BodyReader& reader) { command.reason = reader.optional_text("reason"); });
  if (!good) return;
  then(call, id_parameter(*call, "experiment"), [&](std::string key) {
    command.key = std::move(key);
    submit(call, body.canonical, std::move(command), ended_experiment);
  });
}

}  // namespace recourse::routes
