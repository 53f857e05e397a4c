#include "tools/cli/run.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <exception>

#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/parse_flags.h"

namespace recourse::cli {
namespace {

struct Dispatch {
  int operator()(const ServeFlags& flags) const { return main_serve(flags); }
  int operator()(const DemoFlags& flags) const { return main_demo(flags); }
  int operator()(const ImportFlags& flags) const { return main_import(flags); }
  int operator()(const ReplayFlags& flags) const { return main_replay(flags); }
  int operator()(const TenantCreateFlags& flags) const { return main_tenant_create(flags); }
  int operator()(const TenantListFlags& flags) const { return main_tenant_list(flags); }
  int operator()(const KeyCreateFlags& flags) const { return main_key_create(flags); }
  int operator()(const KeyListFlags& flags) const { return main_key_list(flags); }
  int operator()(const KeyRevokeFlags& flags) const { return main_key_revoke(flags); }
  int operator()(const KillFlags& flags) const { return main_kill(flags); }
  int operator()(const RolloutFlags& flags) const { return main_rollout(flags); }
  int operator()(const ExperimentFlags& flags) const { return main_experiment(flags); }
  int operator()(const RollbackFlags& flags) const { return main_rollback(flags); }
  int operator()(const ConnectorFlags& flags) const { return main_connector(flags); }
  int operator()(const ProjectionFlags& flags) const { return main_projection(flags); }
  int operator()(const ProjectionVerifyFlags& flags) const { return main_projection_verify(flags); }
  int operator()(const RegisterFlags& flags) const { return main_register(flags); }
  int operator()(const RecallFlags& flags) const { return main_recall(flags); }
  int operator()(const ApprovalFlags& flags) const { return main_approval(flags); }
  int operator()(const PolicyCheckFlags& flags) const { return main_policy_check(flags); }
  int operator()(const PolicyDraftFlags& flags) const { return main_policy_draft(flags); }
  int operator()(const PolicyActivateFlags& flags) const { return main_policy_activate(flags); }
  int operator()(const PolicyRetireFlags& flags) const { return main_policy_retire(flags); }
  int operator()(const PolicyRevertFlags& flags) const { return main_policy_revert(flags); }
  int operator()(const PolicyListFlags& flags) const { return main_policy_list(flags); }
  int operator()(const PolicyBacktestFlags& flags) const { return main_policy_backtest(flags); }
  int operator()(const PolicySimulateFlags& flags) const { return main_policy_simulate(flags); }
  int operator()(const ExplainFlags& flags) const { return main_explain(flags); }
  int operator()(const RebuildFlags& flags) const { return main_rebuild(flags); }
  int operator()(const ExportFlags& flags) const { return main_export(flags); }
  int operator()(const EraseFlags& flags) const { return main_erase(flags); }
  int operator()(const PrivacyExportFlags& flags) const { return main_privacy_export(flags); }
  int operator()(const HoldFlags& flags) const { return main_hold(flags); }
  int operator()(const KekRotateFlags& flags) const { return main_kek_rotate(flags); }
  int operator()(const RetentionFlags& flags) const { return main_retention(flags); }
  int operator()(const VerifyFlags& flags) const { return main_verify(flags); }
  int operator()(const TailFlags& flags) const { return main_tail(flags); }
  int operator()(const DoctorFlags& flags) const { return main_doctor(flags); }
  int operator()(const BackupFlags& flags) const { return main_backup(flags); }
  int operator()(const RestoreFlags& flags) const { return main_restore(flags); }
  int operator()(const DrillFlags& flags) const { return main_drill(flags); }
  int operator()(const ScrubFlags& flags) const { return main_scrub(flags); }
  int operator()(const BenchFlags& flags) const { return main_bench(flags); }
  int operator()(const WitnessFlags& flags) const { return main_witness(flags); }
  int operator()(const SignerFlags& flags) const { return main_signer(flags); }
  int operator()(const KeyRotateFlags& flags) const { return main_key_rotate(flags); }
};

}  // namespace

int run(int argc, char** argv) {
  // A reader that left (`recourse tail | head`) is an end, not an error: writes then fail quietly.
  std::signal(SIGPIPE, SIG_IGN);
  // What a command has to say it says itself, in one line; only servers keep a log.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("recourse"));
  spdlog::set_level(spdlog::level::off);
  try {
    const auto parsed = parse_flags(argc, argv);
    if (const int* code = std::get_if<int>(&parsed)) return *code;
    return std::visit(Dispatch(), std::get<Flags>(parsed));
  } catch (const std::exception& error) {
    return complain("", std::string("stopped by ") + error.what(), "please report this",
                    kCouldNotTell);
  }
}

}  // namespace recourse::cli
