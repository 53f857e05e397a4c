#include "tests/property/oversight/model.h"

#include <algorithm>

#include "tests/property/oversight/watch.h"

namespace recourse::model {
namespace {

const std::set<std::string_view> kInternal{"AUTO_RESOLVE",      "ESCALATE",
                                           "ASSIGN_TO_TEAM",    "SCHEDULE_FOLLOWUP",
                                           "escalate_to_human", "REQUEST_CLARIFICATION"};
const std::set<std::string_view> kHarmless{"ESCALATE", "escalate_to_human", "check_order_status",
                                           "search_knowledge_base", "unknown"};

}  // namespace

std::string breaker_name(const PrincipalId& agent, const std::optional<Clear>& version,
                         const std::string& type) {
  return agent.value() + (version ? "@" + version->text : "") + "/" + type;
}

std::int64_t Approval::in_favour() const {
  return std::count_if(votes.begin(), votes.end(),
                       [](const auto& vote) { return vote.second.vote == Vote::approve; });
}

bool Step::ended() const {
  return status == StepStatus::succeeded || status == StepStatus::skipped ||
         status == StepStatus::recorded_manually;
}

std::string step_name(const RollbackId& rollback, std::int64_t step) {
  std::string digits = std::to_string(step);
  return rollback.value() + "/" + std::string(6 - digits.size(), '0') + digits;
}

bool writes(std::string_view type) { return !kHarmless.contains(type); }
bool is_internal(std::string_view type) { return kInternal.contains(type); }

bool Experiment::overlaps(const std::set<std::string>& others) const {
  return types.empty() || others.empty() ||
         std::any_of(others.begin(), others.end(),
                     [this](const std::string& type) { return types.contains(type); });
}

std::string Model::policy_before() const {
  const auto usable = [this](const std::string& one) { return !policies.at(one); };
  const auto found = std::find_if(earlier.rbegin(), earlier.rend(), usable);
  return found != earlier.rend() ? *found : "";
}

bool Model::stopped(const Action& action) const {
  return killed.contains("tenant") || killed.contains(action.type) ||
         killed.contains(action.proposer.value());
}

void Model::must(bool holds, std::string_view rule, std::string_view about) {
  if (holds) return;
  std::string fault(rule);
  fault.append(" [").append(about).append("] at ").append(given.command);
  fault.append(" by ").append(given.by.id.value());
  faults.push_back(std::move(fault));
}

void Model::begin(Given command) {
  given = std::move(command);
  allowed.clear();
  dispatched.clear();
  consumed.clear();
  started.clear();
  glass_broken.clear();
  reopened.clear();
  touched.clear();
  changed.clear();
}

void Model::see(const RecordedEvent& event) {
  must(event.stream_version == versions[event.stream]++, "versions of a stream have no gap",
       event.stream);
  ++seen[std::string(type_of(event.data))];
  watch_actions(*this, event);
  watch_approvals(*this, event);
  watch_rollbacks(*this, event);
  watch_tickets(*this, event);
  watch_clocks(*this, event);
}

void Model::end() {
  for (const ApprovalId& id : consumed) {
    const Approval& a = approvals[id];
    bool used = dispatched.contains(a.action);
    if (a.rollback && !a.step) used = started.contains(*a.rollback);
    if (a.rollback && a.step)
      used = rollbacks[*a.rollback].steps.at(static_cast<std::size_t>(*a.step)).status ==
             StepStatus::skipped;
    must(used, "what people agreed to is used for that and nothing else", id.value());
  }
  for (const TicketId& id : touched) {
    const Ticket& t = tickets[id];
    if (t.automation == Automation::off) continue;  // Whatever else there is.
    must((t.automation == Automation::suspended) == !t.stuck.empty(),
         "automation is suspended while a rollback is stuck", id.value());
    if (t.stuck.empty())
      must((t.automation == Automation::awaiting_approval) == (t.waiting > 0),
           "a ticket waits as long as people are asked about it", id.value());
  }
  for (const RollbackId& id : changed) {
    const Rollback& r = rollbacks[id];
    const bool over = r.status == RollbackStatus::completed ||
                      r.status == RollbackStatus::partial || r.status == RollbackStatus::aborted ||
                      r.status == RollbackStatus::staled;
    if (!over) continue;
    for (const Step& s : r.steps)
      must(!s.waiver || approvals[*s.waiver].status != ApprovalStatus::pending,
           "nobody is asked about a rollback that is over", id.value());
    must(!r.approval || approvals[*r.approval].status != ApprovalStatus::pending,
         "nobody is asked about a rollback that is over", id.value());
  }
}

}  // namespace recourse::model
