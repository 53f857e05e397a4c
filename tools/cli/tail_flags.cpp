#include "tools/cli/tail_flags.h"

namespace recourse::cli {

void tail_options(CLI::App* sub, TailFlags& flags) {
  target(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Whose events; meta for the deployment's own")
      ->capture_default_str();
  sub->add_option("-n,--last", flags.last, "Begin with so many of the newest that are wanted")
      ->capture_default_str();
  sub->add_option("--after", flags.after, "Begin after this position")->type_name("POSITION");
  sub->add_option("--type", flags.types,
                  "Only such as ticket.opened, or all of a noun: rollback; may be repeated")
      ->type_name("TYPE");
  sub->add_option("--ticket", flags.ticket, "Only of this ticket: its id or number")
      ->type_name("TICKET");
  sub->add_option("--actor", flags.actor, "Only what this person, agent or system did")
      ->type_name("ID");
  sub->add_flag("-f,--follow", flags.follow, "Go on with new events until interrupted");
  sub->add_flag("--json", flags.json, "Print the events themselves, one a line (NDJSON)");
}

}  // namespace recourse::cli
