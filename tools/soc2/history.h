#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/soc2/seen.h"

namespace recourse::soc2 {

/// The verdict that counts for an action: the latest that was not only recorded.
struct PastVerdict {
  Position position;
  std::string event;
  PolicyOutcome outcome = PolicyOutcome::deny;
  std::string problem, policy;
  std::int64_t required_approvals = 0;
  bool ends = false;  ///< A denial after which nothing may run.
};

struct PastAction {
  TicketId ticket;
  std::string type;
  Actor proposer;
  Hash args{};
  std::optional<std::int64_t> confidence_ppm, amount_minor;
  std::string currency;
  bool proposed = false;  ///< Before whatever else is known of it.
  bool imported = false;
  bool dispatched = false;
  std::optional<PastVerdict> verdict;
  std::string approval;       ///< The latest one that was asked for.
  std::string used_approval;  ///< The one that was consumed.
};

struct PastVote {
  std::string voter;
  ActorType voter_type = ActorType::human;
  bool approves = false;
  std::string role;  ///< Empty where it was not recorded.
  Hash render_digest{};
  std::int64_t decision_ms = 0;
};

struct PastApproval {
  Position position;
  Timestamp requested_at, expires_at;
  std::string action, rollback;
  Hash args{}, shown{};
  std::int64_t quorum = 1;
  std::set<std::string> roles;  ///< Of all who were asked, escalations included.
  std::set<std::string> excluded;
  std::vector<PastVote> votes;
  std::optional<Timestamp> granted_at, usable_until;
  bool bypassed = false;  ///< Self-approval was recorded as a bypass.
};

struct PastTicket {
  std::string requester;
  std::set<std::string> channels;  ///< By which it was opened and written to.
  std::set<std::string> subjects;  ///< Whose ticket it is: who asked, and who wrote to it.
  bool imported = false;
};

struct PastPolicy {
  std::string text;
  Hash manifest{};
};

struct PastMandate {
  std::string id, agent, author;
  std::set<std::string> types;
  std::optional<std::int64_t> max_amount_minor, max_per_day;
  std::string currency;
  Timestamp expires_at;
  bool revoked = false;
};

/// What the leaves up to here said, as far as a test of a later one depends on it. Threads: one.
class History {
 public:
  explicit History(std::string tenant) : tenant_(std::move(tenant)) {}

  void apply(const Seen& seen);

  /// Null when there is none.
  const PastAction* action(const std::string& id) const;
  const PastApproval* approval(const std::string& id) const;
  const PastTicket* ticket(const std::string& id) const;
  const PastPolicy* policy(const std::string& name) const;
  const std::string& policy_in_force() const { return in_force_; }
  const std::vector<PastMandate>& mandates() const { return mandates_; }
  /// Whether everything that somebody could do was taken away, or has to be by `now`.
  bool has_left(const std::string& principal, Timestamp now) const;
  /// Roles that somebody was given: by a grant or by a key.
  std::set<Role> roles(const std::string& principal) const;
  /// Whether somebody can do anything at `now` but by this grant.
  bool has_more_than(const EntryId& grant, const std::string& principal, Timestamp now) const;
  /// Number of the tenant's ledger, where the deployment events tell it.
  std::optional<std::int64_t> ledger() const { return ledger_; }
  /// Whether the deployment knows somebody, and only for other tenants.
  bool is_stranger(const std::string& principal) const;

 private:
  template <class Event>
  void on(const Seen&, const Event&) {}
  void on(const Seen& seen, const ActionProposed& e);
  void on(const Seen& seen, const PolicyDecided& e);
  void on(const Seen& seen, const EffectDispatched& e);
  void on(const Seen& seen, const ApprovalRequested& e);
  void on(const Seen& seen, const ApprovalEscalated& e);
  void on(const Seen& seen, const ApprovalVoted& e);
  void on(const Seen& seen, const ApprovalGranted& e);
  void on(const Seen& seen, const ApprovalConsumed& e);
  void on(const Seen& seen, const BypassGranted& e);
  void on(const Seen& seen, const TicketOpened& e);
  void on(const Seen& seen, const TicketMerged& e);
  void on(const Seen& seen, const MessageReceived& e);
  void on(const Seen& seen, const PolicyActivated& e);
  void on(const Seen& seen, const PolicyReverted& e);
  void on(const Seen& seen, const MandateGranted& e);
  void on(const Seen& seen, const MandateRevoked& e);
  void on(const Seen& seen, const AccessGranted& e);
  void on(const Seen& seen, const AccessTerminated& e);
  void on(const Seen& seen, const AccessRemoved& e);
  void on(const Seen& seen, const TenantCreated& e);
  void on(const Seen& seen, const PrincipalCreated& e);
  void on(const Seen& seen, const ApiKeyCreated& e);
  void on(const Seen& seen, const ApiKeyRevoked& e);

  struct Access {
    Role role = Role::viewer;
    std::optional<Timestamp> expires_at;
  };

  std::string tenant_, in_force_;
  std::optional<std::int64_t> ledger_;
  std::unordered_map<std::string, PastAction> actions_;
  std::unordered_map<std::string, PastApproval> approvals_;
  std::unordered_map<std::string, PastTicket> tickets_;
  std::unordered_map<std::string, PastPolicy> policies_;
  std::vector<PastMandate> mandates_;
  std::unordered_map<std::string, Timestamp> leaving_;
  /// Principal -> what it has, by the ids of grants and keys.
  std::unordered_map<std::string, std::map<std::string, Access>> access_;
  std::unordered_map<std::string, std::set<std::string>> tenants_of_;
};

}  // namespace recourse::soc2
