#include "tools/import/run_events.h"

#include <algorithm>
#include <cmath>

#include "engine/decision/facts.h"
#include "engine/event/canonical_json.h"
#include "tools/import/record_identity.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

constexpr std::string_view kChannel = "chat";
constexpr std::string_view kAgentName = "recorded agent";
constexpr double kPartsPerMillion = 1'000'000;

bool is_user(const Step& step) {
  const auto* message = std::get_if<RunMessage>(&step);
  return message != nullptr && message->role == "user";
}

/// The message that opens the ticket; the end when the user said nothing.
std::size_t opening_message(const Run& run) {
  return static_cast<std::size_t>(std::find_if(run.steps.begin(), run.steps.end(), is_user) -
                                  run.steps.begin());
}

std::optional<std::int64_t> reward_ppm(const Run& run) {
  if (!run.reward || !std::isfinite(*run.reward)) return std::nullopt;
  constexpr double kMost = 1e9;
  const double ppm = std::clamp(*run.reward, -kMost, kMost) * kPartsPerMillion;
  return std::llround(ppm);
}

/// Why a message stands in a note.
std::string_view note_code(std::string_view role) {
  if (role == "system" || role == "developer") return "system_message";
  if (role == "tool" || role == "function") return "tool_message";
  return "other_message";
}

/// Builds the events of one part.
class PartEvents {
 public:
  PartEvents(const ImportTarget& target, DecisionStep& step, const Run& run, SubjectId customer,
             Actor agent, RunIds ids)
      : target_(target),
        step_(step),
        run_(run),
        customer_(std::move(customer)),
        agent_(std::move(agent)),
        ids_(std::move(ids)),
        in_force_(policy_in_force(step.state)) {}

  void begin();
  void add_steps(const RunPart& part);
  void end(const RunPart& part);
  std::vector<NewEvent> events;

 private:
  template <class Data>
  void add(std::string_view stream, const Actor& actor, Data data) {
    if constexpr (requires { data.provenance; })
      data.provenance = {true, target_.source, std::nullopt};
    events.push_back({std::string(stream), ids_.ticket.value(), actor, "", ids_.run.value(),
                      EventData(std::move(data))});
  }
  template <class Data>
  void add_to_ticket(const Actor& actor, Data data) {
    add(ids_.ticket.value(), actor, std::move(data));
  }

  template <class TextId>
  TextId make(std::string_view prefix) {
    return TextId(make_ulid(prefix, step_.context.now, step_.context.random));
  }
  std::vector<std::string> subjects() const { return {customer_.value()}; }
  Sealed seal(std::string_view text) const { return seal_text(storable_text(text), subjects()); }
  Actor customer() const { return {ActorType::customer, PrincipalId(customer_.value())}; }

  void open_ticket();
  void say(const RunMessage& message);
  void call(std::size_t step, const ToolCall& call);
  void seal_arguments(const ToolCall& call, ActionProposed& proposed) const;
  PolicyDecided judged(const ActionProposed& proposed, const ActionType* type,
                       std::vector<ArgFault> faults);
  void came_back(const ActionId& action, const ToolCall& call);
  void note(std::string_view code, std::string_view text);
  void change_status(TicketStatus from, TicketStatus to, std::string_view reason);

  const ImportTarget& target_;
  DecisionStep& step_;
  const Run& run_;
  const SubjectId customer_;
  const Actor agent_;
  RunIds ids_;
  const PolicyInForce in_force_;
};

void PartEvents::begin() {
  ids_.ticket = make<TicketId>("tkt_");
  ids_.run = make<RunId>("run_");
  open_ticket();
  RunStarted started;
  started.run = ids_.run;
  started.ticket = ids_.ticket;
  started.agent = agent_.id;
  started.external_ref = clear_word(as_text(target_.key), run_.task + '/' + run_.trial);
  if (!run_.instruction.empty()) started.instruction = seal(run_.instruction);
  add(ids_.run.value(), target_.importer(), std::move(started));
}

void PartEvents::open_ticket() {
  const TenantState* tenant = step_.state.tenant.find(TenantId());
  TicketOpened opened;
  opened.ticket = ids_.ticket;
  opened.number = tenant != nullptr ? tenant->next_ticket_number : 1;
  opened.channel = kChannel;
  opened.requester = customer_;
  const std::size_t first = opening_message(run_);
  if (first < run_.steps.size())
    opened.description = seal(std::get<RunMessage>(run_.steps[first]).text);
  opened.record = seal_json(run_record(run_), subjects());
  opened.external_ref = clear_word(as_text(target_.key), run_.task + '/' + run_.trial);
  add_to_ticket(customer(), std::move(opened));
}

void PartEvents::add_steps(const RunPart& part) {
  const std::size_t opening = opening_message(run_);
  for (std::size_t step = part.begin; step < part.end; ++step) {
    if (step == opening) continue;
    if (const auto* message = std::get_if<RunMessage>(&run_.steps[step])) {
      say(*message);
    } else {
      call(step, std::get<ToolCall>(run_.steps[step]));
    }
  }
}

void PartEvents::say(const RunMessage& message) {
  if (message.role == "user") {
    MessageReceived received;
    received.ticket = ids_.ticket;
    received.message = make<MessageId>("msg_");
    received.channel = kChannel;
    received.from = customer_;
    received.body = seal(message.text);
    add_to_ticket(customer(), std::move(received));
  } else if (message.role == "assistant") {
    MessageSent sent;
    sent.ticket = ids_.ticket;
    sent.message = make<MessageId>("msg_");
    sent.channel = kChannel;
    sent.kind = MessageKind::agent_response;
    sent.body = seal(message.text);
    sent.run = ids_.run;
    add_to_ticket(agent_, std::move(sent));
  } else {
    note(note_code(message.role), message.text);
  }
}

void PartEvents::note(std::string_view code, std::string_view text) {
  TicketNoted noted;
  noted.ticket = ids_.ticket;
  noted.message = make<MessageId>("msg_");
  noted.reason_code = code;
  noted.body = seal(text);
  add_to_ticket(target_.importer(), std::move(noted));
}

void PartEvents::call(std::size_t step, const ToolCall& call) {
  const ActionType* type = find_action_type(call.name);
  ActionProposed proposed;
  proposed.action = make_action_id(step_.context.now, step_.context.random);
  proposed.ticket = ids_.ticket;
  proposed.type = type != nullptr ? type->name : "unknown";
  proposed.type_version = type != nullptr ? type->version : 0;
  if (type == nullptr) proposed.unknown_type = seal(call.name);
  seal_arguments(call, proposed);
  proposed.run = ids_.run;
  proposed.step = static_cast<std::int64_t>(step);
  std::vector<ArgFault> faults;
  if (type != nullptr) {
    const auto args = parse_json(call.comparable_arguments());
    if (args && args->is_object()) {
      CheckedArgs checked = check_args(*type, *args, in_force_.policy->currency.text);
      proposed.amount_minor = checked.amount_minor;
      if (checked.currency) proposed.currency = *checked.currency;
      faults = std::move(checked.faults);
    } else {
      faults = {{"", "not_an_object"}};
    }
  }
  const ActionId action = proposed.action;
  PolicyDecided decided = judged(proposed, type, std::move(faults));
  add(action.value(), agent_, std::move(proposed));
  add(action.value(), target_.importer(), std::move(decided));
  came_back(action, call);
  const bool handoff = type != nullptr && type->effect == ActionEffect::handoff;
  if (!handoff || call.failed()) return;
  TicketEscalated escalated;
  escalated.ticket = ids_.ticket;
  escalated.reason_code = "agent_handoff";
  escalated.action = action;
  add_to_ticket(agent_, std::move(escalated));
}

void PartEvents::seal_arguments(const ToolCall& call, ActionProposed& proposed) const {
  const std::string& canonical = call.comparable_arguments();
  const bool structured =
      call.arguments_are_json() && (canonical.starts_with('{') || canonical.starts_with('['));
  if (structured && is_storable(canonical)) {
    proposed.args = seal_json(canonical, subjects());
    return;
  }
  // Arguments with a credential in them are JSON no longer once it is redacted, perhaps.
  std::string stored = storable_text(call.arguments);
  auto redacted = structured ? canonicalise(stored) : Result<std::string>(Error{});
  proposed.args_are_json = redacted.ok();
  proposed.args =
      redacted ? seal_json(std::move(*redacted), subjects()) : seal_text(stored, subjects());
}

PolicyDecided PartEvents::judged(const ActionProposed& proposed, const ActionType* type,
                                 std::vector<ArgFault> faults) {
  ActionState action;
  action.action = proposed.action;
  action.ticket = proposed.ticket;
  action.imported = true;
  Facts facts;
  facts.type = type;
  facts.amount_minor = proposed.amount_minor;
  if (proposed.currency) facts.currency = proposed.currency->text;
  facts.schema_faults = std::move(faults);
  if (const TenantState* tenant = step_.state.tenant.find(TenantId()))
    facts.killed_scopes = tenant->killed_scopes;
  facts.proposer = agent_.id.value();
  facts.machine = true;
  facts.ticket_status = TicketStatus::new_;
  facts.imported = true;
  return policy_decided(judge(*in_force_.policy, facts), action, in_force_.name, "propose",
                        make_ulid("dec_", step_.context.now, step_.context.random));
}

void PartEvents::came_back(const ActionId& action, const ToolCall& call) {
  if (call.outcome_unknown()) {
    add(action.value(), target_.importer(),
        EffectOutcomeUnknown{action, ids_.ticket, "no_result", {}});
  } else if (call.failed()) {
    EffectRejected rejected;
    rejected.action = action;
    rejected.ticket = ids_.ticket;
    rejected.code = "tool_error";
    rejected.result = seal(*call.result);
    add(action.value(), target_.importer(), std::move(rejected));
  } else {
    EffectConfirmed confirmed;
    confirmed.action = action;
    confirmed.ticket = ids_.ticket;
    confirmed.result = seal(*call.result);
    add(action.value(), target_.importer(), std::move(confirmed));
  }
}

void PartEvents::change_status(TicketStatus from, TicketStatus to, std::string_view reason) {
  TicketStatusChanged changed;
  changed.ticket = ids_.ticket;
  changed.from = from;
  changed.to = to;
  changed.reason_code = reason;
  add_to_ticket(target_.importer(), std::move(changed));
}

void PartEvents::end(const RunPart& part) {
  const bool failed = run_.messages == 0 || !run_.error.empty();
  if (!run_.error.empty()) note("run_error", run_.error);
  RunFinished finished;
  finished.run = ids_.run;
  finished.ticket = ids_.ticket;
  finished.status = failed ? RunStatus::failed : RunStatus::finished;
  finished.reward_ppm = reward_ppm(run_);
  if (failed) finished.error_code = run_.messages == 0 ? "no_messages" : "recorded_error";
  add(ids_.run.value(), target_.importer(), std::move(finished));

  std::optional<ResolutionId> resolution;
  if (!failed) {
    change_status(TicketStatus::new_, TicketStatus::resolved, "run_finished");
    ResolutionAsserted asserted;
    asserted.resolution = make<ResolutionId>("res_");
    asserted.ticket = ids_.ticket;
    resolution = asserted.resolution;
    add(asserted.resolution.value(), agent_, std::move(asserted));
  }
  if (!run_.reward) return;
  FeedbackSubmitted feedback;
  feedback.feedback = make<FeedbackId>("fbk_");
  feedback.ticket = ids_.ticket;
  feedback.resolution = resolution;
  feedback.kind = FeedbackKind::resolution;
  feedback.confirmed = *run_.reward == 1.0;
  feedback.channel = "import";
  add(feedback.feedback.value(), customer(), std::move(feedback));

  const bool wrote = ids_.wrote || has_committed_write(run_, part);
  if (*run_.reward != 0.0 || !wrote) return;
  TicketReopened reopened;
  reopened.ticket = ids_.ticket;
  reopened.resolution = resolution;
  reopened.reason_code = "reward_0";
  add_to_ticket(target_.importer(), std::move(reopened));
  if (resolution) change_status(TicketStatus::resolved, TicketStatus::open, "reopened");
}

}  // namespace

Result<std::vector<NewEvent>> RunEvents::decide(DecisionStep& step, const Run& run,
                                                const RunPart& part, const RunIds& ids) {
  std::vector<NewEvent> introductions;
  RECOURSE_LET(SubjectId customer, actors_.subject(step, run_customer(run)));
  RECOURSE_LET(Actor agent, actors_.actor(step, ActorType::agent, kAgentName, introductions));
  PartEvents making(target_, step, run, std::move(customer), std::move(agent), ids);
  making.events = std::move(introductions);
  if (part.first) making.begin();
  making.add_steps(part);
  if (part.last) making.end(part);
  return std::move(making.events);
}

}  // namespace recourse
