#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "projections/rows.h"

namespace recourse::routes {
namespace {

struct StepPath {
  RollbackId rollback;
  std::int64_t step = 0;
};

Result<StepPath> step_path(const Call& call) {
  RECOURSE_LET(const std::string rollback, id_parameter(call, "rollback"));
  RECOURSE_LET(const std::string digits, id_parameter(call, "step"));
  const bool number =
      digits.size() <= 6 && digits.find_first_not_of("0123456789") == std::string::npos;
  if (!number) return Error{ErrorCode::not_found, "no such step"};
  return StepPath{RollbackId(rollback), std::stoll(digits)};
}

/// Takes the step from the path and the body by `read`, then gives the command.
template <class StepCommand>
void with_step(const CallPtr& call, StepCommand command,
               const std::function<void(BodyReader&, StepCommand&)>& read, Answer answer) {
  const auto path = step_path(*call);
  if (!path) return refuse(*call, path.error());
  command.rollback = path->rollback;
  command.step = path->step;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) { read(reader, command); });
  if (good) submit(call, body.canonical, std::move(command), std::move(answer));
}

/// What became of the step and its rollback.
http::Response told(const Committed& committed) {
  JsonObject object;
  std::string_view status = "started";
  std::string_view step = "planned";
  for (const RecordedEvent& event : committed.events) {
    visit(
        [&](const auto& data) {
          using E = std::decay_t<decltype(data)>;
          if constexpr (std::is_same_v<E, CompensationSucceeded>) step = "succeeded";
          if constexpr (std::is_same_v<E, CompensationFailed>) step = "failed";
          if constexpr (std::is_same_v<E, CompensationOutcomeUnknown>) step = "outcome_unknown";
          if constexpr (std::is_same_v<E, CompensationRecordedManually>) step = "recorded_manually";
          if constexpr (std::is_same_v<E, CompensationSkipped>) step = "skipped";
          if constexpr (std::is_same_v<E, RollbackStuck>) status = "stuck";
          if constexpr (std::is_same_v<E, RollbackCompleted>) status = "completed";
          if constexpr (std::is_same_v<E, RollbackPartial>) status = "partial";
        },
        event.data);
  }
  if (const auto* failed = find_event<CompensationFailed>(committed))
    object.value("code", failed->code).value("retry_at", failed->retry_at);
  if (const auto* incident = find_event<IncidentOpened>(committed))
    object.value("incident", incident->incident);
  if (const auto* asked = find_event<ApprovalRequested>(committed))
    object.value("approval", asked->approval).value("expires_at", asked->expires_at);
  object.text("step_status", step).text("status", status);
  return accepted(committed, std::move(object), 200);
}

/// The original as it was proposed: what the executor takes back, with the means to check it.
std::string original_args(const Call& call, const TicketId& ticket, const ActionRow& action) {
  const auto texts = call.app.ledger.open_subject(call.ledger, ticket.value());
  if (!texts) return "null";
  for (const OpenedValue& value : *texts) {
    if (value.pointer != "/data/args" ||
        static_cast<std::int64_t>(value.position.value()) != action.position)
      continue;
    JsonObject args;
    args.raw("value", value.json)
        .text("rho", to_base64(value.rho))
        .text("pointer", value.pointer)
        .number("position", value.position.value())
        .value("commitment", value.commitment);
    return std::move(args).take();
  }
  return "null";
}

http::Response step_leased(const Call& call, const Committed& committed) {
  if (const auto* beat = find_event<CompensationHeartbeat>(committed)) {
    JsonObject object;
    object.value("lease", beat->lease)
        .value("lease_until", beat->lease_until)
        .text("step_status", "started");
    return accepted(committed, std::move(object), 200);
  }
  const auto* started = find_event<CompensationStarted>(committed);
  if (started == nullptr || !started->lease) return told(committed);
  JsonObject object;
  object.value("rollback", started->rollback)
      .number("step", started->step)
      .value("action", started->action)
      .value("ticket", started->ticket)
      .value("attempt", started->attempt)
      .value("lease", started->lease)
      .value("lease_until", started->lease_until);
  // The same for every attempt: a provider that saw it before does nothing twice.
  object.text("provider_idempotency_key",
              started->rollback.value() + '-' + std::to_string(started->step));
  std::string digits = std::to_string(started->step);
  if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
  const auto stored = call.app.views.row(view::rollbacks(), call.ledger,
                                         "step/" + started->rollback.value() + '/' + digits);
  RollbackStepRow step;
  if (stored && decode_row(*stored, step))
    object.value("kind", step.plan.kind).value("compensation", step.plan.compensation);
  const auto row = action_row(call, started->ticket, started->action);
  ActionRow action;
  if (row && decode_row(*row, action)) {
    JsonObject original;
    original.value("type", action.type)
        .value("provider_ref", action.provider_ref)
        .value("amount_minor", action.amount_minor)
        .value("currency", action.currency)
        .raw("args", original_args(call, started->ticket, action));
    object.raw("original", std::move(original).take());
  }
  object.text("step_status", "started");
  return accepted(committed, std::move(object));
}

}  // namespace

void lease_step(CallPtr call) {
  with_step<LeaseStep>(
      call, {},
      [](BodyReader& reader, LeaseStep& command) {
        command.lease_s = reader.optional_integer("lease_s", 1, 3'600).value_or(command.lease_s);
        if (auto lease = reader.optional_code("lease_id")) command.lease = LeaseId(*lease);
      },
      [call](const Committed& committed) { return step_leased(*call, committed); });
}

void report_step(CallPtr call) {
  with_step<ReportStep>(
      call, {},
      [](BodyReader& reader, ReportStep& command) {
        command.outcome = reader.word_of<EffectOutcome>("outcome");
        if (auto lease = reader.optional_code("lease_id")) command.lease = LeaseId(*lease);
        command.provider_ref = reader.optional_code("provider_ref");
        command.result_json = reader.optional_json("result");
        command.code = reader.optional_code("code");
        command.retryable = reader.optional_flag("retryable").value_or(false);
      },
      told);
}

void retry_step(CallPtr call) {
  with_step<RetryStep>(
      call, {}, [](BodyReader&, RetryStep&) {}, told);
}

void skip_step(CallPtr call) {
  with_step<SkipStep>(
      call, {},
      [](BodyReader& reader, SkipStep& command) { command.reason = reader.text("reason"); }, told);
}

void record_step(CallPtr call) {
  with_step<RecordStep>(
      call, {},
      [](BodyReader& reader, RecordStep& command) {
        command.evidence_sha256 = reader.text("evidence_sha256", {64, 64});
        command.note = reader.optional_text("note");
      },
      told);
}

}  // namespace recourse::routes
