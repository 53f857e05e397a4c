#pragma once

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/event/text.h"

namespace recourse {

/// First leaf of every ledger.
struct LogOpened {
  static constexpr std::string_view kType = "recourse.log.opened.v1";
  std::int64_t period_s = 60;  ///< A head is signed at least this often.
};
BOOST_DESCRIBE_STRUCT(LogOpened, (), (period_s))

/// Head of the meta ledger, quoted in a quiet ledger before its next commit.
struct LogHeartbeat {
  static constexpr std::string_view kType = "recourse.log.heartbeat.v1";
  std::int64_t meta_size = 0;
  Hash meta_root{};
};
BOOST_DESCRIBE_STRUCT(LogHeartbeat, (), (meta_size, meta_root))

/// In the meta ledger: where a tenant's ledger stands.
struct LogAnchored {
  static constexpr std::string_view kType = "recourse.log.anchored.v1";
  Hash origin_hash{};  ///< SHA-256 of the origin
  std::int64_t size = 0;
  Hash root{};
};
BOOST_DESCRIBE_STRUCT(LogAnchored, (), (origin_hash, size, root))

struct ClockAnomaly {
  static constexpr std::string_view kType = "recourse.clock.anomaly.v1";
  std::int64_t behind_us = 0;  ///< How far the clock ran behind the last recorded time.
};
BOOST_DESCRIBE_STRUCT(ClockAnomaly, (), (behind_us))

struct HeadAccepted {
  static constexpr std::string_view kType = "recourse.head.accepted.v1";
  std::int64_t commit_number = 0;
  Clear reason_code;
};
BOOST_DESCRIBE_STRUCT(HeadAccepted, (), (commit_number, reason_code))

struct KeyCreated {
  static constexpr std::string_view kType = "recourse.key.created.v1";
  Clear purpose;     ///< log, reports or receipts
  Clear public_key;  ///< base64 of 0x01 || Ed25519 public key
};
BOOST_DESCRIBE_STRUCT(KeyCreated, (), (purpose, public_key))

struct TenantCreated {
  static constexpr std::string_view kType = "recourse.tenant.created.v1";
  TenantId tenant;
  std::int64_t ledger = 0;
  Clear origin;
};
BOOST_DESCRIBE_STRUCT(TenantCreated, (), (tenant, ledger, origin))

struct PrincipalCreated {
  static constexpr std::string_view kType = "recourse.principal.created.v1";
  PrincipalId principal;
  ActorType kind = ActorType::human;
  TenantId tenant;
  std::optional<Sealed> display_name;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(PrincipalCreated, (), (principal, kind, tenant, display_name, provenance))

struct ApiKeyCreated {
  static constexpr std::string_view kType = "recourse.apikey.created.v1";
  KeyId key;
  TenantId tenant;
  PrincipalId principal;
  ActorType principal_kind = ActorType::human;
  Role role = Role::viewer;
  Clear prefix;  ///< First characters, to recognise it by.
  Hash hash{};   ///< SHA-256 of the key, which is 256 random bits.
  std::optional<Timestamp> expires_at;
  std::optional<Clear> team = {};  ///< Of whoever has the key.
};
BOOST_DESCRIBE_STRUCT(ApiKeyCreated, (),
                      (key, tenant, principal, principal_kind, role, prefix, hash, expires_at,
                       team))

struct ApiKeyRevoked {
  static constexpr std::string_view kType = "recourse.apikey.revoked.v1";
  KeyId key;
  TenantId tenant;
  Clear reason_code;
};
BOOST_DESCRIBE_STRUCT(ApiKeyRevoked, (), (key, tenant, reason_code))

/// Refused logins, folded: at most one leaf a minute and cause.
struct AuthDenied {
  static constexpr std::string_view kType = "recourse.auth.denied.v1";
  Clear cause;  ///< missing_key, unknown_key, revoked_key, expired_key, wrong_role, other_tenant
  std::int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(AuthDenied, (), (cause, count))

struct PolicyActivated {
  static constexpr std::string_view kType = "recourse.policy.activated.v1";
  Clear policy;  ///< pol_<name>@<version>
  PolicyMode mode = PolicyMode::enforce;
  Hash digest{};           ///< SHA-256 of `text`
  Clear text;              ///< The policy as canonical JSON.
  Hash manifest_digest{};  ///< SHA-256 of the action-type manifest in canonical JSON.
  std::optional<PrincipalId> drafted_by = {};  ///< Who activates is another person.
  std::optional<Clear> backtest = {};          ///< The one that it was activated after.
};
BOOST_DESCRIBE_STRUCT(PolicyActivated, (),
                      (policy, mode, digest, text, manifest_digest, drafted_by, backtest))

struct KillswitchEngaged {
  static constexpr std::string_view kType = "recourse.killswitch.engaged.v1";
  Clear scope;  ///< deployment (in the meta ledger), tenant, a principal, or an action type
  std::optional<Sealed> reason;
  /// Effects of this tenant that were held within the scope, and are held back from now on.
  std::optional<std::int64_t> held_effects = {};
};
BOOST_DESCRIBE_STRUCT(KillswitchEngaged, (), (scope, reason, held_effects))

struct KillswitchReleased {
  static constexpr std::string_view kType = "recourse.killswitch.released.v1";
  Clear scope;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(KillswitchReleased, (), (scope, reason))

/// An action met a limit of the policy for the first time within the limit's window.
struct LimitReached {
  static constexpr std::string_view kType = "recourse.limit.reached.v1";
  Clear name;             ///< The limit's `rule` in the policy in force.
  Clear scope;            ///< tenant, or agent:, type:, customer: or ticket: and the id
  std::int64_t used = 0;  ///< Within the window, without the action that met the limit.
  std::int64_t max = 0;
  std::int64_t window_s = 0;
  std::optional<ActionId> action;
  std::optional<TicketId> ticket;
};
BOOST_DESCRIBE_STRUCT(LimitReached, (), (name, scope, used, max, window_s, action, ticket))

/// A person read sealed texts of a ticket; repeats within 15 minutes are counted in the next one.
struct SealedOpened {
  static constexpr std::string_view kType = "recourse.sealed.opened.v1";
  std::optional<TicketId> ticket;
  Clear purpose;
  std::int64_t repeats = 0;
};
BOOST_DESCRIBE_STRUCT(SealedOpened, (), (ticket, purpose, repeats))

/// A record of an import that could not be understood: kept as text, never dropped.
struct RecordUnreadable {
  static constexpr std::string_view kType = "recourse.import.record_unreadable.v1";
  Clear record;  ///< source / line
  Clear reason_code;
  Sealed text;
  Provenance provenance;
};
BOOST_DESCRIBE_STRUCT(RecordUnreadable, (), (record, reason_code, text, provenance))

struct ImportFinished {
  static constexpr std::string_view kType = "recourse.import.finished.v1";
  Clear source, format;
  std::int64_t records = 0, added = 0, known = 0, conflicts = 0, unreadable = 0;
};
BOOST_DESCRIBE_STRUCT(ImportFinished, (),
                      (source, format, records, added, known, conflicts, unreadable))

struct ProjectionRebuilt {
  static constexpr std::string_view kType = "recourse.projection.rebuilt.v1";
  Clear projection;
  std::int64_t ledger = 0;
  std::int64_t size = 0;
  Hash before{}, after{};
  bool equal = false;
};
BOOST_DESCRIBE_STRUCT(ProjectionRebuilt, (), (projection, ledger, size, before, after, equal))

struct ExportCreated {
  static constexpr std::string_view kType = "recourse.export.created.v1";
  TenantId tenant;
  Clear format;
  std::int64_t start = 0, end = 0;
  std::optional<Clear> purpose = {};    ///< A code.
  std::optional<Clear> recipient = {};  ///< An opaque name of who gets it.
  std::optional<Hash> manifest = {};    ///< SHA-256 of manifest.json, where there is one.
};
BOOST_DESCRIBE_STRUCT(ExportCreated, (), (tenant, format, start, end, purpose, recipient, manifest))

/// A well-formed request that was refused for its content; folded when many.
struct CommandRejected {
  static constexpr std::string_view kType = "recourse.command.rejected.v1";
  Clear command;
  Clear problem;
  std::int64_t count = 1;
  std::optional<Clear> target = {};  ///< Id of what it was about, where that matters: an approval.
};
BOOST_DESCRIBE_STRUCT(CommandRejected, (), (command, problem, count, target))

}  // namespace recourse
