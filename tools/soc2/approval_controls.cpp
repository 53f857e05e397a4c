#include <algorithm>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-02
class HumanApproval final : public OneControlTest {
 public:
  explicit HumanApproval(const TestContext& context) : OneControlTest(context, "RC-02") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* decided = seen.as<PolicyDecided>()) on_decision(seen, *decided);
    if (const auto* dispatched = seen.as<EffectDispatched>()) on_dispatch(seen, *dispatched);
    if (const auto* granted = seen.as<ApprovalGranted>()) on_grant(seen, *granted);
  }

  void finish() override {
    for (auto& [id, asked] : asked_)
      if (asked.unapproved)
        writer_.fail(
            asked.member, "no_approval",
            "Action " + id + " was dispatched at " + *asked.unapproved + " and nobody had agreed.");
    if (votes_without_role_ > 0)
      writer_.note(std::to_string(votes_without_role_) +
                   " votes do not say in which role they were cast; that could not be compared.");
  }

 private:
  struct Asked {
    Member member;
    std::optional<std::string> unapproved;  ///< Where it was dispatched all the same.
  };

  void on_decision(const Seen& seen, const PolicyDecided& decided) {
    if (decided.outcome != PolicyOutcome::require_approval) return;
    const PastAction* const action = context_.history.action(decided.action.value());
    const bool imported = decided.provenance.imported || (action != nullptr && action->imported);
    if (imported || decided.shadow) {
      if (seen.within()) writer_.exclude(imported ? "imported" : "shadow");
      return;
    }
    Member member = writer_.member(seen);
    Row& row = writer_.row_of(member);
    row.decision = seen.event.id.value();
    row.policy = decided.policy.text;
    const auto [found, is_new] = asked_.try_emplace(decided.action.value());
    // A second demand takes the place of the first one, unless that was passed over.
    if (is_new || !found->second.unapproved) found->second.member = std::move(member);
  }

  void on_dispatch(const Seen& seen, const EffectDispatched& dispatched) {
    const auto found = asked_.find(dispatched.action.value());
    if (found == asked_.end() || !seen.within()) return;
    Asked& asked = found->second;
    const PastAction* const action = context_.history.action(found->first);
    const std::string at = sequence_text(seen.event.position);
    const PastApproval* const approval = used_by(action, asked.member);
    if (approval == nullptr || !approval->granted_at) {
      asked.unapproved = at;
      writer_.enter(asked.member);
      return;
    }
    Row& row = writer_.enter(asked.member);
    row.approval = action->used_approval.empty() ? action->approval : action->used_approval;
    row.accountable = accountable_for(*approval);
    const std::string what = "Action " + found->first + ", dispatched at " + at + ": ";
    const Timestamp until =
        std::max(approval->expires_at, approval->usable_until.value_or(approval->expires_at));
    if (until < seen.event.time)
      writer_.fail(asked.member, "approval_expired",
                   what + "the approval had expired at " + to_rfc3339(until) + ".");
    if (approval->args != dispatched.args_commitment)
      writer_.fail(asked.member, "payload_changed",
                   what + "the arguments are not those that were agreed to.");
    check_voters(asked.member, what, *approval, *action);
  }

  void on_grant(const Seen& seen, const ApprovalGranted& granted) {
    if (!granted.action) return;
    const auto found = asked_.find(granted.action->value());
    if (found == asked_.end() || !found->second.unapproved) return;
    writer_.fail(found->second.member, "approved_late",
                 "Action " + found->first + " was dispatched at " + *found->second.unapproved +
                     " and approved only at " + sequence_text(seen.event.position) + ".");
    found->second.unapproved.reset();
  }

  const PastApproval* used_by(const PastAction* action, const Member& member) const {
    if (action == nullptr) return nullptr;
    const std::string& id =
        action->used_approval.empty() ? action->approval : action->used_approval;
    const PastApproval* const approval = context_.history.approval(id);
    if (approval == nullptr) return nullptr;
    // One that was asked for before this demand was for something else; another try of what was
    // agreed to quotes the one that was used.
    const Position asked = writer_.row_of(member).index;
    return approval->position.value() >= asked.value() || !action->used_approval.empty() ? approval
                                                                                         : nullptr;
  }

  static std::string accountable_for(const PastApproval& approval) {
    std::string names;
    for (const PastVote& vote : approval.votes)
      if (vote.approves) names += (names.empty() ? "" : " ") + vote.voter;
    return names;
  }

  void check_voters(Member& member, const std::string& what, const PastApproval& approval,
                    const PastAction& action) {
    std::set<std::string> agreed;
    for (const PastVote& vote : approval.votes) {
      if (!vote.approves) continue;
      agreed.insert(vote.voter);
      if (vote.voter == action.proposer.id.value() || approval.excluded.contains(vote.voter))
        writer_.fail(member, "approver_is_requester",
                     what + vote.voter + " had asked for it and agreed" +
                         (approval.bypassed ? ", which is recorded as a bypass." : "."));
      for (const PastMandate& mandate : context_.history.mandates())
        if (!mandate.revoked && mandate.agent == action.proposer.id.value() &&
            mandate.author == vote.voter)
          writer_.fail(
              member, "approver_is_agent_owner",
              what + vote.voter + " agreed and answers for the agent by " + mandate.id + ".");
      if (vote.role.empty()) {
        ++votes_without_role_;
      } else if (!approval.roles.empty() && !approval.roles.contains(vote.role)) {
        writer_.fail(member, "approver_lacks_role",
                     what + vote.voter + " voted as " + vote.role + ", which was not asked.");
      }
      if (vote.voter_type != ActorType::human)
        writer_.fail(member, "approver_not_human", what + vote.voter + " is no person and voted.");
    }
    if (static_cast<std::int64_t>(agreed.size()) < approval.quorum)
      writer_.fail(member, "too_few_votes",
                   what + std::to_string(agreed.size()) + " agreed, " +
                       std::to_string(approval.quorum) + " were demanded.");
  }

  std::unordered_map<std::string, Asked> asked_;
  std::uint64_t votes_without_role_ = 0;
};

/// RC-03
class InformedApproval final : public OneControlTest {
 public:
  explicit InformedApproval(const TestContext& context) : OneControlTest(context, "RC-03") {}

  void see(const Seen& seen) override {
    if (seen.meta) return;
    if (const auto* granted = seen.as<ApprovalGranted>()) decided(seen, granted->approval);
    if (const auto* rejected = seen.as<ApprovalRejected>()) decided(seen, rejected->approval);
  }

  void finish() override {
    if (votes_ == 0) return;
    writer_.indicate("votes_within_dwell_time", std::to_string(quick_),
                     "Of " + std::to_string(votes_) + " votes, those cast within " +
                         std::to_string(thresholds_.dwell_ms) + " ms of the request.");
    std::uint64_t never = 0;
    for (const auto& [voter, counts] : by_voter_)
      if (counts.second == 0 && counts.first >= kEnoughVotes) ++never;
    writer_.indicate("reviewers_who_never_reject", std::to_string(never),
                     "People with at least " + std::to_string(kEnoughVotes) +
                         " votes in the period, all of them to approve.");
  }

 private:
  static constexpr std::uint64_t kEnoughVotes = 10;

  void decided(const Seen& seen, const ApprovalId& id) {
    if (!writer_.takes(seen)) return;
    const std::size_t row = writer_.add(seen);
    writer_.row(row).approval = id.value();
    const PastApproval* const approval = context_.history.approval(id.value());
    if (approval == nullptr || approval->shown == Hash{})
      return writer_.fail(row, "not_shown",
                          "What approval " + id.value() + " was decided on is not recorded.");
    if (approval->votes.empty())
      writer_.fail(row, "no_vote", "Approval " + id.value() + " was decided without a vote.");
    for (const PastVote& vote : approval->votes) {
      ++votes_;
      if (vote.decision_ms < thresholds_.dwell_ms) ++quick_;
      ++(vote.approves ? by_voter_[vote.voter].first : by_voter_[vote.voter].second);
      if (vote.render_digest != approval->shown)
        writer_.fail(row, "other_shown",
                     "On approval " + id.value() + " " + vote.voter +
                         " voted about something else than was asked.");
    }
  }

  std::uint64_t votes_ = 0, quick_ = 0;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> by_voter_;  ///< Yes, no.
};

}  // namespace

void add_approval_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<HumanApproval>(context));
  tests.push_back(std::make_unique<InformedApproval>(context));
}

}  // namespace recourse::soc2
