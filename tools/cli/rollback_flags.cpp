#include "tools/cli/rollback_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& rollback_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"plan", "What a rollback would do; nothing is done yet",
       "plan --agent agt_billing --agent-version 2026-01-05 --reason 'wrong tone'"},
      {"show", "How far a rollback is", "show rbk_01KE75T1V2D6X8Z9QF3M5R7WYA -f"},
      {"start", "Carry out a plan that nobody else has to agree to",
       "start rbk_01KE75T1V2D6X8Z9QF3M5R7WYA --plan-digest qL8R...="},
      {"pause", "Let no further step begin",
       "pause rbk_01KE75T1V2D6X8Z9QF3M5R7WYA --reason 'the morning rush'"},
      {"resume", "Go on with a paused one", "resume rbk_01KE75T1V2D6X8Z9QF3M5R7WYA"},
      {"abort", "Leave the rest undone", "abort rbk_01KE75T1V2D6X8Z9QF3M5R7WYA --reason 'enough'"}};
  return verbs;
}

void rollback_options(CLI::App* sub, RollbackFlags& flags) {
  const std::string& verb = flags.verb;
  server_target(sub, flags);
  sub->add_flag("--json", flags.json, "One JSON document for programs");
  if (verb != "show" && verb != "resume")
    sub->add_option("--reason", flags.reason, "Why; stored sealed");
  if (verb != "plan") {
    sub->add_option("rollback", flags.rollback, "Its id")->required()->type_name("ID");
    if (verb == "start") {
      sub->add_option("--plan-digest", flags.plan_digest, "Of the plan that was looked at")
          ->required();
      sub->add_flag("--break-glass", flags.break_glass,
                    "In an emergency, without those who have to agree: an admin, with a reason");
    }
    if (verb == "show")
      sub->add_flag("-f,--follow", flags.follow, "Go on until it ends or waits for people");
    return;
  }
  sub->add_option("target", flags.target, "An action, a ticket or a run")->type_name("ID");
  sub->add_option("--agent", flags.agent, "Or: what this agent did")->type_name("ID");
  sub->add_option("--agent-version", flags.agent_version, "In this version of it");
  sub->add_option("--type", flags.type, "Of this action type");
  sub->add_option("--policy", flags.policy, "As this policy decided, such as pol_default@1");
  sub->add_option("--from", flags.from, "Executed at or after")->type_name("TIME");
  sub->add_option("--before", flags.before, "Executed before")->type_name("TIME");
  sub->add_option("--mode", flags.mode, "What becomes of what was built on it")
      ->check(CLI::IsMember({"restrict", "cascade", "detach", "forward_fix"}))
      ->capture_default_str();
}

}  // namespace recourse::cli
