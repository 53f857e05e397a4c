#include "tools/cli/approval_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& approval_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"list", "What waits for people", "list"},
      {"show", "What a vote is about; its texts are opened", "show apr_01KE75T1V2D6X8Z9QF3M5R7WYA"},
      {"claim", "Keep others from voting for a while",
       "claim apr_01KE75T1V2D6X8Z9QF3M5R7WYA --for 900"},
      {"release", "Let others vote again", "release apr_01KE75T1V2D6X8Z9QF3M5R7WYA"},
      {"approve", "Agree to what was shown",
       "approve apr_01KE75T1V2D6X8Z9QF3M5R7WYA --digest qL8R...="},
      {"reject", "Say no, and why",
       "reject apr_01KE75T1V2D6X8Z9QF3M5R7WYA --digest qL8R...= --reason 'not our fault'"},
      {"escalate", "Ask others instead", "escalate apr_01KE75T1V2D6X8Z9QF3M5R7WYA"},
      {"revoke", "Take back what was granted and not used",
       "revoke apr_01KE75T1V2D6X8Z9QF3M5R7WYA --reason 'the customer called'"},
      {"receipt", "What was agreed to, signed", "receipt apr_01KE75T1V2D6X8Z9QF3M5R7WYA"}};
  return verbs;
}

void approval_options(CLI::App* sub, ApprovalFlags& flags) {
  server_target(sub, flags);
  const std::string& verb = flags.verb;
  if (verb != "receipt") sub->add_flag("--json", flags.json, "One JSON document for programs");
  if (verb == "list") {
    sub->add_option("--status", flags.status, "Those in this status")->capture_default_str();
    return;
  }
  sub->add_option("approval", flags.approval, "Its id")->required()->type_name("ID");
  if (verb == "claim")
    sub->add_option("--for", flags.claim_s, "Seconds")
        ->capture_default_str()
        ->check(CLI::Range(1, 3'600));
  if (verb == "approve" || verb == "reject")
    sub->add_option("--digest", flags.digest, "Of what was shown: render.digest")->required();
  const bool reasoned = verb == "reject" || verb == "revoke";
  if (reasoned || verb == "escalate" || verb == "approve")
    sub->add_option("--reason", flags.reason, "Why; stored sealed")->required(reasoned);
  if (verb == "reject") {
    sub->add_option("--reason-code", flags.reason_code, "The same as a short name, in clear")
        ->type_name("CODE");
    sub->add_flag("--never-again", flags.never_again,
                  "The same arguments are not to come back on this ticket");
  }
}

}  // namespace recourse::cli
