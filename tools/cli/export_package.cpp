#include "tools/cli/export_package.h"

#include "api/integrations/http_post.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/evidence_options.h"
#include "tools/cli/print.h"
#include "tools/cli/record_event.h"
#include "tools/evidence/export_package.h"

namespace recourse::cli {
namespace {

Result<std::optional<Timestamp>> read_time(const std::string& text, const char* flag) {
  if (text.empty()) return std::optional<Timestamp>();
  const auto time = from_rfc3339(text);
  if (time) return std::optional(*time);
  return Error{ErrorCode::invalid, std::string(flag) + " " + text +
                                       " is no time: a period is given in times such as "
                                       "2026-01-01T00:00:00Z"};
}

/// The package's own making is evidence too: which controls were tested, over what, by whom, and
/// the hash of what came out.
Status record_report(Writer& writer, const ExportFlags& flags, const soc2::PackageOptions& options,
                     const soc2::PackageSummary& made) {
  RECOURSE_LET(const std::optional<Timestamp> due, read_time(flags.due, "--due"));
  const Hash manifest = made.bundle.manifest;
  const auto start = static_cast<std::int64_t>(made.start.value());
  const auto end = static_cast<std::int64_t>(made.end.value());
  std::vector<EventData> events;
  ReportGenerated report;
  report.report = make_ulid("rep_", writer.clock().now(), writer.random());
  report.format = flags.format;
  report.start = start;
  report.end = end;
  report.manifest = manifest;
  report.parameters = made.parameters;
  if (!flags.purpose.empty()) report.purpose = flags.purpose;
  if (!flags.recipient.empty()) report.recipient = flags.recipient;
  events.emplace_back(std::move(report));
  for (const auto& control : made.controls) {
    ControlTested tested;
    tested.control = control.control;
    tested.result = control.result;
    tested.start = start;
    tested.end = end;
    tested.population = static_cast<std::int64_t>(control.population);
    tested.exceptions = static_cast<std::int64_t>(control.exceptions);
    tested.report = manifest;
    if (control.exceptions > 0 && due) {
      tested.owner = PrincipalId(flags.owner);
      tested.due_at = *due;
    }
    events.emplace_back(std::move(tested));
  }
  return record_events(writer, options.bundle.tenant, "ctl_reports", std::move(events));
}

Result<soc2::PackageSummary> with_lock(Deployment& deployment, const ExportFlags& flags,
                                       soc2::PackageOptions options) {
  RECOURSE_TRY(find_ledger(deployment.ledger(), flags.tenant));
  const auto port = http_post();
  RECOURSE_TRY(ask_others(flags, *port, &deployment.signer(), options.bundle));
  options.bundle.anchor = [&] { return anchor_now(deployment); };
  RECOURSE_LET(const soc2::PackageSummary made,
               soc2::export_package(deployment.ledger(), deployment.signer(), options,
                                    deployment.writer().clock().now()));
  RECOURSE_TRY(record_export(deployment.writer(), flags, made.bundle));
  RECOURSE_TRY(record_report(deployment.writer(), flags, options, made));
  return made;
}

/// Beside a server nothing can be recorded: the report then says nothing of its own making.
Result<soc2::PackageSummary> make(const ExportFlags& flags, soc2::PackageOptions options) {
  DeploymentOptions place;
  place.place = flags;
  const auto deployment = Deployment::open(place);
  if (deployment) return with_lock(**deployment, flags, options);
  if (deployment.error().code != ErrorCode::locked) return deployment.error();
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const auto signer, Signer::open_read_only(*ledger, flags.data_dir));
  const auto port = http_post();
  RECOURSE_TRY(ask_others(flags, *port, nullptr, options.bundle));
  return soc2::export_package(*ledger, *signer, options, SystemClock().now());
}

Json as_json(const ExportFlags& flags, const soc2::PackageSummary& made) {
  Json controls = Json::array();
  for (const auto& control : made.controls)
    controls.push_back(Json::object({{"control", control.control},
                                     {"exceptions", control.exceptions},
                                     {"population", control.population},
                                     {"result", control.result}}));
  return Json::object({{"tenant", flags.tenant},
                       {"origin", made.bundle.info.origin},
                       {"out", flags.out},
                       {"start", made.start.value()},
                       {"end", made.end.value()},
                       {"controls", std::move(controls)},
                       {"files", made.bundle.files},
                       {"bytes", made.bundle.bytes},
                       {"manifest_sha256", to_hex(as_text(made.bundle.manifest))}});
}

}  // namespace

int export_package(const ExportFlags& flags) {
  soc2::PackageOptions options;
  options.bundle.tenant = TenantId(flags.tenant);
  options.bundle.out_dir = flags.out;
  options.with_deployment = flags.deployment;
  options.nonce = flags.nonce;
  options.sample_size = flags.sample;
  options.criteria = flags.criteria;
  options.version = RECOURSE_VERSION;
  const auto from = read_time(flags.from, "--from");
  if (!from) return complain("export", from.error().message, "", kWrongUsage);
  const auto to = read_time(flags.to, "--to");
  if (!to) return complain("export", to.error().message, "", kWrongUsage);
  const auto due = read_time(flags.due, "--due");
  if (!due) return complain("export", due.error().message, "", kWrongUsage);
  options.from = *from;
  options.to = *to;
  const auto made = make(flags, options);
  if (!made) return complain("export", made.error());
  if (flags.json) return print_json(as_json(flags, *made)), kDone;
  std::vector<std::vector<std::string>> rows{{"control", "result", "population", "exceptions"}};
  for (const auto& control : made->controls)
    rows.push_back({control.control,
                    control.result == "no_population" ? "no population in the period"
                    : control.result == "not_tested"  ? "not tested yet"
                                                      : control.result,
                    grouped(control.population), grouped(control.exceptions)});
  print_table(rows);
  print_line("");
  print_line("Wrote the evidence package of " + made->bundle.info.origin + " to " + flags.out +
             ": " + std::to_string(made->bundle.files) + " files, " + grouped(made->bundle.bytes) +
             " bytes.");
  print_line("Read " + flags.out +
             "/report/report.html or report.pdf; check it with: recourse "
             "verify --bundle " +
             flags.out + " --rerun, or python3 " + flags.out + "/verify.py " + flags.out);
  return kDone;
}

}  // namespace recourse::cli
