#include "tools/import/import.h"

#include <algorithm>
#include <filesystem>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/progress.h"
#include "tools/import/byte_source.h"

namespace recourse::cli {
namespace {

std::string way_out(const Error& error) {
  if (error.message.find("; ") != std::string::npos) return "";
  switch (error.code) {
    case ErrorCode::not_found:
      return "check the path";
    case ErrorCode::invalid:
      return "check the file, --format, --source, --timezone and --tenant";
    case ErrorCode::too_large:
      return "split the file";
    case ErrorCode::disk_full:
      return "make room, then run the same import again: it goes on where it stopped";
    case ErrorCode::unknown_outcome:
    case ErrorCode::unavailable:
      return "run the same import again: what is known is not written twice";
    default:
      return "mend this, then run the same import again";
  }
}

/// 0 when every record is in the ledger, else 1; complains about what is not.
int judge(const ImportSummary& summary) {
  int code = kDone;
  if (summary.cut_short)
    code = complain("import", summary.cut_short->message,
                    "what stands before it was kept; bring the whole file and run the same import "
                    "again",
                    kFoundProblem);
  if (summary.stopped)
    code = complain("import", summary.stopped->message, way_out(*summary.stopped), kCouldNotTell);
  if (summary.conflicts > 0)
    code = complain("import",
                    std::to_string(summary.conflicts) + " records of " + summary.source +
                        " are known with other content",
                    "nothing of them was written; if it is another source, name it with --source",
                    kFoundProblem);
  return code;
}

}  // namespace

int main_import(const ImportFlags& flags) {
  const auto format = import_format(flags.format);
  if (!format)
    return complain("import", "there is no format " + flags.format,
                    "choose servicenow or transcript", kWrongUsage);
  // Before anything is made: a mistyped file must not leave a new deployment behind.
  for (const std::string& file : flags.files)
    if (const auto source = ByteSource::open(file); !source)
      return complain("import", source.error().message, way_out(source.error()), kCouldNotTell);
  DeploymentOptions options;
  options.place = flags;
  options.create = true;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("import", deployment.error());
  const auto first = bootstrap((*deployment)->writer());
  if (!first) return complain("import", first.error());
  if (*first && !flags.json)
    print_line("A new deployment in " + flags.data_dir +
               ". Its admin key is shown only now: " + (*first)->secret);

  int worst = kDone;
  for (const std::string& file : flags.files) {
    const std::string shown = std::filesystem::path(file).filename().string();
    Progress progress(shown, flags.json);
    ImportOptions order;
    order.format = *format;
    order.file = file;
    order.source = flags.source;
    order.timezone = flags.timezone;
    order.undo_wrong_writes = flags.undo_wrong_writes;
    order.progress = [&](const ImportProgress& now) {
      progress.rename(shown + (now.reading ? ": reading, bytes" : ": writing, records"));
      progress.show(now.done, now.total);
    };
    const auto summary = import_file((*deployment)->writer(), TenantId(flags.tenant), order);
    progress.end();
    if (!summary) {
      worst = std::max(worst, complain("import", summary.error().message, way_out(summary.error()),
                                       kCouldNotTell));
      continue;
    }
    print_text(flags.json ? summary_json(*summary) : summary_text(*summary));
    worst = std::max(worst, judge(*summary));
  }
  return worst;
}

}  // namespace recourse::cli
