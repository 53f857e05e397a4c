#include "tools/cli/experiment_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& experiment_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"start", "Try another confidence threshold on some of the tickets",
       "start resolve-75 --control 85% --treatment 75% --share 20 --type AUTO_RESOLVE "
       "--guardrail rollback=5%"},
      {"show", "What the arms have come to; may be looked at at any time", "show resolve-75"},
      {"list", "All experiments", "list"},
      {"stop", "End it: the policy's own threshold holds again",
       "stop resolve-75 --reason 'we know enough'"}};
  return verbs;
}

void experiment_options(CLI::App* sub, ExperimentFlags& flags) {
  server_target(sub, flags);
  const std::string& verb = flags.verb;
  sub->add_flag("--json", flags.json, "Print JSON for programs");
  if (verb == "list") return;
  sub->add_option("key", flags.key, "Its name; never used again")->required()->type_name("KEY");
  if (verb == "show") return;
  sub->add_option("--reason", flags.reason, "Why; stored sealed");
  if (verb == "stop") return;
  sub->add_option("--control", flags.control, "The confidence that one half asks for, such as 85%")
      ->required()
      ->type_name("CONFIDENCE");
  sub->add_option("--treatment", flags.treatment, "The confidence that the other half asks for")
      ->required()
      ->type_name("CONFIDENCE");
  sub->add_option("--share", flags.share, "Percent of the tickets, with at most two decimals")
      ->type_name("N")
      ->capture_default_str();
  sub->add_option("--type", flags.types, "Only this action type; may be repeated")
      ->type_name("TYPE");
  sub->add_option("--window", flags.window,
                  "So long must nothing speak against what ran, such as 7d or 12h")
      ->type_name("TIME")
      ->capture_default_str();
  sub->add_option("--alpha", flags.alpha, "How often the intervals may miss the truth")
      ->type_name("SHARE")
      ->capture_default_str();
  sub->add_option("--guardrail", flags.guardrails,
                  "End it when an arm does more harm: error, rollback, reopening or "
                  "low_satisfaction=SHARE; may be repeated")
      ->type_name("METRIC=SHARE");
  sub->add_option("--least", flags.least, "Executed actions before a guardrail says anything")
      ->check(CLI::Range(1, 1'000'000));
}

}  // namespace recourse::cli
