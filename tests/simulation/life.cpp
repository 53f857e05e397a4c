#include "tests/simulation/life.h"

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/policy/policy.h"

namespace recourse::simulation {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::seconds;

Principal somebody(ActorType kind, Role role, const char* id) {
  return {PrincipalId(id), kind, role, KeyId("key_" + std::string(id))};
}
const Principal kAgents[] = {somebody(ActorType::agent, Role::agent, "agt_helper"),
                             somebody(ActorType::agent, Role::agent, "agt_other")};
const Principal kDesk = somebody(ActorType::human, Role::agent, "usr_desk");
const Principal kOperator = somebody(ActorType::human, Role::operator_, "usr_operator");
const Principal kManagers[] = {somebody(ActorType::human, Role::manager, "usr_manager"),
                               somebody(ActorType::human, Role::manager, "usr_second")};
const Principal kAdmins[] = {somebody(ActorType::human, Role::admin, "usr_admin"),
                             somebody(ActorType::human, Role::admin, "usr_third")};
const Principal kCustomer = somebody(ActorType::customer, Role::viewer, "sub_customer");
const Principal kSystem = somebody(ActorType::system, Role::admin, "sys_recourse");
constexpr seconds kSlice = 600s;

bool is_ready(ActionStatus status) {
  return status == ActionStatus::authorized || status == ActionStatus::held;
}

/// An office with hours, promises and follow-ups that do not wake anybody.
std::string policy_text() {
  Policy policy = default_policy();
  policy.approval_ttl_s = 4 * 3'600;
  policy.followup.emplace();
  policy.followup->after_people = true;
  policy.followup->quiet_from = "21:00";
  policy.followup->quiet_to = "07:00";
  policy.followup->zone = "Europe/Rome";
  CalendarRule office;
  office.rule = "office";
  office.zone = "Europe/Rome";
  CalendarHours open;
  open.days = {Weekday::mon, Weekday::tue, Weekday::wed, Weekday::thu, Weekday::fri};
  open.from = "08:00";
  open.to = "18:00";
  office.hours = {open};
  policy.calendars = {office};
  policy.sla = {SlaRule{.rule = "others",
                        .calendar = "office",
                        .first_response_s = 2 * 3'600,
                        .next_response_s = 8 * 3'600,
                        .resolution_s = 40 * 3'600}};
  return policy_json(policy);
}

}  // namespace

Life::Life(Office& office, Provider& at, const Scale& scale)
    : office_(office), provider(at), scale_(scale), random_(scale.seed), start_(office.now()) {
  end_ = start_ + hours(24) * scale.days;
  office_.on_event = [this](const RecordedEvent& event) { happened(event); };
  office_.give({{kSystem, ActivatePolicy{"pol_office@1", policy_text()}, "", {}}});
  connect("bugs");
  connect("accounts");
  while (!waiting_.empty()) office_.give(std::exchange(waiting_, {}));
}

// ---- Time --------------------------------------------------------------------------------------

void Life::in(seconds from, seconds to, Work work) {
  const auto span = static_cast<std::uint64_t>((to - from).count());
  calendar_.push({office_.now() + from + seconds(draw(span + 1)), entries_++, std::move(work)});
}

/// Clients give their requests a key. Some do not hear the answer, and ask the same again.
void Life::ask(const Principal& by, Command command, std::function<void(const Committed&)> then) {
  Office::Call call{by, std::move(command), "client/" + std::to_string(keys_++), {}};
  if (chance(3)) in(1min, 2h, [this, again = call] { waiting_.push_back(again); });
  if (then)
    call.then = [then = std::move(then)](const Outcome& outcome) {
      if (outcome) then(*outcome);
    };
  waiting_.push_back(std::move(call));
}

void Life::work_until(Timestamp end) {
  while (office_.now() < end) {
    // On to the next thing that happens, in slices: what falls into one comes in together.
    Timestamp next = end;
    if (!calendar_.empty()) next = std::min(next, calendar_.top().at);
    if (!office_.model.due.empty()) next = std::min(next, office_.model.due.begin()->first);
    office_.set(std::max(office_.now(), std::min(end, next + kSlice)));
    while (!calendar_.empty() && calendar_.top().at <= office_.now()) {
      const Work work = calendar_.top().work;
      calendar_.pop();
      work();
    }
    while (!waiting_.empty()) office_.give(std::exchange(waiting_, {}));
    office_.fire_timers();
    office_.send_effects();
    while (!waiting_.empty()) office_.give(std::exchange(waiting_, {}));
  }
}

void Life::live() {
  for (int day = 0; day < scale_.days; ++day) {
    const Timestamp midnight = start_ + hours(24) * day;
    plan_day(midnight);
    work_until(midnight + 24h);
  }
  work_until(end_ + 24h * 40);
}

void Life::plan_day(Timestamp midnight) {
  // Busy in the morning and the afternoon, quiet at night and on weekends.
  constexpr int kRhythm[24] = {1,  1,  1,  1,  1,  2, 4, 8, 14, 18, 18, 15,
                               10, 13, 16, 15, 12, 8, 5, 4, 3,  2,  1,  1};
  int all = 0;
  for (const int share : kRhythm) all += share;
  const auto day = (midnight - start_) / 24h;
  const int weekday = static_cast<int>(day % 7);  // It starts on a Monday.
  const int wanted = weekday >= 5 ? scale_.tickets_a_day / 4 : scale_.tickets_a_day;
  for (int i = 0; i < wanted; ++i) {
    auto at = static_cast<int>(draw(static_cast<std::uint64_t>(all)));
    int hour = 0;
    while (at >= kRhythm[hour]) at -= kRhythm[hour++];
    in(hours(hour), hours(hour) + 3599s, [this] { open_ticket(); });
  }
  for (int i = 0; i < 1 + scale_.tickets_a_day / 40; ++i) in(9h, 17h, [this] { undo_something(); });
  if (day % 14 == 10) in(10h, 16h, [this] { undo_a_day(); });
  if (day % 30 == 17) in(9h, 16h, [this] { stop_for_hours(); });
  if (day % 20 == 13) in(9h, 16h, [this] { disconnect_for_hours(); });
  if (day % 5 == 3)
    in(0h, 24h - 1s, [this] {
      ++counts.crashes;
      office_.close_and_open();
    });
  if (day % 6 == 4)
    in(0h, 24h - 1s, [this] {
      ++counts.power_losses;
      office_.lose_power();
    });
}

// ---- Customers ---------------------------------------------------------------------------------

void Life::open_ticket() {
  OpenTicket open;
  open.requester = SubjectId("sub_customer");
  open.customer_email = "jane@example.com";
  open.channel = chance(30) ? "slack" : "email";
  open.title = "it does not work";
  ++counts.tickets;
  ask(kDesk, open, [this](const Committed& done) {
    const TicketId ticket = get<TicketOpened>(done.events.front().data).ticket;
    recent_.push_back(ticket);
    in(1min, 20min, [this, ticket] { propose(ticket, false); });
    if (chance(15)) in(10min, 48h, [this, ticket] { come_back(ticket); });
  });
}

void Life::come_back(const TicketId& ticket) {
  AddMessage message;
  message.ticket = ticket;
  message.body = "any news?";
  ask(kCustomer, message);
  if (chance(40)) in(5min, 3h, [this, ticket] { propose(ticket, true); });
}

// ---- Agents and their executors ----------------------------------------------------------------

void Life::propose(const TicketId& ticket, bool again) {
  constexpr std::int64_t kSure[] = {300'000, 550'000, 720'000, 850'000, 930'000, 990'000};
  ProposeAction command;
  command.ticket = ticket;
  command.confidence_ppm = kSure[draw(6)];
  if (chance(5)) command.confidence_ppm.reset();
  if (chance(50)) command.agent_version = "2026-01-05";
  const std::uint64_t kind = draw(100);
  if (kind < 45) {
    command.type = "AUTO_RESOLVE";
    command.args_json = R"({"resolution_steps":"Try it again."})";
  } else if (kind < 55) {
    command.type = "ASSIGN_TO_TEAM";
    command.args_json = chance(50) ? R"({"team":"Network"})" : R"({"team":"Storage"})";
  } else if (kind < 60) {
    command.type = "ESCALATE";
    command.args_json = R"({"team":"Tier 2"})";
  } else if (kind < 65) {
    command.type = "REQUEST_CLARIFICATION";
    if (chance(70)) in(1h, 30h, [this, ticket] { come_back(ticket); });
  } else if (kind < 80) {
    command.type = "process_refund";
    const auto order = std::to_string(draw(1'000'000));
    command.args_json =
        R"({"amount":)" + std::to_string(5 + draw(900)) + R"(,"order_id":"O-)" + order + R"("})";
    if (chance(50)) command.reads = {"status"};
  } else if (kind < 90) {
    command.type = "reset_password";
    command.args_json = R"({"user_email":"jane@example.com"})";
  } else if (kind < 98) {
    command.type = "create_bug_report";
    command.args_json = R"({"description":"d","title":"t"})";
  } else {
    command.type = "invented_tool";
    command.args_json = "{}";
  }
  ++counts.proposals;
  ask(kAgents[draw(2)], command);
  if (!again && chance(45)) in(10min, 6h, [this, ticket] { propose(ticket, true); });
}

void Life::run(const ActionId& action) {
  LeaseAction lease{action, 60};
  ++counts.leases;
  const Principal& executor = kAgents[draw(2)];
  ask(executor, lease, [this, action](const Committed& done) {
    for (const RecordedEvent& event : done.events)
      if (const auto* out = get_if<EffectDispatched>(&event.data)) carry_out(action, *out->lease);
    // Held back by a limit, a breaker or the kill switch: it is asked for later again.
    const auto known = office_.model.actions.find(action);
    if (known != office_.model.actions.end() && is_ready(known->second.status) && chance(80))
      in(20min, 90min, [this, action] { run(action); });
  });
  // Two executors may reach for the same action.
  if (chance(10)) ask(kAgents[draw(2)], lease);
}

void Life::report(const ActionId& action, const LeaseId& lease, EffectOutcome outcome) {
  ReportAction report;
  report.action = action;
  report.lease = lease;
  report.outcome = outcome;
  ask(kAgents[draw(2)], report);
}

void Life::carry_out(const ActionId& action, const LeaseId& lease) {
  const std::string key = action.value() + ".1";
  const std::uint64_t how = draw(100);
  // It takes long, and it says that it is still at it.
  if (chance(5)) {
    LeaseAction still{action, 900};
    still.lease = lease;
    ask(kAgents[draw(2)], still);
  }
  if (how < 82) {
    provider.act(key, thing(action), false);
    // Its network is bad: the provider hears it twice.
    if (chance(10)) provider.act(key, thing(action), false);
    report(action, lease, EffectOutcome::succeeded);
  } else if (how < 90) {
    report(action, lease, EffectOutcome::failed);
  } else if (how < 94) {
    ++counts.lost;  // It dies, before or after.
    if (chance(50)) provider.act(key, thing(action), false);
    in(30min, 5h, [this, action] { find_out(action); });
  } else if (how < 97) {
    // A timeout after the provider accepted: it tries once more and gives up.
    provider.act(key, thing(action), false);
    provider.act(key, thing(action), false);
    report(action, lease, EffectOutcome::unknown);
    in(30min, 5h, [this, action] { find_out(action); });
  } else {
    ++counts.late;
    provider.act(key, thing(action), false);
    in(3min, 40min, [this, action, lease] { report(action, lease, EffectOutcome::succeeded); });
  }
}

/// Somebody at the desk puts the agent's proposal right, or takes it back.
void Life::change_mind(const ActionId& action) {
  if (chance(50)) return ask(kDesk, WithdrawAction{action, {}});
  AmendAction amend;
  amend.action = action;
  amend.args_json = R"({"amount":)" + std::to_string(1 + draw(400)) + R"(,"order_id":"O-1"})";
  ask(kDesk, amend);
}

/// A manager asks the provider.
void Life::find_out(const ActionId& action) {
  ReportAction report;
  report.action = action;
  report.outcome =
      provider.done(thing(action)) > 0 ? EffectOutcome::succeeded : EffectOutcome::failed;
  ask(kManagers[draw(2)], report);
}

/// Nobody holds it back.
bool Life::waits_for_executor(const ActionId& action) const {
  const auto found = office_.model.actions.find(action);
  return found != office_.model.actions.end() && !model::is_internal(found->second.type) &&
         found->second.status == ActionStatus::authorized;
}

// ---- What follows from what happened -----------------------------------------------------------

void Life::happened(const RecordedEvent& event) {
  if (const auto* e = get_if<BreakerTransitioned>(&event.data)) {
    // Time does not close it: somebody has to look at what went wrong.
    if (e->to == BreakerStatus::open && !e->until)
      in(30min, 10h, [this, breaker = *e] { close_breaker(breaker); });
  }
  if (const auto* e = get_if<ApprovalRequested>(&event.data)) {
    if (e->action && chance(4)) in(1min, 60min, [this, id = *e->action] { change_mind(id); });
    for (std::int64_t i = 0; i < e->quorum; ++i)
      if (!chance(10)) in(2min, 100min, [this, id = e->approval] { decide(id); });
  }
  if (const auto* e = get_if<ApprovalEscalated>(&event.data)) {
    if (chance(70)) in(5min, 90min, [this, id = e->approval] { decide(id); });
  }
  if (const auto* e = get_if<EffectHeld>(&event.data)) {
    if (e->connector) wake_at(e->until);
    const auto left = std::chrono::ceil<seconds>(e->until - office_.now());
    if (chance(5)) in(0s, left, [this, id = e->action] { ask(kDesk, RecallAction{id, {}}); });
    // Nobody else may take what a connector sends. A few try.
    if (!chance(e->connector ? 97 : 3)) in(left, left + 30min, [this, id = e->action] { run(id); });
  }
  if (const auto* e = get_if<ApprovalGranted>(&event.data)) {
    if (e->action && waits_for_executor(*e->action) && !chance(3))
      in(1min, 30min, [this, id = *e->action] { run(id); });
  }
  if (const auto* e = get_if<PolicyDecided>(&event.data)) {
    if (e->at.text == "dispatch" && e->outcome == PolicyOutcome::deny)
      wake_at(office_.now() + 1min);
    const bool runs = e->at.text == "propose" && e->outcome == PolicyOutcome::allow;
    if (runs && waits_for_executor(e->action)) in(10s, 10min, [this, id = e->action] { run(id); });
  }
  if (const auto* e = get_if<EffectConfirmed>(&event.data)) {
    executed_.push_back(e->action);
  }
  if (const auto* e = get_if<EffectRejected>(&event.data)) {
    if (e->retry_at) wake_at(*e->retry_at);
  }
  if (const auto* e = get_if<EffectReconciled>(&event.data)) {
    if (e->look_up_at) wake_at(*e->look_up_at);
  }
  if (const auto* e = get_if<EffectOutcomeUnknown>(&event.data)) {
    if (e->look_up_at) wake_at(*e->look_up_at);
    if (chance(60)) in(1h, 8h, [this, id = e->action] { find_out(id); });
  }
  if (const auto* e = get_if<FollowUpSent>(&event.data)) {
    if (!chance(50)) return;
    ++counts.answers;
    AnswerFollowUp answer;
    answer.followup = e->followup;
    answer.answer = chance(70)   ? FollowUpAnswer::confirm
                    : chance(60) ? FollowUpAnswer::reject
                                 : FollowUpAnswer::partial;
    in(5min, 48h, [this, answer] { ask(kCustomer, answer); });
  }
  if (const auto* e = get_if<ResolutionAsserted>(&event.data)) {
    if (chance(8)) in(10min, 60h, [this, id = e->ticket] { come_back(id); });
    if (chance(5))
      in(10min, 100h, [this, id = e->ticket] {
        ask(kCustomer, ReopenTicket{id, "not_fixed", {}, {}});
      });
  }
  if (const auto* e = get_if<TicketReopened>(&event.data)) {
    in(5min, 4h, [this, id = e->ticket] { propose(id, true); });
  }
  if (const auto* e = get_if<RollbackStarted>(&event.data)) {
    wake_at(office_.now());
    in(1min, 20min, [this, id = e->rollback] { look_after(id); });
  }
  if (holds_alternative<CompensationSucceeded>(event.data)) wake_at(office_.now());
  if (const auto* e = get_if<RollbackStuck>(&event.data)) {
    in(20min, 20h, [this, id = e->rollback, step = e->step] { settle_step(id, step); });
  }
  if (const auto* e = get_if<CompensationOutcomeUnknown>(&event.data)) {
    if (e->look_up_at) wake_at(*e->look_up_at);
  }
  if (const auto* e = get_if<CompensationRetried>(&event.data)) {
    in(1min, 20min, [this, id = e->rollback, step = e->step] { take_step(id, step); });
  }
  if (const auto* e = get_if<CompensationFailed>(&event.data)) {
    if (e->retry_at) wake_at(*e->retry_at);
    if (e->retry_at)
      in(16min, 40min, [this, id = e->rollback, step = e->step] { take_step(id, step); });
  }
}

}  // namespace recourse::simulation
