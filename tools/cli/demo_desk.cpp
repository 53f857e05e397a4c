#include "tools/cli/demo_desk.h"

#include "api/routes/count_input.h"
#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/policy/policy.h"
#include "tools/audit/backtest_ledger.h"
#include "tools/audit/backtest_record.h"

namespace recourse::cli {
namespace {

std::optional<std::string> given(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

Principal customer(const DemoCase& at, Writer& writer) {
  const Ledger& ledger = writer.ledger();
  const auto info = ledger.find_tenant(TenantId("default"));
  const auto subject = ledger.find_subject(info->ledger, at.text->customer);
  return {PrincipalId(subject ? subject->value() : "sub_unknown"),
          ActorType::customer,
          Role::viewer,
          {}};
}

}  // namespace

Outcome DemoDesk::give(const Principal& by, Command command, std::string requester) {
  const std::string what(name(command));
  Outcome outcome = writer_.handle(
      command_request(TenantId("default"), by, std::move(command), std::move(requester)));
  if (outcome) return outcome;
  return Error{outcome.error().code, what + ": " + outcome.error().message};
}

Outcome DemoDesk::take_in(std::string_view channel, const Principal& by, Command command,
                          std::string requester) {
  const auto input = ingress_.begin(TenantId("default"), channel, writer_.clock().now());
  Outcome outcome = give(by, std::move(command), std::move(requester));
  if (outcome) ingress_.recorded(input, outcome->events.front().time, outcome->repeated);
  ingress_.end(input);
  return outcome;
}

Status DemoDesk::write(const std::vector<routes::Ingress::Count>& counts) {
  for (const auto& count : counts) RECOURSE_TRY(writer_.handle(routes::counted_request(count)));
  return {};
}

Status DemoDesk::write_counts() { return write(ingress_.take(writer_.clock().now())); }

Status DemoDesk::write_all_counts() { return write(ingress_.take_all()); }

Status DemoDesk::open(DemoCase& at) {
  const DemoTicket& text = *at.text;
  OpenTicket open;
  open.channel = text.channel;
  open.title = given(text.title);
  open.description = given(text.description);
  open.customer_email = given(text.customer);
  open.issue_type = given(text.issue_type);
  open.category = given(text.category);
  open.priority = given(text.priority);
  RECOURSE_LET(const Committed done, take_in(text.channel, people_.agent.key.principal,
                                             std::move(open), std::string(text.customer)));
  for (const RecordedEvent& event : done.events)
    if (const auto* opened = get_if<TicketOpened>(&event.data)) {
      at.ticket = opened->ticket;
      at.number = opened->number;
    }
  return {};
}

Status DemoDesk::propose(DemoCase& at) {
  const DemoTicket& text = *at.text;
  ProposeAction propose;
  propose.ticket = at.ticket;
  propose.type = text.action;
  RECOURSE_LET(propose.args_json, canonicalise(text.args));
  propose.confidence_ppm = text.confidence_ppm;
  propose.reasoning = given(text.reasoning);
  RECOURSE_LET(const Committed done, give(people_.agent.key.principal, std::move(propose)));
  for (const RecordedEvent& event : done.events) {
    if (const auto* proposed = get_if<ActionProposed>(&event.data)) at.action = proposed->action;
    if (const auto* requested = get_if<ApprovalRequested>(&event.data)) {
      at.approval = requested->approval;
      at.render_digest = to_base64(as_text(requested->render_digest));
    }
  }
  return {};
}

Status DemoDesk::propose(DemoCase& at, std::string type, std::string args,
                         std::int64_t confidence_ppm, std::string reasoning) {
  const DemoTicket* const before = at.text;
  DemoTicket other = *before;
  other.action = type;
  other.args = args;
  other.confidence_ppm = confidence_ppm;
  other.reasoning = reasoning;
  at.text = &other;
  Status done = propose(at);
  at.text = before;
  return done;
}

Status DemoDesk::withdraw(DemoCase& at, std::string reason) {
  RECOURSE_TRY(give(people_.agent.key.principal, WithdrawAction{at.action, std::move(reason)}));
  return {};
}

Status DemoDesk::vote(DemoCase& at, const Writer::NewKey& by, Vote vote, std::string reason) {
  if (!at.approval)
    return Error{ErrorCode::conflict, "no approval was asked for: " + std::string(at.text->title)};
  CastVote cast;
  cast.approval = *at.approval;
  cast.vote = vote;
  cast.reason = given(reason);
  cast.render_digest = at.render_digest;
  RECOURSE_TRY(give(by.key.principal, std::move(cast)));
  return {};
}

Status DemoDesk::expire_approval(DemoCase& at) {
  const Principal system{PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  RECOURSE_TRY(give(system, ExpireApproval{at.approval.value_or(ApprovalId())}));
  return {};
}

Status DemoDesk::lease(DemoCase& at) {
  RECOURSE_LET(const Committed done, give(people_.agent.key.principal, LeaseAction{at.action, 60}));
  for (const RecordedEvent& event : done.events)
    if (const auto* dispatched = get_if<EffectDispatched>(&event.data))
      at.lease = dispatched->lease;
  return {};
}

Status DemoDesk::report(DemoCase& at, const Principal& by, ReportAction report) {
  report.action = at.action;
  RECOURSE_TRY(give(by, std::move(report)));
  return {};
}

Status DemoDesk::succeed(DemoCase& at, std::string provider_ref, std::string result_json) {
  ReportAction done;
  done.outcome = EffectOutcome::succeeded;
  done.lease = at.lease;
  done.provider_ref = std::move(provider_ref);
  RECOURSE_LET(done.result_json, canonicalise(result_json));
  return report(at, people_.agent.key.principal, std::move(done));
}

Status DemoDesk::fail(DemoCase& at, std::string code, std::string result_json) {
  ReportAction failed;
  failed.outcome = EffectOutcome::failed;
  failed.lease = at.lease;
  failed.code = std::move(code);
  RECOURSE_LET(failed.result_json, canonicalise(result_json));
  return report(at, people_.agent.key.principal, std::move(failed));
}

Status DemoDesk::expire_lease(DemoCase& at) {
  const Principal system{PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  RECOURSE_TRY(give(system, ExpireLease{at.action}));
  return {};
}

Status DemoDesk::reconcile(DemoCase& at, const Writer::NewKey& by, std::string evidence_json) {
  ReportAction found;
  found.outcome = EffectOutcome::succeeded;
  RECOURSE_LET(found.result_json, canonicalise(evidence_json));
  return report(at, by.key.principal, std::move(found));
}

Status DemoDesk::customer_writes(DemoCase& at, std::string body) {
  AddMessage message{at.ticket, MessageFrom::customer, std::string(at.text->channel),
                     std::move(body)};
  RECOURSE_TRY(take_in(at.text->channel, customer(at, writer_), std::move(message)));
  return {};
}

Status DemoDesk::person_writes(DemoCase& at, const Writer::NewKey& by, std::string body) {
  AddMessage message{at.ticket, MessageFrom::agent, std::string(at.text->channel), std::move(body)};
  RECOURSE_TRY(give(by.key.principal, std::move(message)));
  return {};
}

Status DemoDesk::note(DemoCase& at, const Writer::NewKey& by, std::string body) {
  AddMessage message{at.ticket, MessageFrom::note, std::string(at.text->channel), std::move(body)};
  RECOURSE_TRY(give(by.key.principal, std::move(message)));
  return {};
}

Status DemoDesk::assign(DemoCase& at, const Writer::NewKey& by, const std::string& team) {
  AssignTicket assign;
  assign.ticket = at.ticket;
  assign.assignee = by.key.principal.id;
  assign.team = given(team);
  RECOURSE_TRY(give(by.key.principal, std::move(assign)));
  return {};
}

Status DemoDesk::set_status(DemoCase& at, const Writer::NewKey& by, TicketStatus status,
                            std::string steps) {
  SetTicketStatus set;
  set.ticket = at.ticket;
  set.status = status;
  set.resolution_steps = given(steps);
  RECOURSE_TRY(give(by.key.principal, std::move(set)));
  return {};
}

Status DemoDesk::feedback(DemoCase& at, std::optional<bool> confirmed,
                          std::optional<std::int64_t> score, std::string comment, bool partial) {
  SubmitFeedback feedback;
  feedback.ticket = at.ticket;
  feedback.confirmed = confirmed;
  feedback.score = score;
  feedback.comment = given(comment);
  feedback.partial = partial;
  feedback.source = "form";
  RECOURSE_TRY(give(customer(at, writer_), std::move(feedback)));
  return {};
}

Status DemoDesk::roll_back(DemoCase& at, const Writer::NewKey& by, std::string reason) {
  RollBack back;
  back.action = at.action;
  back.reason = std::move(reason);
  RECOURSE_TRY(give(by.key.principal, std::move(back)));
  return {};
}

Status DemoDesk::kill_switch(const Writer::NewKey& by, bool engage, std::string reason) {
  if (engage) {
    RECOURSE_TRY(give(by.key.principal, EngageKillswitch{"tenant", std::move(reason)}));
  } else {
    RECOURSE_TRY(give(by.key.principal, ReleaseKillswitch{"tenant", std::move(reason)}));
  }
  return {};
}

Status DemoDesk::activate_policy(const std::string& policy, const std::string& json) {
  const Principal& author = people_.manager.key.principal;
  RECOURSE_TRY(give(author, DraftPolicy{policy, json}));
  RECOURSE_TRY(backtest_policy(policy, json, author));
  RECOURSE_TRY(give(people_.admin.key.principal, ActivatePolicy{policy}));
  return {};
}

Status DemoDesk::backtest_policy(const std::string& policy, const std::string& json,
                                 const Principal& by) {
  RECOURSE_LET(Policy candidate, parse_policy(json));
  const Hash digest = sha256(policy_json(candidate));
  BacktestRequest request;
  request.ledger = writer_.ledger().find_tenant(TenantId("default"))->ledger;
  request.candidates = {std::make_shared<const Policy>(std::move(candidate))};
  RECOURSE_LET(const auto reports, backtest(writer_.ledger(), request));
  WriteRequest record;
  record.tenant = TenantId("default");
  record.principal = by;
  record.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    return backtest_events(reports.front(), policy, digest,
                           make_ulid("bkt_", step.context.now, step.context.random),
                           {by.kind, by.id});
  };
  RECOURSE_TRY(writer_.handle(std::move(record)));
  return {};
}

}  // namespace recourse::cli
