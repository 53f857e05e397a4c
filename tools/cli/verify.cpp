#include "tools/audit/verify.h"

#include "engine/erasure/certificate.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/receipt_token.h"
#include "engine/ledger/signed_note.h"
#include "engine/writer/rebuild.h"
#include "tools/audit/verify_bundle.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/evidence/rerun_package.h"

namespace recourse::cli {
namespace {

/// Rebuilding belongs to the engine's writer, so verification asks for it.
Result<std::vector<ProjectionDigests>> compare(const Ledger& ledger, ViewStore& views, LedgerId id,
                                               const std::string& data_dir) {
  RebuildOptions options;
  options.switch_over = false;
  options.scratch_dir = data_dir + "/rebuild";
  options.park_file = data_dir + "/park";
  RECOURSE_LET(const auto rebuilt, rebuild(ledger, views, id, options));
  std::vector<ProjectionDigests> digests;
  for (const RebuiltView& view : rebuilt)
    if (view.had_live) digests.push_back({view.projection, view.size, view.live, view.rebuilt});
  return digests;
}

/// The key that an auditor has, or else the deployment's own.
Result<NoteKey> receipt_key(const VerifyFlags& flags) {
  if (!flags.receipt_key.empty()) return NoteKey::parse(flags.receipt_key);
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  if (!ledger->has_keys())
    return Error{ErrorCode::not_found, "there is no key file " + kek_path(flags) +
                                           ": name the key of receipts with --receipt-key"};
  RECOURSE_LET(const auto signer, Signer::open_read_only(*ledger, flags.data_dir));
  return NoteKey::parse(signer->receipt_verifier_key());
}

int verify_receipt(const VerifyFlags& flags) {
  const auto key = receipt_key(flags);
  if (!key) return complain("verify", key.error());
  auto token = read_file(flags.receipt);
  if (!token) return complain("verify", token.error());
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  const auto payload = verify_receipt_token(*token, *key);
  if (!payload)
    return complain("verify", "the receipt does not hold: " + payload.error().message,
                    "it was changed, or another deployment signed it", kFoundProblem);
  if (!flags.json) print_line("The receipt holds: it is signed by " + key->name() + '.');
  print_text(*payload);
  return kDone;
}

/// The key that an auditor has, or else the deployment's own.
Result<NoteKey> report_key(const VerifyFlags& flags, const Ledger* ledger) {
  if (!flags.report_key.empty()) return NoteKey::parse(flags.report_key);
  if (ledger == nullptr || !ledger->has_keys())
    return Error{ErrorCode::not_found, "there is no key file " + kek_path(flags) +
                                           ": name the key of reports with --report-key"};
  RECOURSE_LET(const auto signer, Signer::open_read_only(*ledger, flags.data_dir));
  return NoteKey::parse(signer->report_verifier_key());
}

/// The signature, and against the data directory, where there is one, what it says.
int verify_certificate(const VerifyFlags& flags) {
  const auto note = read_file(flags.certificate);
  if (!note) return complain("verify", note.error());
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger && flags.report_key.empty()) return complain("verify", ledger.error());
  const auto key = report_key(flags, ledger ? ledger->get() : nullptr);
  if (!key) return complain("verify", key.error());
  const auto verified = verify_note(*note, std::span(&*key, 1));
  const auto said = verified ? read_certificate(verified->text) : verified.error();
  if (!said)
    return complain("verify", "the certificate does not hold: " + said.error().message,
                    "it was changed, or another deployment signed it", kFoundProblem);
  if (ledger)
    if (const Status holds = check_certificate(**ledger, *said); !holds)
      return complain("verify", holds.error());
  print_line("The certificate holds: " + said->subject + " was erased at position " +
             std::to_string(said->position) + " of " + said->origin + ", " +
             std::to_string(said->fields) + " values; signed by " + key->name() + '.');
  if (!ledger) print_line("Only the signature was looked at: no data directory was given.");
  if (ledger && !(*ledger)->has_keys())
    print_line("That nothing opens was not looked at: there is no key file.");
  return kDone;
}

/// Also makes the report of a package again: one verdict about all of it.
void make_again(const std::string& dir, BundleReport& report) {
  auto differ = soc2::rerun_package(dir, report);
  if (!differ) {
    const bool untold =
        differ.error().code == ErrorCode::io || differ.error().code == ErrorCode::unsupported;
    report.verdict = untold ? Integrity::could_not_tell : Integrity::damaged;
    report.reason = differ.error().message;
    return;
  }
  report.made_again = true;
  report.not_checked.clear();
  report.differ = std::move(*differ);
  if (report.differ.empty()) return;
  report.verdict = Integrity::damaged;
  report.reason = "made again from the leaves, the report is another one";
}

/// An auditor's question: no data directory is looked at.
int verify_directory(const VerifyFlags& flags) {
  // The newest key signs all heads of a bundle.
  if (flags.log_keys.size() > 1)
    return complain("verify", "the heads of a bundle are verified by one log key",
                    "give --log-key once", kWrongUsage);
  BundleKeys keys{flags.log_keys.empty() ? std::string() : flags.log_keys.front(), flags.report_key,
                  "", flags.tsa_ca};
  if (!flags.trust_policy.empty()) {
    const auto policy = read_file(flags.trust_policy);
    if (!policy) return complain("verify", policy.error());
    keys.policy = *policy;
  }
  if (!flags.tsa_ca.empty())
    if (const auto authorities = read_file(flags.tsa_ca); !authorities)
      return complain("verify", authorities.error());
  BundleReport report = verify_bundle(flags.bundle, keys);
  if (flags.rerun && report.verdict == Integrity::intact) make_again(flags.bundle, report);
  print_text(flags.json ? to_json(report) : to_text(report));
  return report.exit_code();
}

}  // namespace

int main_verify(const VerifyFlags& flags) {
  if (!flags.receipt.empty()) return verify_receipt(flags);
  if (!flags.bundle.empty()) return verify_directory(flags);
  if (!flags.certificate.empty()) return verify_certificate(flags);
  const auto ledger = open_ledger_read_only(flags);
  if (!ledger) return complain("verify", ledger.error());
  if (!flags.tenant.empty())
    if (const auto found = find_ledger(**ledger, flags.tenant); !found)
      return complain("verify", found.error());
  const auto signer = Signer::open_read_only(**ledger, flags.data_dir);
  if (!signer) return complain("verify", signer.error());

  VerifyOptions options;
  options.strict = flags.strict;
  options.sealed = flags.sealed && (*ledger)->has_keys();
  options.threads = flags.threads;
  if (!flags.tenant.empty()) options.tenant = TenantId(flags.tenant);
  options.log_keys = flags.log_keys;
  auto views =
      flags.projections ? open_views_read_only(flags) : Result<std::unique_ptr<ViewStore>>(nullptr);
  if (flags.projections && !views) return complain("verify", views.error());
  if (flags.projections)
    options.rebuild = [&](LedgerId id) { return compare(**ledger, **views, id, flags.data_dir); };

  const VerifyReport report = verify(**ledger, **signer, options);
  print_text(flags.json ? to_json(report) : to_text(report));
  if (flags.sealed && !(*ledger)->has_keys())
    complain("verify", "sealed values were not looked at: there is no key file " + kek_path(flags),
             "name it with --kek, or say --no-sealed", kCouldNotTell);
  return report.exit_code();
}

}  // namespace recourse::cli
