#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace recourse::cli {

/// What the command line says, one struct for each subcommand. Empty texts were not given.

/// A data directory on this machine.
struct PlaceFlags {
  std::string data_dir;
  std::string kek_file;  ///< Empty: <data_dir>.kek
  std::string signer;    ///< unix:PATH of whoever holds the log key; empty: it is here.
};

/// A data directory, or a running server in its place.
struct TargetFlags : PlaceFlags {
  std::string url;       ///< Not empty: the server, and data_dir does not count.
  std::string key_file;  ///< Holds an API key in its first line.
};

/// Who outside vouches for the log.
struct EvidenceFlags {
  std::vector<std::string> witnesses;  ///< URL+KEY
  std::string trust_policy;            ///< File
  std::string tsa, tsa_ca;             ///< URL and file
};

struct ServerFlags : EvidenceFlags {
  std::string listen = "127.0.0.1:8080";
  std::string log_format = "text";  ///< text or json
  std::string log_level = "info";
  unsigned threads = 2;
  std::vector<std::string> limits;        ///< As served::set_limit() reads them.
  std::vector<std::string> trusted_keys;  ///< Ids of keys.
  std::string kek_epoch = "24h", retention_every = "24h";
};

/// What a server does to itself from time to time.
struct UpkeepFlags {
  std::string backup_dir;  ///< Empty: no backups, no drills.
  std::string drill_dir;   ///< Empty: <data_dir>.drill
  std::size_t backup_keep = 0;
  std::vector<std::string> configuration;  ///< Files that go into each backup.
  std::int64_t backup_every_s = 0, drill_every_s = 0, scrub_every_s = 0;
  std::uint64_t scrub_mib_per_s = 8;
};

struct ServeFlags : PlaceFlags, ServerFlags, UpkeepFlags {
  std::string deployment;  ///< First part of the names under which heads are signed.
  std::vector<std::string> park;  ///< Types of events.
};

struct DemoFlags : PlaceFlags, ServerFlags {
  bool serve = true;
  std::optional<std::uint64_t> seed;  ///< Given: also keys and secrets come from it.
  std::string until;                  ///< RFC 3339: when the story ends. Empty: now.
};

struct TenantCreateFlags : TargetFlags {
  std::string tenant;
  bool json = false;
};
struct TenantListFlags : TargetFlags {
  bool json = false;
};

struct KeyCreateFlags : TargetFlags {
  std::string tenant;  ///< Empty: default, or with a URL the key's own.
  std::string role;
  std::string kind = "human";
  std::string name, principal, expires;
  bool json = false;
};
struct KeyListFlags : TargetFlags {
  std::string tenant = "default";  ///< With a URL: the key's own.
  bool json = false;
};
struct KeyRevokeFlags : TargetFlags {
  std::string key;
  bool json = false;
};

struct KillFlags : TargetFlags {
  bool engage = true;
  std::string tenant = "default";
  std::string scope = "tenant";
  std::string reason;
};

struct RolloutFlags : TargetFlags {
  std::string tenant = "default";
  std::string key, percent;
  std::string unit = "ticket";
  std::vector<std::string> include, types, guardrails;
  std::int64_t least = 0;  ///< 0: as it was, or the usual.
  std::string reason;
};

/// People try things out in their own name, so these need a server.
struct ExperimentFlags : TargetFlags {
  std::string verb;  ///< start, show, list or stop
  std::string key;   ///< All but list.
  std::string control, treatment;
  std::string share = "100", window = "7d", alpha = "5%";
  std::vector<std::string> types, guardrails;
  std::int64_t least = 0;  ///< 0: the server's usual.
  std::string reason;
  bool json = false;
};

/// Only through a server: who asks, and who agrees, is a person with a key.
struct RollbackFlags : TargetFlags {
  std::string verb;      ///< plan, show, start, pause, resume or abort
  std::string rollback;  ///< All but plan.
  std::string target;    ///< plan: an action's, a ticket's or a run's id; or what follows selects.
  std::string agent, agent_version, type, policy, from, before;
  std::string mode = "restrict";
  std::string plan_digest;   ///< start
  bool break_glass = false;  ///< start
  std::string reason;
  bool follow = false;  ///< show
  bool json = false;
};

/// What a server sends itself; its secrets stay with it.
struct ConnectorFlags : TargetFlags {
  std::string verb;       ///< list, set or remove
  std::string connector;  ///< All but list.
  std::string provider, look_up, credential;
  std::vector<std::string> types;
  std::int64_t timeout_s = 30, max_attempts = 5;
  bool json = false;  ///< list
};

/// Builds of projections on a running server.
struct ProjectionFlags : TargetFlags {
  std::string verb;        ///< list, status, run, diff, switch, rollback, cancel
  std::string projection;  ///< All but list; run: empty for all.
  bool wait = false;       ///< run: until it has caught up.
  std::vector<std::string> park;  ///< run: types of events that may be left out.
  bool json = false;
};
/// What the rows were at a position.
struct ProjectionVerifyFlags : PlaceFlags {
  std::string tenant = "default";
  std::vector<std::string> projections;
  std::string at;
  bool json = false;
};

/// What people put on record beside the desk's work.
struct RegisterFlags : TargetFlags {
  std::string verb;                  ///< types, record, list or show
  std::string what;                  ///< record: the kind; show: the entry
  std::vector<std::string> members;  ///< record: name=value
  std::string kind, status;          ///< list
  bool json = false;
};

struct RecallFlags : TargetFlags {
  std::string action, reason;
};

/// People decide in their own name, so these need a server.
struct ApprovalFlags : TargetFlags {
  std::string verb;      ///< list, show, claim, release, approve, reject, escalate, revoke, receipt
  std::string approval;  ///< All but list.
  std::string status = "pending";  ///< list
  std::string digest;              ///< approve, reject
  std::string reason, reason_code;
  std::int64_t claim_s = 600;
  bool never_again = false;  ///< reject
  bool json = false;
};

struct PolicyCheckFlags {
  std::string file;  ///< YAML or JSON; - for standard input.
  bool json = false;
};
/// What people decide is given in somebody's name, so these need a server.
struct PolicyDraftFlags : TargetFlags {
  std::string policy;  ///< pol_<name>@<version>
  std::string file;
};
struct PolicyActivateFlags : TargetFlags {
  std::string policy;
  bool shadow = false;
};
struct PolicyRetireFlags : TargetFlags {
  std::string policy, reason;
};
struct PolicyRevertFlags : TargetFlags {
  std::string policy, reason;
};
struct PolicyListFlags : TargetFlags {
  std::string tenant = "default";  ///< With a URL: the key's own.
  bool json = false;
};

/// Which recorded proposals: positions or times, and one action type.
struct ProposalRangeFlags : TargetFlags {
  std::string tenant = "default";
  std::string from, to, type;
  bool json = false;
};
struct PolicyBacktestFlags : ProposalRangeFlags {
  std::string candidate;  ///< A file, or the name of a version: pol_<name>@<version>
  bool changes = false;   ///< List every action that would go another way.
};
struct PolicySimulateFlags : ProposalRangeFlags {
  std::string policy;  ///< Empty: the one in force.
  std::string rule;    ///< Empty: all thresholds.
  std::vector<std::string> thresholds;
};

struct ExplainFlags : TargetFlags {
  std::string tenant = "default";
  std::string action;
  bool json = false;
};

struct RebuildFlags : PlaceFlags {
  bool check = false;
  std::string tenant;  ///< Empty: all, and the deployment's own ledger.
  std::vector<std::string> projections;
  std::vector<std::string> park;  ///< Types of events.
  bool json = false;
};

struct ExportFlags : PlaceFlags {
  std::string tenant = "default";
  std::string format;  ///< ndjson, bundle or soc2
  std::string out;
  std::string from, to;  ///< Positions or times of recording.
  std::vector<std::string> types;
  bool open = false;                ///< Sealed values too.
  std::vector<std::string> fields;  ///< With `open`: only these.
  std::string tsa, tsa_ca;          ///< bundle: URL and file
  // soc2:
  std::string nonce;
  std::uint64_t sample = 25;
  std::vector<std::string> criteria;
  bool deployment = false;
  std::string owner, due;  ///< Of what the tests find.
  std::string purpose, recipient;
  bool json = false;
};

/// Whose request is answered, and by whom.
struct PersonFlags : PlaceFlags {
  std::string tenant = "default";
  std::string subject, email;  ///< One of them.
  std::string dsr;             ///< Or a request that was recorded.
  std::string by;              ///< Empty: whoever has the data directory.
  std::string method = "operator-confirmed";
};
struct EraseFlags : PersonFlags {
  std::string backup_dir;  ///< Besides those that the data directory remembers.
  bool certificate = false;
  bool json = false;
};
struct PrivacyExportFlags : PersonFlags {
  std::string out;
  bool json = false;
};
struct HoldFlags : TargetFlags {
  std::string verb;  ///< place, list, review or release
  std::string hold;  ///< review, release
  std::string tenant = "default";
  std::string subject, email, ticket;  ///< One of them, or `everything`.
  bool everything = false;
  std::string from, to, matter, requested_by, review, reason;
  std::string by;  ///< Empty: whoever has the data directory.
  bool all = false, json = false;
};
struct KekRotateFlags : PlaceFlags {
  std::string backup_dir;  ///< Empty: the one that was used last.
  bool backup = true;      ///< Make one under the new key before the old one is destroyed.
  bool json = false;
};
struct RetentionFlags : PlaceFlags {
  std::string tenant;      ///< Empty: all.
  std::string backup_dir;  ///< As of EraseFlags.
  bool dry_run = false;
  bool json = false;
};

struct VerifyFlags : PlaceFlags {
  std::string tenant;        ///< Empty: all, and the deployment's own ledger.
  std::vector<std::string> log_keys;  ///< Verifier keys as an auditor has them.
  std::string receipt;       ///< File with the receipt of an approval: only this is looked at.
  std::string receipt_key;   ///< Whose it should be; empty: as the data directory says.
  std::string bundle;        ///< Directory of a bundle: only this is looked at.
  std::string certificate;   ///< File with a certificate of erasure: only this is looked at.
  std::string report_key;    ///< The verifier key of its manifest; empty: the bundle's own copy.
  std::string trust_policy;  ///< File: which witnesses count; empty: the bundle's own copy.
  std::string tsa_ca;        ///< File: who vouches for time stamps; empty: not checked.
  bool rerun = false;        ///< With `bundle`: make the report of the package again.
  bool strict = false, sealed = true, projections = true;
  unsigned threads = 0;
  bool json = false;
};

/// Whoever cosigns the heads of a log that somebody else keeps.
struct WitnessFlags {
  std::string new_key, name;  ///< Only make a key.
  std::string key_file, state_file;
  std::vector<std::string> log_keys;
  std::string listen = "127.0.0.1:8081";
  std::string log_format = "text";
};

/// The process that holds a log key.
struct SignerFlags : PlaceFlags {
  std::string state_dir, listen;
  std::string log_format = "text";
};

struct KeyRotateFlags : PlaceFlags {
  std::string purpose;  ///< log, reports or receipts
  bool json = false;
};

struct TailFlags : TargetFlags {
  std::string tenant = "default";
  std::optional<std::uint64_t> after;  ///< Position; absent: the newest `last` events.
  std::uint64_t last = 10;
  std::vector<std::string> types;  ///< As event_types_named() reads them; empty for all.
  std::string ticket, actor;
  bool follow = false;
  bool json = false;
};

struct DoctorFlags : PlaceFlags {
  bool accept_head = false;
  std::string declare_loss, by;  ///< As of RestoreFlags.
  std::vector<std::string> heads;
  bool json = false;
};

struct ImportFlags : PlaceFlags {
  std::string tenant = "default";
  std::string format, source;
  std::string timezone = "UTC";
  bool undo_wrong_writes = false;
  std::vector<std::string> files;
  bool json = false;
};

struct ReplayFlags : PlaceFlags {
  std::string tenant = "default";
  std::string target = "all";  ///< all, a ticket's id or number, an action's id or UUID
  std::string at, from, to;    ///< Positions or times of recording.
  std::string occurred_from, occurred_to;
  std::vector<std::string> types;
  std::string actor;
  std::vector<std::string> diff;  ///< Two moments.
  std::string with_policy;        ///< A file, or a version of the tenant's: pol_<name>@<n>.
  bool explain = false;
  std::string report;  ///< HTML file to write, in place of the terminal.
  std::string colour = "auto";
  bool pager = true;
  bool open = false;  ///< Show sealed texts.
  bool verbose = false;
  bool json = false;
};

struct BackupFlags : TargetFlags {
  std::string to;
  std::size_t keep = 0;
  std::vector<std::string> configuration;
  bool list = false;
  std::optional<std::uint64_t> verify;  ///< Its number.
  bool json = false;
};

struct RestoreFlags : PlaceFlags {
  std::string from;
  std::optional<std::uint64_t> backup;  ///< Absent: the newest.
  std::vector<std::string> heads, erasures_from;
  std::string declare_loss, by;  ///< Why the log goes on without what is lost; who says so.
  bool verify = false;
  bool json = false;
};

struct DrillFlags : TargetFlags {
  std::string from, scratch;
  bool json = false;
};

struct ScrubFlags : TargetFlags {
  std::uint64_t mib_per_s = 0;
  bool json = false;
};

struct BenchFlags {
  std::string scratch_dir;  ///< Empty: a directory beside the current one, removed afterwards.
  double seconds = 3;
  std::vector<std::string> only;
  bool json = false;
};

using Flags = std::variant<
    ServeFlags, DemoFlags, ImportFlags, ReplayFlags, TenantCreateFlags, TenantListFlags,
    KeyCreateFlags, KeyListFlags, KeyRevokeFlags, KillFlags, RolloutFlags, ExperimentFlags,
    RollbackFlags, ConnectorFlags, ProjectionFlags, ProjectionVerifyFlags, RegisterFlags,
    RecallFlags, ApprovalFlags, PolicyCheckFlags, PolicyDraftFlags, PolicyActivateFlags,
    PolicyRetireFlags, PolicyRevertFlags, PolicyListFlags, PolicyBacktestFlags, PolicySimulateFlags,
    ExplainFlags, RebuildFlags, ExportFlags, VerifyFlags, TailFlags, DoctorFlags, BackupFlags,
    RestoreFlags, DrillFlags, ScrubFlags, BenchFlags, WitnessFlags, EraseFlags, PrivacyExportFlags,
    HoldFlags, KekRotateFlags, RetentionFlags, SignerFlags, KeyRotateFlags>;

}  // namespace recourse::cli
