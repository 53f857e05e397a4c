#include "tools/cli/parse_flags.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include "tools/cli/approval_flags.h"
#include "tools/cli/backup_flags.h"
#include "tools/cli/bench_flags.h"
#include "tools/cli/complain.h"
#include "tools/cli/connector_flags.h"
#include "tools/cli/evidence_flags.h"
#include "tools/cli/experiment_flags.h"
#include "tools/cli/export_flags.h"
#include "tools/cli/hold_flags.h"
#include "tools/cli/privacy_flags.h"
#include "tools/cli/projection_flags.h"
#include "tools/cli/register_flags.h"
#include "tools/cli/rollback_flags.h"
#include "tools/cli/shared_flags.h"
#include "tools/cli/signer_flags.h"
#include "tools/cli/tail_flags.h"
#include "tools/cli/verify_flags.h"
#include "tools/cli/witness_flags.h"

namespace recourse::cli {
namespace {

/// Declares the subcommands. Each keeps its own struct; the one that was named is taken at the end.
class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.set_help_flag("-h,--help", "Print this help and exit");
    app_.set_version_flag("--version", "recourse " RECOURSE_VERSION, "Print the version and exit");
    app_.footer(
        "Exit codes: 0 done, 1 found a problem, 2 could not tell, 64 wrong usage.\n"
        "Help of one command: recourse COMMAND --help");
    app_.get_formatter()->column_width(30);
    serve();
    demo();
    import();
    replay();
    tenant();
    key();
    kill();
    rollout();
    verbs("experiment", "Compare two confidence thresholds on live tickets", "admin",
          experiment_verbs(), experiment_options);
    verbs("rollback", "Take back what agents did: plan, carry out, watch", "manager",
          rollback_verbs(), rollback_options);
    declare(app_, recall_command());
    verbs("approval", "Decide about what waits for people", "manager", approval_verbs(),
          approval_options);
    verbs("connector", "Providers that the server itself sends effects to", "admin",
          connector_verbs(), connector_options);
    verbs("register", "Access, changes, alerts, incidents, mandates: what auditors ask for",
          "manager", register_verbs(), register_options);
    policy();
    explain();
    export_();
    privacy();
    rebuild();
    verify();
    tail();
    doctor();
    one("backup", backup_about(), backup_options);
    one("restore", restore_about(), restore_options);
    one("drill", drill_about(), drill_options);
    one("scrub", scrub_about(), scrub_options);
    one("bench", bench_about(), bench_options);
    witness();
  }

  std::variant<Flags, int> parse(int argc, char** argv) {
    if (argc < 2) {
      std::cerr << app_.help();
      return complain("", "no command was given", "name one of those above", kWrongUsage);
    }
    // The library would only say that a command is missing.
    const std::string_view word = argv[1];
    const auto named = [&](const CLI::App* command) { return command->get_name() == word; };
    if (!word.starts_with('-') && app_.get_subcommands(named).empty())
      return complain("", "there is no command " + one_line(word), "see `recourse --help`",
                      kWrongUsage);
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& help) {  // Help and version.
      app_.exit(help);
      return kDone;
    } catch (const CLI::ParseError& error) {
      const std::string command = command_so_far();
      return complain(command, error.what(),
                      "see `recourse " + command + (command.empty() ? "" : " ") + "--help`",
                      kWrongUsage);
    }
    return take_();
  }

 private:
  template <class T>
  std::shared_ptr<T> command(CLI::App& parent, const std::string& name, const std::string& about,
                             const std::string& example, CLI::App*& sub) {
    sub = parent.add_subcommand(name, about);
    sub->footer("Example:\n  " + example);
    sub->get_formatter()->column_width(30);
    auto flags = std::make_shared<T>();
    sub->callback([this, flags] { take_ = [flags] { return Flags(*flags); }; });
    return flags;
  }

  std::string command_so_far() const {
    std::string words;
    for (const CLI::App* at = &app_; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      words += (words.empty() ? "" : " ") + at->get_name();
    }
    return words;
  }

  template <class Text>
  static void tenant_option(CLI::App* sub, Text& tenant, const std::string& about) {
    sub->add_option("--tenant", tenant, about)->type_name("NAME")->capture_default_str();
  }
  static void json_flag(CLI::App* sub, bool& json) {
    sub->add_flag("--json", json, "Print JSON for programs");
  }

  void serve() {
    CLI::App* sub = nullptr;
    auto flags = command<ServeFlags>(app_, "serve", "Run the server",
                                     "recourse serve --data /var/lib/recourse --listen "
                                     "127.0.0.1:8080",
                                     sub);
    place(sub, *flags);
    server(sub, *flags);
    upkeep_options(sub, *flags);
    flags->deployment = from_environment("RECOURSE_DEPLOYMENT");
    sub->add_option("--deployment", flags->deployment,
                    "Name under which heads are signed; counts on the first start only")
        ->type_name("NAME");
    park_option(sub, flags->park);
    privacy_rounds_options(sub, *flags);
  }

  void demo() {
    CLI::App* sub = nullptr;
    auto flags = command<DemoFlags>(
        app_, "demo", "Make a help desk with a made-up story, then serve it",
        "recourse demo --data ./recourse-data\n  recourse demo --no-serve --seed 7 --until "
        "2026-01-30T16:00:00Z --data /tmp/demo",
        sub);
    place(sub, *flags);
    server(sub, *flags);
    sub->add_flag("!--no-serve", flags->serve, "Make the data and stop");
    sub->add_option("--seed", flags->seed,
                    "Draw everything from N, keys too: never for what others can reach")
        ->type_name("N");
    sub->add_option("--until", flags->until, "When the story ends (default: now)")
        ->type_name("TIME");
  }

  void import() {
    CLI::App* sub = nullptr;
    auto flags = command<ImportFlags>(app_, "import", "Take in records of another system",
                                      "recourse import --tenant desk --format servicenow "
                                      "incidents.csv.gz",
                                      sub);
    place(sub, *flags);
    tenant_option(sub, flags->tenant, "Into which tenant; it is made when there is none");
    sub->add_option("--format", flags->format, "servicenow (CSV) or transcript (NDJSON)")
        ->required()
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"servicenow", "transcript"}));
    sub->add_option(
        "--source", flags->source,
        "Name of the source, part of each record's identity (default: the file's name)");
    sub->add_option("--timezone", flags->timezone, "Zone of times that name none")
        ->capture_default_str();
    sub->add_flag("--undo-wrong-writes", flags->undo_wrong_writes,
                  "Ask for the rollback of each write that a run should not have made");
    sub->add_option("file", flags->files, "Plain or gzip")->required()->type_name("FILE...");
    json_flag(sub, flags->json);
  }

  void replay() {
    CLI::App* sub = nullptr;
    auto flags = command<ReplayFlags>(
        app_, "replay", "Tell what happened, event by event, with the state each one left",
        "recourse replay 42 --explain\n  recourse replay all --diff 100 2026-01-05T00:00:00Z\n"
        "  recourse replay agt_01J… --from 2026-01-01T00:00:00Z --with-policy stricter.yaml\n"
        "  recourse replay 42 --report ticket-42.html",
        sub);
    place(sub, *flags);
    tenant_option(sub, flags->tenant, "Whose events");
    sub->add_option("target", flags->target,
                    "all, a ticket's number or id, an action's id or UUID, an actor's id")
        ->capture_default_str();
    sub->add_option("--at", flags->at, "Stop after this position or time")->type_name("MOMENT");
    sub->add_option("--from", flags->from, "Show from this position or time on")
        ->type_name("MOMENT");
    sub->add_option("--to", flags->to, "Show what is before it")->type_name("MOMENT");
    sub->add_option("--occurred-from", flags->occurred_from, "The same by the source's own time")
        ->type_name("TIME");
    sub->add_option("--occurred-to", flags->occurred_to)->type_name("TIME");
    sub->add_option("--type", flags->types,
                    "Only such as action.proposed, or all of a noun: action; may be repeated");
    sub->add_option("--actor", flags->actor, "Only what this person or machine did")
        ->type_name("ID");
    sub->add_option("--diff", flags->diff, "What differs between two positions or times")
        ->expected(2)
        ->type_name("MOMENT MOMENT");
    sub->add_flag("--explain", flags->explain,
                  "Ask the policy of each verdict again, and what would have changed its mind");
    sub->add_option("--with-policy", flags->with_policy,
                    "What another policy would have decided: a file, or a version as pol_x@2")
        ->type_name("POLICY");
    sub->add_option("--report", flags->report, "Write a page with all of it that checks itself")
        ->type_name("FILE");
    sub->add_option("--colour,--color", flags->colour, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    sub->add_flag("!--no-pager", flags->pager, "Do not page");
    sub->add_flag("--open", flags->open,
                  "Show sealed texts; takes the directory's lock and is recorded");
    sub->add_flag("-v,--verbose", flags->verbose, "Also versions, positions and update times");
    json_flag(sub, flags->json);
  }

  void tenant() {
    CLI::App* const group = &command_group("tenant", "Create and list tenants");
    CLI::App* sub = nullptr;
    auto made =
        command<TenantCreateFlags>(*group, "create", "Create a tenant with its own ledger",
                                   "recourse tenant create acme --data ./recourse-data", sub);
    target(sub, *made);
    sub->add_option("name", made->tenant, "1 to 40 of a-z, 0-9 and '-'")->required();
    json_flag(sub, made->json);
    auto listed =
        command<TenantListFlags>(*group, "list", "List tenants; also beside a running server",
                                 "recourse tenant list --data ./recourse-data", sub);
    target(sub, *listed);
    json_flag(sub, listed->json);
  }

  void key() {
    CLI::App* const group = &command_group("key", "Create, list and revoke API keys");
    key_create(*group);
    CLI::App* sub = nullptr;
    auto listed = command<KeyListFlags>(*group, "list", "List keys; also beside a running server",
                                        "recourse key list --tenant default", sub);
    target(sub, *listed);
    tenant_option(sub, listed->tenant, "Whose keys");
    json_flag(sub, listed->json);
    auto revoked =
        command<KeyRevokeFlags>(*group, "revoke", "Revoke a key for ever",
                                "recourse key revoke key_01J2Y8Z4QH0000000000000000", sub);
    target(sub, *revoked);
    sub->add_option("key", revoked->key, "Id of the key, as `key list` shows it")->required();
    json_flag(sub, revoked->json);
    auto rotated = command<KeyRotateFlags>(*group, "rotate", "Replace a key that signs",
                                           "recourse key rotate --purpose log", sub);
    rotate_options(sub, *rotated);
  }

  void key_create(CLI::App& group) {
    CLI::App* sub = nullptr;
    auto made = command<KeyCreateFlags>(group, "create", "Create a key; its secret is shown once",
                                        "recourse key create --tenant acme --role manager --name "
                                        "'Ada Example'",
                                        sub);
    target(sub, *made);
    tenant_option(sub, made->tenant,
                  "Whose key (default: default; with --url the key's own tenant)");
    sub->add_option("--role", made->role, "viewer, agent, operator, manager, admin or auditor")
        ->required()
        ->check(CLI::IsMember({"viewer", "agent", "operator", "manager", "admin", "auditor"}))
        ->type_name("ROLE");
    sub->add_option("--kind", made->kind, "human, or agent for a machine (machines never vote)")
        ->check(CLI::IsMember({"human", "agent"}))
        ->type_name("KIND")
        ->capture_default_str();
    sub->add_option("--name", made->name, "Name of the person or machine; stored sealed");
    sub->add_option("--principal", made->principal, "A further key of this person or machine")
        ->type_name("ID");
    sub->add_option("--expires", made->expires, "When it ends (RFC 3339)")->type_name("TIME");
    json_flag(sub, made->json);
  }

  void kill() {
    CLI::App* const group =
        &command_group("kill", "The kill switch: stop autonomous actions, or allow them again");
    for (const bool engage : {true, false}) {
      CLI::App* sub = nullptr;
      auto flags = command<KillFlags>(
          *group, engage ? "engage" : "release",
          engage ? "No autonomous action runs from the next decision on"
                 : "Autonomous actions are judged by the policy again",
          std::string("recourse kill ") + (engage ? "engage" : "release") +
              " --url http://127.0.0.1:8080 --key-file admin.key --reason 'wrong refunds'",
          sub);
      flags->engage = engage;
      target(sub, *flags);
      tenant_option(sub, flags->tenant, "Whose actions (with --url: the key's own tenant)");
      sub->add_option(
             "--scope", flags->scope,
             "tenant for all its actions, an action type, the id of an agent, or deployment "
             "for all tenants")
          ->capture_default_str();
      sub->add_option("--reason", flags->reason, "Why; stored sealed");
    }
  }

  void rollout() {
    CLI::App* const group = &command_group(
        "rollout", "Which share of tickets or tenants agents work on without a person");
    CLI::App* sub = nullptr;
    auto flags = command<RolloutFlags>(
        *group, "set", "Set the share; who was in at a lower one stays in",
        "recourse rollout set autonomy --percent 10 --url http://127.0.0.1:8080 --key-file "
        "admin.key\n  recourse rollout set agent --unit tenant --percent 0 --include demo",
        sub);
    target(sub, *flags);
    tenant_option(sub, flags->tenant, "Whose tickets (with --url: the key's own tenant)");
    sub->add_option("key", flags->key, "Name of the rollout; the first use makes it")
        ->required()
        ->type_name("KEY");
    sub->add_option("--percent", flags->percent, "0 to 100, with at most two decimals")
        ->required()
        ->type_name("N");
    sub->add_option("--unit", flags->unit, "ticket, or tenant for the whole deployment")
        ->check(CLI::IsMember({"ticket", "tenant"}))
        ->capture_default_str();
    sub->add_option("--include", flags->include,
                    "This ticket or tenant is always in; may be repeated")
        ->type_name("ID");
    sub->add_option("--type", flags->types, "Only for this action type; may be repeated")
        ->type_name("TYPE");
    sub->add_option("--guardrail", flags->guardrails,
                    "Stop it when agents do more harm: error, rollback, reopening or "
                    "low_satisfaction=SHARE; may be repeated")
        ->type_name("METRIC=SHARE");
    sub->add_option("--least", flags->least, "Executed actions before a guardrail says anything")
        ->check(CLI::Range(1, 1'000'000));
    sub->add_option("--reason", flags->reason, "Why; stored sealed");
  }

  /// A command with verbs that all ask a server, with the key of `who`.
  template <class Flags>
  void verbs(const std::string& name, const char* about, const std::string& who,
             const std::vector<ServerVerb>& all, void (*options)(CLI::App*, Flags&)) {
    server_verbs(command_group(name, about), name, who, all, options);
  }

  template <class Flags>
  void server_verbs(CLI::App& group, const std::string& name, const std::string& who,
                    const std::vector<ServerVerb>& all, void (*options)(CLI::App*, Flags&)) {
    for (const ServerVerb& one : all) {
      CLI::App* sub = nullptr;
      auto flags =
          command<Flags>(group, one.verb, one.about,
                         "recourse " + name + ' ' + one.example +
                             "\n      --url http://127.0.0.1:8080 --key-file " + who + ".key",
                         sub);
      flags->verb = one.verb;
      options(sub, *flags);
    }
  }

  /// A command without verbs whose options are declared elsewhere.
  template <class Flags>
  void one(const std::string& name, const ServerVerb& about, void (*options)(CLI::App*, Flags&)) {
    CLI::App* sub = nullptr;
    const auto flags = command<Flags>(app_, name, about.about, about.example, sub);
    options(sub, *flags);
  }

  static void proposal_range(CLI::App* sub, ProposalRangeFlags& flags) {
    target(sub, flags);
    tenant_option(sub, flags.tenant, "Whose history (with --url: the key's own tenant)");
    sub->add_option("--from", flags.from, "Proposals from this position or time on")
        ->type_name("MOMENT");
    sub->add_option("--to", flags.to, "Proposals before it")->type_name("MOMENT");
    sub->add_option("--type", flags.type, "Only this action type")->type_name("TYPE");
    json_flag(sub, flags.json);
  }

  static void version_argument(CLI::App* sub, std::string& policy) {
    sub->add_option("policy", policy, "pol_NAME@VERSION")->required()->type_name("POLICY");
  }

  void policy() {
    CLI::App* const group =
        app_.add_subcommand("policy", "Check, draft, try out and activate policies");
    group->require_subcommand(1);
    CLI::App* sub = nullptr;
    auto checked = command<PolicyCheckFlags>(*group, "check", "Say whether a file is a policy",
                                             "recourse policy check desk.yaml", sub);
    sub->add_option("file", checked->file, "YAML or JSON; - for standard input")->required();
    sub->add_flag("--json", checked->json, "Print the policy as canonical JSON");
    const std::string there = " --url http://127.0.0.1:8080 --key-file my.key";
    auto drafted =
        command<PolicyDraftFlags>(*group, "draft", "Give a server a new version",
                                  "recourse policy draft pol_desk@2 desk.yaml" + there, sub);
    version_argument(sub, drafted->policy);
    sub->add_option("file", drafted->file, "YAML or JSON; - for standard input")->required();
    server_only(sub, *drafted);
    auto activated = command<PolicyActivateFlags>(
        *group, "activate", "Put a draft into force; by another person than its author",
        "recourse policy activate pol_desk@2" + there, sub);
    version_argument(sub, activated->policy);
    sub->add_flag("--shadow", activated->shadow, "Record what it would decide, enforce nothing");
    server_only(sub, *activated);
    auto retired = command<PolicyRetireFlags>(*group, "retire",
                                              "Take a draft back, or a policy out of the shadow",
                                              "recourse policy retire pol_desk@2" + there, sub);
    version_argument(sub, retired->policy);
    sub->add_option("--reason", retired->reason, "Why; stored sealed");
    server_only(sub, *retired);
    auto reverted = command<PolicyRevertFlags>(
        *group, "revert", "In an emergency: back to the policy that was in force before",
        "recourse policy revert pol_desk@2 --reason 'refunds go wrong'" + there, sub);
    sub->add_option("policy", reverted->policy, "The one in force, pol_NAME@VERSION")
        ->required()
        ->type_name("POLICY");
    sub->add_option("--reason", reverted->reason, "Why; stored sealed")->required();
    server_only(sub, *reverted);
    auto listed = command<PolicyListFlags>(*group, "list", "List versions and where they stand",
                                           "recourse policy list --tenant default", sub);
    target(sub, *listed);
    tenant_option(sub, listed->tenant, "Whose policies (with --url: the key's own tenant)");
    json_flag(sub, listed->json);
    policy_trials(*group);
  }

  void policy_trials(CLI::App& group) {
    CLI::App* sub = nullptr;
    auto tested = command<PolicyBacktestFlags>(
        group, "backtest", "Judge the recorded history under a policy; with --url it is recorded",
        "recourse policy backtest desk.yaml --data ./recourse-data", sub);
    sub->add_option("policy", tested->candidate, "A file, or pol_NAME@VERSION")->required();
    sub->add_flag("--changes", tested->changes, "List every action that would go another way");
    proposal_range(sub, *tested);
    auto simulated = command<PolicySimulateFlags>(
        group, "simulate", "How many actions would have run at other thresholds",
        "recourse policy simulate --threshold 70% --threshold 90%", sub);
    sub->add_option("--threshold", simulated->thresholds, "85% or 850000; may be repeated")
        ->required()
        ->type_name("CONFIDENCE");
    sub->add_option("--policy", simulated->policy, "pol_NAME@VERSION (default: the one in force)")
        ->type_name("POLICY");
    sub->add_option("--rule", simulated->rule, "Only this threshold of the policy")
        ->type_name("RULE");
    proposal_range(sub, *simulated);
  }

  void explain() {
    CLI::App* sub = nullptr;
    auto flags = command<ExplainFlags>(
        app_, "explain", "Why an action was decided so, and what would have changed that",
        "recourse explain act_01... --data ./recourse-data", sub);
    sub->add_option("action", flags->action, "An action's id or UUID")->required();
    target(sub, *flags);
    tenant_option(sub, flags->tenant, "Whose action (with --url: the key's own tenant)");
    json_flag(sub, flags->json);
  }

  void rebuild() {
    CLI::App* sub = nullptr;
    auto flags = command<RebuildFlags>(app_, "rebuild",
                                       "Make all rows anew from the log, or check them against it",
                                       "recourse rebuild --check --data ./recourse-data", sub);
    place(sub, *flags);
    sub->add_flag("--check", flags->check,
                  "Compare only; nothing is written; also beside a running server");
    tenant_option(sub, flags->tenant, "Only this tenant (default: all)");
    sub->add_option("--projection", flags->projections, "Only this one; may be repeated")
        ->type_name("NAME");
    park_option(sub, flags->park);
    json_flag(sub, flags->json);
    sub->require_subcommand(0, 1);
    // The callback of `rebuild` itself runs after that of its verb.
    sub->callback([this, sub, flags] {
      if (sub->get_subcommands().empty()) take_ = [flags] { return Flags(*flags); };
    });
    server_verbs(*sub, "rebuild", "admin", projection_verbs(), projection_options);
    CLI::App* verify = nullptr;
    auto verified = command<ProjectionVerifyFlags>(
        *sub, "verify", "Make rows up to a moment and compare them with what was recorded there",
        "recourse rebuild verify --at 1000 --data ./recourse-data", verify);
    projection_verify_options(verify, *verified);
  }

  void export_() {
    CLI::App* sub = nullptr;
    auto flags = command<ExportFlags>(
        app_, "export", "Write events, or evidence that anybody can check",
        "recourse export --format bundle --out evidence-2026 --from 2026-01-01T00:00:00Z\n"
        "  recourse export --format soc2 --out soc2-2026-Q1 --from 2026-01-01T00:00:00Z --to "
        "2026-04-01T00:00:00Z --nonce 7f3a\n"
        "  recourse export --format ndjson --out - | head",
        sub);
    export_options(sub, *flags);
  }

  /// A command that is its options.
  template <class T>
  void declare(CLI::App& parent, const OneCommand<T>& about) {
    CLI::App* sub = nullptr;
    auto flags = command<T>(parent, about.name, about.about, about.example, sub);
    about.options(sub, *flags);
  }

  CLI::App& command_group(const std::string& name, const char* about) {
    CLI::App* const made = app_.add_subcommand(name, about);
    made->require_subcommand(1);
    return *made;
  }

  void privacy() {
    declare(app_, erase_command());
    verbs("hold", "Orders that something be kept", "admin", hold_verbs(), hold_options);
    declare(command_group("privacy", "Answers for a person"), privacy_export_command());
    declare(command_group("kek", "The key encryption key"), kek_rotate_command());
    declare(command_group("retention", "How long values are kept"), retention_command());
  }

  void verify() {
    declare(app_, OneCommand<VerifyFlags>{
                      "verify", "Prove the log from its bytes; also beside a running server",
                      "recourse verify --data ./recourse-data", verify_options});
  }

  void tail() {
    declare(app_, OneCommand<TailFlags>{"tail", "Print a tenant's events; beside a server too",
                                        "recourse tail --type rollback --follow", tail_options});
  }

  void witness() {
    declare(app_,
            OneCommand<WitnessFlags>{
                "witness", "Cosign the heads of somebody else's log, so that it cannot fork unseen",
                "recourse witness --new-key w1.key --name witness.example.com/w1\n  recourse "
                "witness --key w1.key --state w1.state --log-key KEY --listen 0.0.0.0:8081",
                witness_options});
    declare(app_,
            OneCommand<SignerFlags>{
                "signer", "Hold the log key apart from the server, and sign only what continues",
                "recourse signer --state /var/lib/signer --listen unix:/run/recourse/signer",
                signer_options});
  }

  void doctor() {
    CLI::App* sub = nullptr;
    auto flags =
        command<DoctorFlags>(app_, "doctor", "Say in what state a data directory is and what to do",
                             "recourse doctor --data ./recourse-data", sub);
    place(sub, *flags);
    sub->add_flag(
        "--accept-head", flags->accept_head,
        "Declare that the log as found is the log though HEAD is lost; recorded for ever");
    loss_options(sub, flags->declare_loss, flags->by);
    sub->add_option("--head", flags->heads,
                    "With --declare-loss: a file with a signed head that was kept elsewhere, or a "
                    "witness's memory; may be repeated")
        ->type_name("FILE");
    json_flag(sub, flags->json);
  }

  CLI::App app_{"Recourse records and governs what AI agents do to support tickets.", "recourse"};
  std::function<Flags()> take_;
};

}  // namespace

std::variant<Flags, int> parse_flags(int argc, char** argv) {
  return CommandLine().parse(argc, argv);
}

}  // namespace recourse::cli
