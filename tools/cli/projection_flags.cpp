#include "tools/cli/projection_flags.h"

namespace recourse::cli {

const std::vector<ServerVerb>& projection_verbs() {
  static const std::vector<ServerVerb> verbs{
      {"list", "The projections and their builds", "list"},
      {"status", "Where the builds of one stand", "status tickets"},
      {"run", "Build rows anew beside those that are served, which it goes on doing after a kill",
       "run tickets --wait"},
      {"diff", "What the new rows differ in", "diff tickets"},
      {"switch", "Serve the new rows; the old ones are kept", "switch tickets"},
      {"rollback", "Serve the rows from before the switch again", "rollback tickets"},
      {"cancel", "Drop the new rows", "cancel tickets"}};
  return verbs;
}

void projection_options(CLI::App* sub, ProjectionFlags& flags) {
  server_target(sub, flags);
  sub->add_flag("--json", flags.json, "One JSON document for programs");
  if (flags.verb == "list") return;
  sub->add_option("projection", flags.projection, "Its name, as `recourse rebuild list` shows it")
      ->required()
      ->type_name("NAME");
  if (flags.verb != "run") return;
  sub->add_flag("--wait", flags.wait, "Until the build has caught up with the log");
  park_option(sub, flags.park);
}

void projection_verify_options(CLI::App* sub, ProjectionVerifyFlags& flags) {
  place(sub, flags);
  sub->add_option("--tenant", flags.tenant, "Whose rows")->type_name("NAME")->capture_default_str();
  sub->add_option("--at", flags.at, "How many events, or the time, up to which rows are made")
      ->required()
      ->type_name("MOMENT");
  sub->add_option("--projection", flags.projections, "Only this one; may be repeated")
      ->type_name("NAME");
  sub->add_flag("--json", flags.json, "One JSON document for programs");
}

}  // namespace recourse::cli
