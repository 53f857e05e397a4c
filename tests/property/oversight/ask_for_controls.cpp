#include "engine/policy/policy.h"
#include "tests/property/oversight/maker.h"

namespace recourse::model {

namespace {

/// Policies that differ in what an agent may do alone.
std::string policy_text(int which) {
  Policy policy = default_policy();
  if (which == 1) policy.autonomy = {AutonomyRule{.rule = "all", .level = AgentAutonomy::approve}};
  if (which == 2) policy.autonomy = {AutonomyRule{.rule = "all", .level = AgentAutonomy::shadow}};
  if (which == 3) {
    policy.limits->front().max = 3;
    policy.limits->front().window_s = 600;
  }
  if (which != 1)
    policy.sla = {SlaRule{.rule = "others",
                          .first_response_s = 900,
                          .next_response_s = 1'800,
                          .resolution_s = 36'000}};
  return policy_json(policy);
}

}  // namespace

std::string Maker::scope() const {
  constexpr const char* kScopes[] = {"tenant", "agt_helper", "process_refund", "ASSIGN_TO_TEAM"};
  return kScopes[how_ % 4];
}

void Maker::configure() {
  ConfigureConnector c;
  c.connector = "tools";
  c.url = "https://provider.example/tools";
  if (how_ % 2 == 0) c.look_up_url = "https://provider.example/look-up";
  c.types = {"create_bug_report", "revoke_password_reset"};
  c.max_attempts = 3;
  if (luck_ % 7 == 3) c.types = {"ASSIGN_TO_TEAM"};
  if (luck_ % 7 == 4) c.connector = "client";
  order_.command = c;
  refused_if(luck_ % 7 == 3, "nobody outside does it");
  refused_if(luck_ % 7 == 4, "that is a name of ours");
  accept_rest();
}

void Maker::remove() {
  order_.command = RemoveConnector{"tools", {}};
  if (!refused_if(!m_.connectors.contains("tools"), "there is none")) accept_rest();
}

void Maker::engage() {
  EngageKillswitch c;
  c.scope = luck_ % 13 == 3 ? "nonsense" : scope();
  order_.command = c;
  refused_if(c.scope == "nonsense", "what is that");
  refused_if(m_.killed.contains(c.scope), "it is engaged");
  accept_rest();
}

void Maker::release_killswitch() {
  ReleaseKillswitch c;
  c.scope = scope();
  idle_ = m_.killed.empty();
  if (luck_ % 5 != 0 && !m_.killed.empty()) c.scope = *m_.killed.begin();
  order_.command = c;
  if (!refused_if(!m_.killed.contains(c.scope), "it is not engaged")) accept_rest();
}

void Maker::breaker() {
  SetBreaker c;
  c.agent = PrincipalId(how_ % 2 == 0 ? "agt_helper" : "agt_other");
  c.action_type = how_ % 3 == 0 ? "ASSIGN_TO_TEAM" : "process_refund";
  if (how_ % 5 == 0) c.agent_version = "2026-01-05";
  c.open = spare_ % 2 == 0;
  if (luck_ % 13 == 3) c.action_type = "check_order_status";
  order_.command = c;
  if (refused_if(c.action_type == "check_order_status", "it only looks")) return;
  const std::string key =
      c.agent.value() + (c.agent_version ? "@" + *c.agent_version : "") + "/" + c.action_type;
  const auto found = m_.breakers.find(key);
  const Breaker now = found != m_.breakers.end() ? found->second : Breaker{};
  const bool held = now.status == BreakerStatus::open && !now.until;
  refused_if(c.open ? held : now.status == BreakerStatus::closed, "it is so");
  accept_rest();
}

void Maker::ramp() {
  RampRollout c;
  c.key = "autonomy";
  c.percent_bp = how_ % 5 == 4 ? 20'000 : std::int64_t{2'500} * (how_ % 5);
  order_.command = c;
  if (!refused_if(c.percent_bp > 10'000, "more than all")) accept_rest();
}

void Maker::draft() {
  DraftPolicy c{"pol_draft@" + std::to_string(1 + how_ % 4), policy_text(how_ % 4)};
  if (luck_ % 13 == 3) c.text = "{}]";
  order_.command = c;
  refused_if(c.text == "{}]", "it is no policy");
  refused_if(m_.policies.contains(c.policy), "it is drafted");
  accept_rest();
}

void Maker::activate() {
  const int which = how_ % 8 < 5 ? 0 : how_ % 8 - 4;
  ActivatePolicy c{"pol_test@" + std::to_string(1 + which), policy_text(which)};
  if (spare_ % 4 == 0) c.mode = PolicyMode::shadow;
  order_.command = c;
  const auto known = m_.policies.find(c.policy);
  refused_if(known != m_.policies.end() && known->second, "it is retired");
  refused_if(m_.policy == c.policy, "it is in force");
  const bool trial = c.mode == PolicyMode::shadow;
  refused_if(trial && m_.shadow_policy == c.policy, "it is in shadow");
  // A person needs a backtest and a second person.
  refused_if(!trial && order_.by.kind == ActorType::human, "alone, and untested");
  accept_rest();
}

void Maker::retire() {
  RetirePolicy c{(how_ % 2 == 0 ? "pol_draft@" : "pol_test@") + std::to_string(1 + which_ % 4), {}};
  order_.command = c;
  const bool* retired = look(m_.policies, c.policy);
  if (retired == nullptr) return;
  refused_if(m_.policy == c.policy, "it is in force");
  refused_if(*retired, "it is retired");
  accept_rest();
}

void Maker::revert() {
  RevertPolicy c{luck_ % 7 == 2 ? "pol_test@" + std::to_string(1 + how_ % 4) : m_.policy, reason()};
  order_.command = c;
  refused_if(!c.reason, "nobody knows why");
  refused_if(c.policy != m_.policy, "it is not in force");
  refused_if(m_.policy_before().empty(), "there is nothing to go back to");
  accept_rest();
}

void Maker::start_experiment() {
  StartExperiment c;
  c.key = "try_" + std::to_string(how_ % 8);
  c.control_ppm = 700'000;
  c.treatment_ppm = luck_ % 13 == 3 ? c.control_ppm : 500'000;
  if (which_ % 3 == 1) c.types = {"process_refund", "reset_password"};
  if (which_ % 3 == 2) c.types = {luck_ % 13 == 4 ? "check_order_status" : "create_bug_report"};
  if (spare_ % 3 == 0) {
    c.guardrails = {{Mishap::error, 300'000}};
    c.least = 2;
  }
  order_.command = c;
  refused_if(c.control_ppm == c.treatment_ppm, "there is nothing to try");
  refused_if(!c.types.empty() && c.types.front() == "check_order_status", "it changes nothing");
  refused_if(m_.experiments.contains(c.key), "there was one of that name");
  for (const auto& [key, other] : m_.experiments)
    refused_if(other.runs && other.overlaps({c.types.begin(), c.types.end()}),
               "another one is about the same");
  accept_rest();
}

void Maker::stop_experiment() {
  StopExperiment c{"try_none", reason()};
  std::vector<std::string> found;
  for (const auto& [key, one] : m_.experiments)
    if (one.runs || luck_ % 7 == 2) found.push_back(key);
  idle_ = found.empty();
  if (!found.empty()) c.key = found[which_ % found.size()];
  order_.command = c;
  const Experiment* const one = look(m_.experiments, c.key);
  if (one == nullptr) return;
  refused_if(!one->runs, "it has ended");
  accept_rest();
}

}  // namespace recourse::model
