#include "engine/erasure/erase.h"

#include "engine/erasure/certificate.h"
#include "engine/erasure/privacy_rows.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/note_destructions.h"
#include "tools/cli/person_request.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

Json json_of(const EntryId& dsr, const RecordedEvent& event, const SubjectErased& erased) {
  return Json::object({{"request", dsr.value()},
                       {"subject", erased.subject.value()},
                       {"fields", erased.fields},
                       {"vault_rows", erased.vault_rows},
                       {"directory_rows", erased.directory_rows},
                       {"position", event.position.value()},
                       {"root", to_base64(as_text(erased.root))}});
}

/// Errors: conflict when a hold defers it, after that was recorded; those of the decisions.
Result<Json> erase_person(Deployment& deployment, const EraseFlags& flags) {
  RECOURSE_LET(const LedgerInfo info, find_ledger(deployment.ledger(), flags.tenant));
  PersonRequest person(deployment, flags, info, flags.json);
  RECOURSE_LET(const DsrState row, person.granted(DsrKind::erasure));
  RECOURSE_LET(WriteRequest request, erase_request(deployment.writer(), info.tenant, row.dsr,
                                                   note_destructions(flags, flags.backup_dir)));
  RECOURSE_LET(const Committed done, person.give(std::move(request)));
  const RecordedEvent& event = done.events.front();
  if (const auto* deferred = get_if<ErasureDeferred>(&event.data))
    return deferred_by_holds(*deferred);
  const auto& erased = get<SubjectErased>(event.data);
  person.say("Erased " + erased.subject.value() + ": " +
             grouped(static_cast<std::uint64_t>(erased.fields)) +
             " values can be read by nobody; " +
             grouped(static_cast<std::uint64_t>(erased.vault_rows)) + " rows of the vault and " +
             std::to_string(erased.directory_rows) + " of the directory are gone.");
  RECOURSE_TRY(sweep(deployment.ledger()));
  person.say(
      "The files are rewritten without them. Older copies can be read until the key epoch ends: "
      "run "
      "`recourse kek rotate`, then `recourse erase --certificate --dsr " +
      row.dsr.value() + "`.");
  return json_of(row.dsr, event, erased);
}

/// Beside a running server too.
int print_certificate(const EraseFlags& flags) {
  const auto made = [&]() -> Result<std::string> {
    RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
    RECOURSE_LET(const auto views, open_views_read_only(flags));
    RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
    if (!ledger->has_keys())
      return Error{ErrorCode::not_found, "there is no key file " + kek_path(flags) +
                                             ": certificates are signed with a key under it"};
    RECOURSE_LET(const auto signer, Signer::open_read_only(*ledger, flags.data_dir));
    RECOURSE_LET(const DsrState row, dsr_row(*views, info.ledger, EntryId(flags.dsr)));
    return certificate_of(*ledger, *signer, info, row);
  }();
  if (!made) return complain("erase", made.error());
  print_text(*made);
  return kDone;
}

}  // namespace

int main_erase(const EraseFlags& flags) {
  if (flags.certificate) return print_certificate(flags);
  if (flags.subject.empty() && flags.email.empty() && flags.dsr.empty())
    return complain("erase", "nobody was named", "give --subject, --email or --dsr", kWrongUsage);
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("erase", deployment.error());
  const auto done = erase_person(**deployment, flags);
  if (!done) return complain("erase", done.error());
  complain_of_untold_backups("erase", flags, flags.backup_dir);
  if (flags.json) print_json(*done);
  return kDone;
}

}  // namespace recourse::cli
