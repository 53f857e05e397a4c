#include "tools/cli/connector_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& connector_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"list", "Which provider runs which action types", "list"},
      {"set", "Let a provider run action types, or change one",
       "set shop --provider https://shop.example/effects --look-up https://shop.example/effects"
       "\n      --type process_refund --credential shop"},
      {"remove", "Send nothing to it any more", "remove shop"}};
  return verbs;
}

void connector_options(CLI::App* sub, ConnectorFlags& flags) {
  server_target(sub, flags);
  if (flags.verb == "list") {
    sub->add_flag("--json", flags.json, "One JSON document for programs");
    return;
  }
  sub->add_option("connector", flags.connector, "Its name")->required()->type_name("NAME");
  if (flags.verb == "remove") return;
  sub->add_option("--provider", flags.provider, "Where effects are posted to; https, or http here")
      ->required()
      ->type_name("URL");
  sub->add_option("--look-up", flags.look_up, "Where the provider says what became of a call")
      ->type_name("URL");
  sub->add_option("--type", flags.types, "An action type that it runs; may be repeated")
      ->required()
      ->type_name("TYPE");
  sub->add_option("--credential", flags.credential,
                  "Name of the secret to send: from RECOURSE_CREDENTIAL_<NAME> or the file "
                  "<data>/credentials/<name> of the server")
      ->type_name("NAME");
  sub->add_option("--timeout", flags.timeout_s, "Seconds for an answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 300));
  sub->add_option("--attempts", flags.max_attempts, "How often it is tried at most")
      ->capture_default_str()
      ->check(CLI::Range(1, 20));
}

namespace {

void recall_options(CLI::App* sub, RecallFlags& flags) {
  server_target(sub, flags);
  sub->add_option("action", flags.action, "Its id")->required()->type_name("ID");
  sub->add_option("--reason", flags.reason, "Why; stored sealed");
}

}  // namespace

OneCommand<RecallFlags> recall_command() {
  return {"recall", "Take an action back that is held and was not sent yet",
          "recourse recall act_01KE75T1V2D6X8Z9QF3M5R7WYA --reason 'wrong customer'\n      "
          "--url http://127.0.0.1:8080 --key-file manager.key",
          recall_options};
}

}  // namespace recourse::cli
