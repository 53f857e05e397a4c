#include "tools/cli/hold_flags.h"

namespace recourse::cli {
namespace {

void place_hold_options(CLI::App* sub, HoldFlags& flags) {
  auto* const about = sub->add_option_group("what is kept");
  about->add_option("--subject", flags.subject, "What concerns this person (sub_...)")
      ->type_name("ID");
  about->add_option("--email", flags.email, "The same of the person who is known by this address")
      ->type_name("ADDRESS");
  about->add_option("--ticket", flags.ticket, "What concerns this ticket")->type_name("ID");
  about->add_flag("--everything", flags.everything, "All of the tenant");
  about->require_option(1);
  sub->add_option("--from", flags.from, "Only what was recorded from then on")->type_name("TIME");
  sub->add_option("--to", flags.to, "Only what was recorded until then")->type_name("TIME");
  sub->add_option("--matter", flags.matter, "The case, a code")->required()->type_name("CODE");
  sub->add_option("--requested-by", flags.requested_by,
                  "Who asks for it (usr_...): another person than who authorises it")
      ->required()
      ->type_name("ID");
}

}  // namespace

const std::vector<ServerVerb>& hold_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"place", "Order that something be kept: no erasure and no end of a period destroys it",
       "place --email jane@example.com --matter case-7 --requested-by usr_counsel --review "
       "2026-12-31"},
      {"list", "Holds in force, and when each is looked at again", "list"},
      {"review", "Keep a hold until it is looked at again",
       "review hld_01KE75T1V2D6X8Z9QF3M5R7WYA --review 2027-12-31"},
      {"release", "End a hold; erasures that waited for it can go on",
       "release hld_01KE75T1V2D6X8Z9QF3M5R7WYA --reason 'the case is closed'"}};
  return verbs;
}

void hold_options(CLI::App* sub, HoldFlags& flags) {
  target(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Whose data (with --url: the key's own tenant)")
      ->type_name("NAME")
      ->capture_default_str();
  sub->add_flag("--json", flags.json, "Print JSON for programs");
  const std::string& verb = flags.verb;
  if (verb == "list") {
    sub->add_flag("--all", flags.all, "Released ones too");
    return;
  }
  sub->add_option("--by", flags.by, "Who does it (usr_...); with --url whoever the key belongs to")
      ->type_name("ID");
  if (verb == "place") {
    place_hold_options(sub, flags);
  } else {
    sub->add_option("hold", flags.hold, "Its id")->required()->type_name("ID");
  }
  if (verb != "release")
    sub->add_option("--review", flags.review, "When it is looked at again, within twelve months")
        ->required()
        ->type_name("TIME");
  if (verb == "release")
    sub->add_option("--reason", flags.reason, "Why; stored sealed")->type_name("TEXT");
}

}  // namespace recourse::cli
