#include "tools/cli/register_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& register_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"types", "What can be put on record, and which members each kind takes", "types"},
      {"record", "Put something on record in your own name",
       "record change.requested kind=prompt what=triage@12 emergency=false test=backtest-7 "
       "\"reason=fewer false refunds\""},
      {"list", "Entries of the registers", "list --kind change --status open"},
      {"show", "One entry", "show chg_01JQ…"}};
  return verbs;
}

void register_options(CLI::App* sub, RegisterFlags& flags) {
  server_target(sub, flags);
  sub->add_flag("--json", flags.json, "JSON for programs");
  if (flags.verb == "record") {
    sub->add_option("type", flags.what, "Its kind, as `recourse register types` lists it")
        ->required()
        ->type_name("TYPE");
    sub->add_option("members", flags.members,
                    "name=value; lists with commas, times as 2026-11-22T12:00:00Z. Texts such as "
                    "reason= are stored sealed")
        ->type_name("NAME=VALUE");
  } else if (flags.verb == "show") {
    sub->add_option("entry", flags.what, "Its id")->required()->type_name("ID");
  } else if (flags.verb == "list") {
    sub->add_option("--kind", flags.kind, "Only this register, such as change or alert")
        ->type_name("KIND");
    sub->add_option("--status", flags.status, "Only entries that stand so, such as open")
        ->type_name("STATUS");
  }
}

}  // namespace recourse::cli
