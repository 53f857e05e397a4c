#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "api/integrations/http_post.h"
#include "engine/event/clear_names.h"
#include "tools/audit/bundle.h"
#include "tools/audit/event_filter.h"
#include "tools/audit/ndjson.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/evidence_options.h"
#include "tools/cli/export_package.h"
#include "tools/cli/print.h"
#include "tools/cli/record_event.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

struct Range {
  std::optional<Moment> from, to;
};

/// A period nobody can mean is refused rather than widened to what there is.
Status check_range(const Range& range, Timestamp now) {
  const auto in_future = [now](const std::optional<Moment>& moment) {
    const auto* const time = moment ? std::get_if<Timestamp>(&*moment) : nullptr;
    return time != nullptr && *time > now;
  };
  // Of one kind each; a time and a position are compared where there is a ledger.
  if (range.from && range.to && range.from->index() == range.to->index() &&
      *range.from >= *range.to)
    return Error{ErrorCode::invalid, std::string("the period is ") +
                                         (*range.from == *range.to ? "empty" : "reversed") +
                                         ": --from has to be before --to"};
  if (in_future(range.from)) return Error{ErrorCode::invalid, "the period begins in the future"};
  if (in_future(range.to))
    return Error{ErrorCode::invalid,
                 "the period ends in the future: leave out --to, or export when it is over"};
  return {};
}

Result<Range> read_range(const ExportFlags& flags) {
  Range range;
  if (!flags.from.empty()) {
    RECOURSE_LET(range.from, parse_moment(flags.from));
  }
  if (!flags.to.empty()) {
    RECOURSE_LET(range.to, parse_moment(flags.to));
  }
  SystemClock clock;
  RECOURSE_TRY(check_range(range, clock.now()));
  return range;
}

/// A power cut after "done" must not leave an empty file.
Status make_durable(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (synced) return {};
  return Error{ErrorCode::io, "cannot sync " + path.string() + "; export it to another disk"};
}

Result<std::uint64_t> write_file(const Ledger& ledger, const NdjsonOptions& options,
                                 const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error))
    return Error{ErrorCode::conflict, path.string() + " exists; name a new file with --out"};
  const fs::path part = path.string() + ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  if (!out)
    return Error{ErrorCode::io,
                 "cannot write " + part.string() + "; name another place with --out"};
  auto count = export_ndjson(ledger, options, out);
  out.close();
  if (!out)
    count = Error{ErrorCode::disk_full, "cannot write all of " + part.string() +
                                            "; make room or name another place with --out"};
  if (count)
    if (const Status durable = make_durable(part); !durable) count = durable.error();
  if (!count) {
    fs::remove(part, error);
    return count;
  }
  fs::rename(part, path, error);
  if (error) return Error{ErrorCode::io, "cannot rename " + part.string() + ": " + error.message()};
  return count;
}

int export_lines(const ExportFlags& flags, const Range& range) {
  NdjsonOptions options;
  options.tenant = TenantId(flags.tenant);
  options.from = range.from;
  options.to = range.to;
  auto types = event_types_named(flags.types);
  if (!types) return complain("export", types.error());
  options.filter.types = std::move(*types);
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger) return complain("export", ledger.error());
  const bool to_stdout = flags.out == "-";
  const auto count = to_stdout ? export_ndjson(**ledger, options, std::cout)
                               : write_file(**ledger, options, flags.out);
  std::cout.flush();
  if (!count) return complain("export", count.error());
  if (to_stdout) return kDone;
  if (flags.json) return print_json(Json::object({{"events", *count}, {"out", flags.out}})), kDone;
  print_line("Wrote " + grouped(*count) + " events to " + flags.out + ".");
  return kDone;
}

/// The tenant's auditors shall see that sealed texts left the house.
Status record_opening(Writer& writer, const LedgerInfo& info) {
  SealedOpened opened;
  opened.purpose = "export";
  std::vector<EventData> events;
  events.emplace_back(std::move(opened));
  return record_events(writer, info.tenant, info.origin, std::move(events));
}

BundleOptions bundle_options(const ExportFlags& flags, const Range& range) {
  BundleOptions options;
  options.tenant = TenantId(flags.tenant);
  options.out_dir = flags.out;
  options.from = range.from;
  options.to = range.to;
  options.open = flags.open;
  options.fields = flags.fields;
  return options;
}

Result<BundleSummary> bundle_with_lock(Deployment& deployment, const ExportFlags& flags,
                                       const Range& range) {
  RECOURSE_LET(const LedgerInfo info, find_ledger(deployment.ledger(), flags.tenant));
  if (flags.open) RECOURSE_TRY(record_opening(deployment.writer(), info));
  BundleOptions options = bundle_options(flags, range);
  const auto port = http_post();
  RECOURSE_TRY(ask_others(flags, *port, &deployment.signer(), options));
  options.anchor = [&] { return anchor_now(deployment); };
  RECOURSE_LET(const BundleSummary summary,
               export_bundle(deployment.ledger(), deployment.signer(), options));
  RECOURSE_TRY(record_disclosure(deployment.writer(), flags, summary));
  RECOURSE_TRY(record_export(deployment.writer(), flags, summary));
  return summary;
}

/// Beside a server: what it signed and anchored up to now.
Result<BundleSummary> bundle_beside_server(const ExportFlags& flags, const Range& range) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const auto signer, Signer::open_read_only(*ledger, flags.data_dir));
  BundleOptions options = bundle_options(flags, range);
  const auto port = http_post();
  RECOURSE_TRY(ask_others(flags, *port, nullptr, options));
  return export_bundle(*ledger, *signer, options);
}

Result<BundleSummary> bundle(const ExportFlags& flags, const Range& range) {
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (deployment) return bundle_with_lock(**deployment, flags, range);
  if (deployment.error().code != ErrorCode::locked || flags.open) return deployment.error();
  return bundle_beside_server(flags, range);
}

int export_evidence(const ExportFlags& flags, const Range& range) {
  const auto made = bundle(flags, range);
  if (!made) return complain("export", made.error());
  if (flags.json) {
    print_json(Json::object({{"tenant", flags.tenant},
                             {"origin", made->info.origin},
                             {"out", flags.out},
                             {"start", made->start.value()},
                             {"end", made->end.value()},
                             {"size", made->head.size.value()},
                             {"root", to_base64(as_text(made->head.root))},
                             {"anchored", made->anchored},
                             {"witnessed", made->witnessed},
                             {"time_stamped", made->stamped},
                             {"files", made->files},
                             {"bytes", made->bytes},
                             {"disclosed", made->disclosed},
                             {"erased", made->erased},
                             {"manifest_sha256", to_hex(as_text(made->manifest))}}));
    return kDone;
  }
  print_line("Wrote the evidence for events " + grouped(made->start.value()) + " to " +
             grouped(made->end.value()) + " (not included) of " + made->info.origin + " to " +
             flags.out + ": " + std::to_string(made->files) + " files, " + grouped(made->bytes) +
             " bytes" + (made->anchored ? "." : ", not anchored in the meta ledger yet."));
  print_line("Anybody checks it with: python3 " + flags.out + "/verify.py " + flags.out +
             ", or in a browser with " + flags.out + "/verify.html");
  return kDone;
}

}  // namespace

int main_export(const ExportFlags& flags) {
  for (const std::string* code : {&flags.purpose, &flags.recipient})
    if (!code->empty() && !is_code(*code))
      return complain("export", "--purpose and --recipient take a code",
                      "1 to 128 of A-Za-z0-9_.:/-", kWrongUsage);
  if (flags.format == "soc2") {
    if (flags.open || !flags.types.empty())
      return complain("export", "--open and --type do not go with --format soc2",
                      "a package is complete and shows nothing sealed", kWrongUsage);
    return export_package(flags);
  }
  if (flags.deployment || !flags.nonce.empty() || !flags.criteria.empty())
    return complain("export", "--nonce, --criteria and --deployment go with --format soc2", "",
                    kWrongUsage);
  const auto range = read_range(flags);
  if (!range)
    return complain("export", range.error().message,
                    "give a position such as 42 or a time such as 2026-01-05T09:30:00Z",
                    kWrongUsage);
  if (flags.format == "ndjson") {
    if (flags.open)
      return complain("export", "--open goes with --format bundle",
                      "lines of the log never hold sealed texts", kWrongUsage);
    return export_lines(flags, *range);
  }
  if (!flags.types.empty())
    return complain("export", "--type goes with --format ndjson",
                    "a bundle is complete or it proves nothing", kWrongUsage);
  return export_evidence(flags, *range);
}

}  // namespace recourse::cli
