#include <filesystem>

#include "engine/base/sha256.h"
#include "engine/erasure/erase.h"
#include "engine/ledger/durable_file.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/person_request.h"
#include "tools/cli/print.h"
#include "tools/subject/subject_export.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

/// Both files are there, or the command failed. Readable by the owner alone: it is personal.
Status write_answer(const fs::path& out, const SubjectExport& made) {
  std::error_code error;
  fs::create_directory(out, error);
  if (error)
    return Error{ErrorCode::io, "cannot make " + out.string() + ": " + error.message() +
                                    "; name another place with --out"};
  fs::permissions(out, fs::perms::owner_all, error);
  RECOURSE_TRY(replace_file(out / "subject.json", made.json));
  return replace_file(out / "subject.html", made.html);
}

Result<Json> answer_person(Deployment& deployment, const PrivacyExportFlags& flags) {
  std::error_code error;
  if (fs::exists(flags.out, error))
    return Error{ErrorCode::conflict, flags.out + " exists; name a new directory with --out"};
  RECOURSE_LET(const LedgerInfo info, find_ledger(deployment.ledger(), flags.tenant));
  PersonRequest person(deployment, flags, info, flags.json);
  RECOURSE_LET(const DsrState row, person.granted(DsrKind::access));
  // The head that the proofs lead to covers all that there is.
  RECOURSE_TRY(deployment.signer().sign_round());
  RECOURSE_LET(const SubjectExport made,
               export_subject(deployment.ledger(), deployment.signer(), deployment.views(), info,
                              *row.subject, row.dsr));
  AnswerDsr command;
  command.dsr = row.dsr;
  command.answer = sha256(made.json);
  command.fields = made.values;
  command.explained = made.explained;
  command.end = static_cast<std::int64_t>(made.size.value());
  command.tenant = info.tenant.value();
  // Recorded before anything leaves the house.
  RECOURSE_TRY(person.give(privacy_request(info.tenant, command, &answer_dsr, row.subject)));
  RECOURSE_TRY(write_answer(flags.out, made));
  person.say("Wrote " + grouped(static_cast<std::uint64_t>(made.values)) + " values and " +
             grouped(made.explained.size()) + " explained decisions to " + flags.out +
             "/subject.json and subject.html; withheld, since they are about others too: " +
             grouped(static_cast<std::uint64_t>(made.withheld)) + '.');
  return Json::object({{"request", row.dsr.value()},
                       {"subject", row.subject->value()},
                       {"out", flags.out},
                       {"values", made.values},
                       {"withheld", made.withheld},
                       {"erased", made.erased},
                       {"decisions", made.explained.size()},
                       {"sha256", to_hex(as_text(command.answer))}});
}

}  // namespace

int main_privacy_export(const PrivacyExportFlags& flags) {
  if (flags.subject.empty() && flags.email.empty() && flags.dsr.empty())
    return complain("privacy export", "nobody was named", "give --subject, --email or --dsr",
                    kWrongUsage);
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("privacy export", deployment.error());
  const auto done = answer_person(**deployment, flags);
  if (!done) return complain("privacy export", done.error());
  if (flags.json) print_json(*done);
  return kDone;
}

}  // namespace recourse::cli
