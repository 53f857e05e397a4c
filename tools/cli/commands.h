#pragma once

#include "tools/cli/flags.h"

namespace recourse::cli {

// One subcommand each, in a file of its name; they return an exit code (exit_code.h).
int main_serve(const ServeFlags& flags);
int main_demo(const DemoFlags& flags);
int main_import(const ImportFlags& flags);
int main_replay(const ReplayFlags& flags);
int main_tenant_create(const TenantCreateFlags& flags);
int main_tenant_list(const TenantListFlags& flags);
int main_key_create(const KeyCreateFlags& flags);
int main_key_list(const KeyListFlags& flags);
int main_key_revoke(const KeyRevokeFlags& flags);
int main_kill(const KillFlags& flags);
int main_rollout(const RolloutFlags& flags);
int main_experiment(const ExperimentFlags& flags);
int main_rollback(const RollbackFlags& flags);
int main_connector(const ConnectorFlags& flags);
int main_projection(const ProjectionFlags& flags);
int main_projection_verify(const ProjectionVerifyFlags& flags);
int main_register(const RegisterFlags& flags);
int main_recall(const RecallFlags& flags);
int main_approval(const ApprovalFlags& flags);
int main_policy_check(const PolicyCheckFlags& flags);
int main_policy_draft(const PolicyDraftFlags& flags);
int main_policy_activate(const PolicyActivateFlags& flags);
int main_policy_retire(const PolicyRetireFlags& flags);
int main_policy_revert(const PolicyRevertFlags& flags);
int main_policy_list(const PolicyListFlags& flags);
int main_policy_backtest(const PolicyBacktestFlags& flags);
int main_policy_simulate(const PolicySimulateFlags& flags);
int main_explain(const ExplainFlags& flags);
int main_rebuild(const RebuildFlags& flags);
int main_export(const ExportFlags& flags);
int main_erase(const EraseFlags& flags);
int main_privacy_export(const PrivacyExportFlags& flags);
int main_hold(const HoldFlags& flags);
int main_kek_rotate(const KekRotateFlags& flags);
int main_retention(const RetentionFlags& flags);
int main_verify(const VerifyFlags& flags);
int main_tail(const TailFlags& flags);
int main_doctor(const DoctorFlags& flags);
int main_backup(const BackupFlags& flags);
int main_restore(const RestoreFlags& flags);
int main_drill(const DrillFlags& flags);
int main_scrub(const ScrubFlags& flags);
int main_bench(const BenchFlags& flags);
int main_witness(const WitnessFlags& flags);
int main_signer(const SignerFlags& flags);
int main_key_rotate(const KeyRotateFlags& flags);

}  // namespace recourse::cli
