#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/decision/decide.h"
#include "engine/ledger/ledger.h"
#include "engine/writer/commit_feed.h"
#include "engine/writer/directory.h"
#include "engine/writer/park_list.h"
#include "engine/writer/view_behind.h"
#include "projections/projection.h"
#include "projections/view_store.h"

namespace recourse {

/// What a decision step may use while it runs on the writer's thread.
struct DecisionStep {
  State& state;
  const DecisionContext& context;
  Ledger& ledger;
  LedgerId id;
  /// Events of the deployment's own ledger that are committed with those of the step, which makes
  /// at least one. Only for a step in a tenant's ledger.
  std::vector<NewEvent> for_deployment = {};
};
using DecideEvents = std::function<Result<std::vector<NewEvent>>(DecisionStep&)>;

/// One thing to decide and commit.
struct WriteRequest {
  TenantId tenant;  ///< `meta` for the deployment's own ledger
  Principal principal;
  /// Empty: not idempotent. Else the same key with the same fingerprint gives the first answer for
  /// ever, and with another one `key_reused`.
  std::string idempotency_key;
  std::string fingerprint;  ///< Method, path and canonical body
  DecideEvents decide;
  /// Decided with nothing else staged, so that what the ledger holds is all there is.
  bool alone = false;
  /// Called on the writer's thread once the events are durable and before anything else is decided
  /// or answered; not for a repeat. When it fails, this request is answered `unknown_outcome` and
  /// the writer stops as after a failed write: a start of the program completes what the events say.
  std::function<Status(std::span<const RecordedEvent>)> after_commit = {};
};

/// The request that gives `command`. The requester of a new ticket is found or made from
/// `requester_address` (an e-mail address or another outside name) when it is not empty.
WriteRequest command_request(TenantId tenant, Principal principal, Command command,
                             std::string requester_address = "");

/// Durable. `events` are what the request made, also when it is a repeat.
struct Committed {
  LedgerId ledger;
  std::vector<RecordedEvent> events;
  TreeHead head;
  bool repeated = false;  ///< Answered from the receipt of an earlier request.
};
using Outcome = Result<Committed>;

struct WriterOptions {
  std::size_t max_queued = 8'192;  ///< Past it: `unavailable`.
  std::size_t max_group = 512;     ///< Requests in one commit.
  std::size_t max_group_bytes = 4U << 20;
  std::chrono::seconds quiet{60};  ///< After it a ledger gets a heartbeat before its next commit.
  std::string park_file;           ///< See ParkList; empty: nothing is kept.
  /// All projections, decision_state first. Empty: those of this program.
  std::vector<ProjectionKind> projections;
};

/// The single writer: takes all waiting requests, decides each against the state including what
/// this group already decided, commits the group, applies the rows, answers. Rows and answers of
/// one group are the work of a second thread while the next group is decided. Threads: any thread
/// submits; answers come on the second one, so callbacks must be short. A projection that cannot
/// follow is behind(); commits go on, unless it is the one that is decided from.
class Writer {
 public:
  using Callback = std::function<void(Outcome)>;

  /// `ledger` and `views` outlive the writer. Folds the tails of all views first. Errors: as
  /// LedgerViews::open and ParkList::open; `unsupported` when the deployment's own ledger holds an
  /// event that this program does not know, since it says who may do what.
  static Result<std::unique_ptr<Writer>> open(Ledger& ledger, ViewStore& views, const Clock& clock,
                                              Random& random, const WriterOptions& options = {});
  /// Finishes what is queued, flushes the views.
  ~Writer();

  /// Calls `answer` exactly once. Errors: what the decision says; `unavailable` when the queue is
  /// full; `disk_full`; `unknown_outcome` when a write failed, and from then on for everything
  /// until the process opens the ledger again.
  void submit(WriteRequest request, Callback answer);
  struct Submission {
    WriteRequest request;
    Callback answer;
  };
  /// The same for several that come in together: they are decided in their order and committed
  /// together, as far as a commit has room.
  void submit(std::vector<Submission> submissions);
  /// The same, waiting for the answer. Not from the writer's thread.
  Outcome handle(WriteRequest request);

  /// What makes an administrative request repeatable, see WriteRequest; empty: not at all.
  struct Repeatable {
    std::string idempotency_key;
    std::string fingerprint;
  };

  /// Makes a tenant with its ledger and the default policy. Errors: conflict, invalid.
  Result<LedgerInfo> create_tenant(const TenantId& tenant, const Repeatable& request = {});

  struct NewKey {
    ApiKey key;
    std::string secret;     ///< Shown once, never stored: empty for a repeat.
    bool repeated = false;  ///< The key was made by an earlier request of the same kind.
  };
  struct KeyOrder {
    TenantId tenant;
    Role role = Role::viewer;
    ActorType kind = ActorType::human;
    std::optional<PrincipalId> principal;  ///< Default: a new one.
    std::string team;                      ///< Of whoever gets it; empty: none is known.
    std::string display_name;
    std::optional<Timestamp> expires_at;
    Repeatable request;
  };
  Result<NewKey> create_key(const KeyOrder& order, const Actor& by);
  Status revoke_key(const KeyId& key, const Actor& by);

  /// Runs `work` on the writer's thread while no commit is under way and the rows of every
  /// projection that is not behind() are at the head of their ledger, and returns its result. The
  /// rows of `ledger` are looked up anew afterwards, since `work` may switch to other ones or mend
  /// what stopped one. Commits wait meanwhile, so it is short. Not from the writer's threads. Errors: unavailable while the program ends; those
  /// of `work`.
  Status at_rest(LedgerId ledger, const std::function<Status()>& work);

  /// The projections of `ledger` that do not follow it. Empty is quick.
  std::vector<ViewBehind> behind(LedgerId ledger) const;
  /// Of all ledgers.
  std::vector<std::pair<LedgerId, ViewBehind>> behind() const;

  ParkList& parks();
  std::span<const ProjectionKind> projections() const;
  /// Puts it on record, once, that a build of the projection leaves out `event`.
  void record_parked(LedgerId ledger, const std::string& projection, const ParkedEvent& event);

  const Directory& directory() const;
  /// Tells when rows have caught up with a commit.
  CommitFeed& commits();
  Ledger& ledger();
  ViewStore& views();
  const Clock& clock() const;
  Random& random();
  /// Set once a write failed: health is red and the process should be restarted.
  bool failed() const;
  std::size_t queued() const;

  /// How much came at once. Asking begins a new count.
  struct Load {
    std::size_t limit = 0;    ///< Commands that may wait.
    std::size_t peak = 0;     ///< Most that waited.
    std::size_t refused = 0;  ///< Found no place or no space on the disk.
  };
  Load take_load();

 private:
  class Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// First start: tenant `default` and one admin key. None when the deployment has tenants already.
Result<std::optional<Writer::NewKey>> bootstrap(Writer& writer);

}  // namespace recourse
