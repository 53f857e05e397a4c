#pragma once

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "engine/base/sha256.h"
#include "engine/decision/recorded_facts.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/frontier.h"
#include "engine/ledger/merkle_tree.h"
#include "tools/soc2/examine.h"

/// A log written without the checks of the engine, so that it can hold what the engine would never
/// write.
namespace recourse::soc2::testing {

using namespace std::chrono_literals;

inline const Actor kAda{ActorType::human, PrincipalId("usr_ada")};
inline const Actor kBob{ActorType::human, PrincipalId("usr_bob")};
inline const Actor kCem{ActorType::human, PrincipalId("usr_cem")};
inline const Actor kBot{ActorType::agent, PrincipalId("agt_bot")};
inline const Actor kSystem{};

inline Hash hash_of(std::string_view text) { return sha256(text); }

inline Sealed sealed(std::string_view about = "sub_1") {
  Sealed value = seal_text("x", {std::string(about)});
  value.json.clear();
  value.commitment = hash_of("x");
  return value;
}

struct TestLog {
  std::string origin = "test.example/t/0011223344556677";
  std::vector<std::string> leaves;
  std::vector<Timestamp> times;
  Timestamp now = *from_rfc3339("2026-03-01T09:00:00Z");
  std::set<std::uint64_t> head_sizes;  ///< Of the heads that are kept.

  std::uint64_t size() const { return leaves.size(); }

  /// Returned: its position.
  std::uint64_t add(EventData data, const Actor& actor = kSystem, std::string subject = "") {
    RecordedEvent event;
    event.position = Position(leaves.size());
    event.id = EventId("evt_" + std::string(origin.ends_with("meta") ? "m" : "") +
                       std::to_string(leaves.size()));
    event.source = origin;
    event.time = now;
    event.actor = actor;
    event.stream = "stream_1";
    event.subject = std::move(subject);
    event.data = std::move(data);
    leaves.push_back(write_leaf(event));
    times.push_back(now);
    return leaves.size() - 1;
  }

  void wait(std::chrono::microseconds time) { now += time; }
  void sign() { head_sizes.insert(leaves.size()); }

  std::string head_note(std::uint64_t of) const {
    Frontier tree;
    for (std::uint64_t i = 0; i < of; ++i) tree.append(leaf_hash(leaves[i]));
    return checkpoint_text({origin, of, tree.root()}) + "\n\u2014 key " +
           to_base64(std::string(68, 's')) + "\n";
  }

  Source::Leaves reader() const {
    return [this](const std::function<bool(Position, std::string_view)>& visit) {
      for (std::uint64_t i = 0; i < leaves.size(); ++i)
        if (!visit(Position(i), leaves[i])) break;
      return Status();
    };
  }
};

/// A tenant's log and the deployment's, with shorthands for what a story is made of.
struct Story {
  TestLog log, meta;
  Parameters parameters;
  bool with_meta = false;
  std::string policy = std::string(kDefaultPolicyName);

  Story() {
    meta.origin = "test.example/meta";
    parameters.version = "test";
    parameters.nonce = "nonce";
    log.add(LogOpened{});
    PolicyActivated activated;
    activated.policy = policy;
    activated.text = policy_json(default_policy());
    activated.digest = hash_of(activated.text.text);
    activated.manifest_digest = manifest_digest();
    log.add(activated);
  }

  std::uint64_t add(EventData data, const Actor& actor = kSystem, std::string subject = "") {
    return log.add(std::move(data), actor, std::move(subject));
  }
  /// In the deployment's ledger, at the same moment.
  std::uint64_t add_meta(EventData data, const Actor& actor = kSystem) {
    with_meta = true;
    meta.now = log.now;
    return meta.add(std::move(data), actor);
  }
  void wait(std::chrono::microseconds time) { log.wait(time); }
  /// So that time has passed for what did not happen.
  void end_after(std::chrono::microseconds time) {
    wait(time);
    add(LogHeartbeat{});
  }

  std::uint64_t open_ticket(const std::string& ticket = "tkt_1",
                            const std::string& requester = "sub_1") {
    TicketOpened opened;
    opened.ticket = TicketId(ticket);
    opened.channel = "email";
    opened.requester = SubjectId(requester);
    return add(opened, kSystem, ticket);
  }

  ActionProposed proposal(const std::string& action) const {
    ActionProposed proposed;
    proposed.action = ActionId(action);
    proposed.ticket = TicketId("tkt_1");
    proposed.type = "AUTO_RESOLVE";
    proposed.args = sealed();
    proposed.confidence_ppm = 990'000;
    return proposed;
  }
  std::uint64_t propose(const std::string& action, const Actor& by = kBot) {
    return add(proposal(action), by, "tkt_1");
  }

  /// What the policy really says.
  PolicyDecided verdict(const std::string& action, std::int64_t approvals = 0) const {
    Facts facts;
    facts.type = find_action_type("AUTO_RESOLVE");
    facts.confidence_ppm = 990'000;
    facts.proposer = kBot.id.value();
    facts.machine = true;
    facts.approvals = approvals;
    const Verdict said = judge(default_policy(), facts);
    PolicyDecided decided;
    decided.action = ActionId(action);
    decided.ticket = TicketId("tkt_1");
    decided.decision = "dec_1";
    decided.outcome = said.outcome;
    if (said.problem) decided.problem = *said.problem;
    decided.policy = policy;
    decided.at = "propose";
    decided.rules = said.rules;
    decided.required_approvals = said.quorum;
    for (const Role role : said.roles) decided.approver_roles.push_back(Clear(word(role)));
    return decided;
  }
  std::uint64_t decide(const std::string& action, PolicyOutcome outcome,
                       const std::string& problem = "") {
    PolicyDecided decided = verdict(action);
    decided.outcome = outcome;
    if (!problem.empty()) decided.problem = problem;
    return add(decided, kSystem, "tkt_1");
  }
  std::uint64_t allow(const std::string& action) { return decide(action, PolicyOutcome::allow); }

  std::uint64_t dispatch(const std::string& action) {
    EffectDispatched dispatched;
    dispatched.action = ActionId(action);
    dispatched.ticket = TicketId("tkt_1");
    dispatched.connector = "internal";
    dispatched.args_commitment = sealed().commitment;
    return add(dispatched, kSystem, "tkt_1");
  }
  std::uint64_t confirm(const std::string& action) {
    EffectConfirmed confirmed;
    confirmed.action = ActionId(action);
    confirmed.ticket = TicketId("tkt_1");
    return add(confirmed, kSystem, "tkt_1");
  }
  /// Proposed, allowed, run. Returned: the dispatch.
  std::uint64_t run_action(const std::string& action) {
    propose(action);
    allow(action);
    const std::uint64_t dispatched = dispatch(action);
    confirm(action);
    return dispatched;
  }

  ApprovalRequested request(const std::string& approval, const std::string& action) const {
    ApprovalRequested requested;
    requested.approval = ApprovalId(approval);
    requested.action = ActionId(action);
    requested.ticket = TicketId("tkt_1");
    requested.args_commitment = sealed().commitment;
    requested.render_digest = hash_of("shown");
    requested.roles = {"manager"};
    requested.excluded = {kBot.id};
    requested.expires_at = log.now + 1h;
    return requested;
  }
  ApprovalVoted vote(const std::string& approval, const std::string& action) const {
    ApprovalVoted voted;
    voted.approval = ApprovalId(approval);
    voted.action = ActionId(action);
    voted.ticket = TicketId("tkt_1");
    voted.vote = Vote::approve;
    voted.render_digest = hash_of("shown");
    voted.channel = "api";
    voted.decision_ms = 20'000;
    voted.role = Clear("manager");
    return voted;
  }
  std::uint64_t grant(const std::string& approval, const std::string& action) {
    return add(ApprovalGranted{ApprovalId(approval), ActionId(action), TicketId("tkt_1")}, kAda);
  }
  std::uint64_t consume(const std::string& approval, const std::string& action) {
    return add(ApprovalConsumed{ApprovalId(approval), ActionId(action), TicketId("tkt_1")});
  }

  Source source() const {
    Source made{.system = "test.example",
                .tenant = TenantId("acme"),
                .origin = log.origin,
                .leaves = log.reader(),
                .meta_origin = "",
                .meta_leaves = nullptr};
    if (with_meta) {
      made.meta_origin = meta.origin;
      made.meta_leaves = meta.reader();
    }
    return made;
  }

  Package package() {
    Parameters all = parameters;
    if (all.end.value() == 0) all.end = LogSize(log.size());
    if (with_meta) all.meta_end = LogSize(meta.size());
    for (const std::uint64_t size : log.head_sizes)
      all.heads.push_back({log.head_note(size), {}, {}});
    auto made = examine(source(), all);
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    return std::move(made).value();
  }
};

inline const Chapter& chapter(const Package& package, std::string_view id) {
  for (const Chapter& each : package.chapters)
    if (each.control.id == id) return each;
  FAIL("no chapter " << id);
  return package.chapters.front();
}

/// RC-02/0000000000000117
inline std::string id_of(std::string_view control, std::uint64_t position, bool meta = false) {
  const std::string digits = std::to_string(position);
  return std::string(control) + (meta ? "/meta/" : "/") + std::string(16 - digits.size(), '0') +
         digits;
}

/// Whether exactly this exception stands in the control's chapter.
inline bool only_exception(const Package& package, std::string_view control, std::uint64_t position,
                           std::string_view code, bool meta = false) {
  const Chapter& of = chapter(package, control);
  if (of.result != Result::exceptions || of.exceptions.size() != 1) {
    MESSAGE(of.exceptions.size() << " exceptions of " << control);
    for (const Exception& found : of.exceptions)
      MESSAGE(found.id << " " << found.code << " " << found.what);
    return false;
  }
  const Exception& found = of.exceptions.front();
  const bool same = found.id == id_of(control, position, meta) && found.code == code;
  if (!same) MESSAGE(found.id << " " << found.code << " " << found.what);
  return same;
}

inline bool passes(const Package& package, std::string_view control, std::size_t rows) {
  const Chapter& of = chapter(package, control);
  for (const Exception& found : of.exceptions)
    MESSAGE(found.id << " " << found.code << " " << found.what);
  if (of.rows.size() != rows) MESSAGE(of.rows.size() << " rows of " << control);
  return of.result == Result::passed && of.rows.size() == rows;
}

}  // namespace recourse::soc2::testing
