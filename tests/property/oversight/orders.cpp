#include "tests/property/oversight/orders.h"

#include "tests/property/oversight/maker.h"

namespace recourse::model {

namespace {

Principal somebody(ActorType kind, Role role, const char* id) {
  return {PrincipalId(id), kind, role, KeyId("key_" + std::string(id))};
}

const std::vector<Principal> kCast{somebody(ActorType::agent, Role::agent, "agt_helper"),
                                   somebody(ActorType::agent, Role::agent, "agt_other"),
                                   somebody(ActorType::human, Role::agent, "usr_desk"),
                                   somebody(ActorType::human, Role::operator_, "usr_operator"),
                                   somebody(ActorType::human, Role::manager, "usr_manager"),
                                   somebody(ActorType::human, Role::manager, "usr_second"),
                                   somebody(ActorType::human, Role::admin, "usr_admin"),
                                   somebody(ActorType::human, Role::admin, "usr_third"),
                                   somebody(ActorType::human, Role::viewer, "usr_viewer"),
                                   somebody(ActorType::human, Role::auditor, "usr_auditor"),
                                   somebody(ActorType::customer, Role::viewer, "sub_customer"),
                                   somebody(ActorType::system, Role::viewer, "sys_recourse")};

}  // namespace

const std::vector<Principal>& cast() { return kCast; }

const std::vector<Maker::Kind>& Maker::kinds() {
  using M = Maker;
  static const std::vector<Kind> kinds{
      {"time", 9, desk, true, true, true, &M::time},
      {"open_ticket", 3, desk, true, true, true, &M::open},
      {"add_message", 5, desk, true, true, true, &M::message},
      {"assign_ticket", 3, desk, false, false, true, &M::assign},
      {"escalate_ticket", 2, desk, false, false, true, &M::escalate},
      {"set_ticket_status", 5, desk, false, false, true, &M::set_status},
      {"reopen_ticket", 3, desk, false, true, true, &M::reopen},
      {"merge_ticket", 1, desk, false, false, false, &M::merge},
      {"hand_back_ticket", 2, desk, false, false, false, &M::hand_back},
      {"switch_automation", 3, desk, false, false, false, &M::switch_automation},
      {"propose_action", 30, desk, true, false, true, &M::propose},
      {"work", 22, desk, true, false, true, &M::work},
      {"lease_action", 14, desk, true, false, true, &M::lease},
      {"report_action", 14, desk, true, false, true, &M::report},
      {"recall_action", 3, desk, true, false, true, &M::recall},
      {"configure_connector", 2, admins, false, false, true, &M::configure},
      {"remove_connector", 1, admins, false, false, true, &M::remove},
      {"withdraw_action", 3, desk, true, false, true, &M::withdraw},
      {"amend_action", 5, desk, true, false, false, &M::amend},
      {"cast_vote", 24, operators, false, false, false, &M::vote},
      {"claim_approval", 5, operators, false, false, false, &M::claim},
      {"release_approval", 3, operators, false, false, false, &M::release},
      {"escalate_approval", 3, operators, false, false, true, &M::escalate_approval},
      {"revoke_approval", 3, operators, false, false, false, &M::revoke},
      {"expire_approval", 1, nobody, false, false, true, &M::expire_approval},
      {"expire_claim", 1, nobody, false, false, true, &M::expire_claim},
      {"expire_lease", 1, nobody, false, false, true, &M::expire_lease},
      {"send_followup", 1, nobody, false, false, true, &M::send_followup},
      {"close_resolved", 1, nobody, false, false, true, &M::close_resolved},
      {"breach_clock", 1, nobody, false, false, true, &M::breach},
      {"waive_clock", 1, managers, false, false, true, &M::waive},
      {"request_followup", 3, desk, false, false, true, &M::ask_followup},
      {"cancel_followup", 2, desk, false, false, true, &M::cancel_followup},
      {"answer_followup", 4, desk, true, true, true, &M::answer_followup},
      {"submit_feedback", 4, desk, true, true, true, &M::feedback},
      {"retract_feedback", 2, desk, false, false, true, &M::retract},
      {"roll_back", 20, managers, false, false, true, &M::roll_back},
      {"start_rollback", 10, managers, false, false, true, &M::start},
      {"abort_rollback", 3, managers, false, false, true, &M::abort},
      {"pause_rollback", 2, managers, false, false, true, &M::pause},
      {"continue_rollback", 2, nobody, false, false, true, &M::go_on},
      {"lease_step", 24, desk, true, false, true, &M::lease_step},
      {"report_step", 24, desk, true, false, true, &M::report_step},
      {"expire_step_lease", 1, nobody, false, false, true, &M::expire_step_lease},
      {"retry_step", 5, operators, false, false, true, &M::retry_step},
      {"skip_step", 5, operators, false, false, true, &M::skip_step},
      {"record_step", 4, operators, false, false, true, &M::record_step},
      {"close_incident", 3, operators, false, false, true, &M::close_incident},
      {"engage_killswitch", 2, operators, false, false, true, &M::engage},
      {"release_killswitch", 12, managers, false, false, true, &M::release_killswitch},
      {"set_breaker", 3, managers, false, false, true, &M::breaker},
      {"ramp_rollout", 2, managers, false, false, true, &M::ramp},
      {"draft_policy", 1, managers, false, false, true, &M::draft},
      {"activate_policy", 3, admins, false, false, true, &M::activate},
      {"retire_policy", 1, managers, false, false, true, &M::retire},
      {"revert_policy", 1, managers, false, false, true, &M::revert},
      {"start_experiment", 3, admins, false, false, false, &M::start_experiment},
      {"stop_experiment", 2, managers, false, false, true, &M::stop_experiment}};
  return kinds;
}

Order order_of(const Model& model, const Numbers& numbers, Timestamp now) {
  const auto& kinds = Maker::kinds();
  int all = 0;
  for (const Maker::Kind& kind : kinds) all += kind.weight;
  // Spread over two of the numbers: there are more weights than a byte has values.
  int at = (numbers[0] * 256 + numbers[5]) * all / 65'280;
  for (const Maker::Kind& kind : kinds) {
    if (at < kind.weight) {
      Maker maker(model, numbers, now);
      Order order = maker.make(kind);
      return maker.idle() ? Maker(model, numbers, now).make_proposal() : order;
    }
    at -= kind.weight;
  }
  return Maker(model, numbers, now).make(kinds.front());
}

std::vector<std::string> order_names() {
  std::vector<std::string> names;
  for (const Maker::Kind& kind : Maker::kinds()) names.emplace_back(kind.name);
  std::erase(names, "time");
  std::erase(names, "work");
  return names;
}

}  // namespace recourse::model
