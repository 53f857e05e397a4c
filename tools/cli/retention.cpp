#include "engine/erasure/retention.h"

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/note_destructions.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

std::string holds_of(const BucketFate& fate) {
  std::string holds;
  for (const EntryId& hold : fate.holds) holds += (holds.empty() ? "" : ", ") + hold.value();
  return holds;
}

Json json_of(const BucketFate& fate) {
  Json json = Json::object({{"tenant", fate.tenant.value()},
                            {"retention", fate.retention},
                            {"month", fate.month},
                            {"fate", fate.fate},
                            {"vault_rows", fate.vault_rows}});
  if (fate.due_at) json.set("due_at", to_rfc3339(*fate.due_at));
  Json holds = Json::array();
  for (const EntryId& hold : fate.holds) holds.push_back(hold.value());
  json.set("holds", std::move(holds));
  if (fate.error) json.set("error", fate.error->message);
  return json;
}

void print_fates(const std::vector<BucketFate>& fates) {
  if (fates.empty()) return (void)print_line("There is nothing that retention could end.");
  std::vector<std::vector<std::string>> rows{
      {"TENANT", "CLASS", "MONTH", "KEPT UNTIL", "FATE", "HELD BY"}};
  for (const BucketFate& fate : fates)
    rows.push_back({fate.tenant.value(), fate.retention, fate.month,
                    fate.due_at ? to_rfc3339(*fate.due_at) : "erased", fate.fate, holds_of(fate)});
  print_table(rows);
}

}  // namespace

int main_retention(const RetentionFlags& flags) {
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("retention run", deployment.error());
  RetentionOptions retention;
  if (!flags.tenant.empty()) retention.tenant = TenantId(flags.tenant);
  retention.dry_run = flags.dry_run;
  retention.by = {PrincipalId("sys_operator"), ActorType::system, Role::admin, {}, {}};
  retention.note = note_destructions(flags, flags.backup_dir);
  const auto fates = run_retention((*deployment)->writer(), retention);
  if (!fates) return complain("retention run", fates.error());
  bool destroyed = false;
  const Error* failed = nullptr;
  for (const BucketFate& fate : *fates) {
    destroyed = destroyed || fate.fate == "destroyed";
    if (failed == nullptr && fate.error) failed = &*fate.error;
  }
  if (destroyed) complain_of_untold_backups("retention run", flags, flags.backup_dir);
  if (destroyed)
    if (const Status swept = sweep((*deployment)->ledger()); !swept)
      return complain("retention run", swept.error());
  if (flags.json) {
    Json list = Json::array();
    for (const BucketFate& fate : *fates) list.push_back(json_of(fate));
    print_json(list);
  } else {
    print_fates(*fates);
  }
  return failed == nullptr ? kDone : complain("retention run", *failed);
}

}  // namespace recourse::cli
