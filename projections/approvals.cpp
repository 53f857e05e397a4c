#include "projections/approvals.h"

#include <algorithm>

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

class Approvals final : public Projection {
 public:
  Approvals(const RowSource& source, Digest& digest)
      : approvals_("approval/", source, digest), by_status_("status/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override { return {&approvals_, &by_status_}; }

 private:
  static std::string status_key(const ApprovalRow& row) {
    return std::string(word(row.status)) + '/' + row.approval.value();
  }

  static void end_claim(ApprovalRow& row) {
    row.claimed_by.reset();
    row.claimed_until.reset();
  }

  template <class E>
  ApprovalRow& touch(const RecordedEvent& event, const E& data) {
    ApprovalRow& row = approvals_.change(data.approval.value());
    row.approval = data.approval;
    row.action = data.action;
    row.ticket = data.ticket;
    row.rollback = data.rollback;
    row.step = data.step;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    return row;
  }

  template <class E>
  ApprovalRow& end(const RecordedEvent& event, const E& data, ApprovalStatus status) {
    ApprovalRow& row = touch(event, data);
    by_status_.erase(status_key(row));
    end_claim(row);
    row.escalate_at.reset();
    row.status = status;
    row.decided_at = event.time;
    row.decided_by = event.actor.id;
    by_status_.change(status_key(row));
    return row;
  }

  void on(const RecordedEvent& event, const ApprovalRequested& data) {
    ApprovalRow& row = touch(event, data);
    row.args_commitment = data.args_commitment;
    row.render_digest = data.render_digest;
    row.quorum = data.quorum;
    row.roles = data.roles;
    row.excluded = data.excluded;
    row.requested_at = event.time;
    row.expires_at = data.expires_at;
    row.not_alone = data.not_alone;
    row.escalate_at = data.escalate_at;
    row.escalate_to = data.escalate_to;
    by_status_.change(status_key(row));
  }
  void on(const RecordedEvent& event, const ApprovalClaimed& data) {
    ApprovalRow& row = touch(event, data);
    row.claimed_by = data.by;
    row.claimed_until = data.until;
  }
  void on(const RecordedEvent& event, const ApprovalReleased& data) {
    end_claim(touch(event, data));
  }
  void on(const RecordedEvent& event, const ApprovalEscalated& data) {
    ApprovalRow& row = touch(event, data);
    end_claim(row);
    row.escalate_at.reset();
    row.roles = data.to;
    row.escalated_at = event.time;
    for (VoteRow& vote : row.votes)
      vote.counts =
          !vote.role || std::find(data.to.begin(), data.to.end(), *vote.role) != data.to.end();
  }
  void on(const RecordedEvent& event, const ApprovalVoted& data) {
    ApprovalRow& row = touch(event, data);
    VoteRow vote;
    vote.by = event.actor.id;
    vote.vote = data.vote;
    vote.at = event.time;
    vote.decision_ms = data.decision_ms;
    if (data.reason) vote.reason = ref_to(event, *data.reason);
    vote.role = data.role;
    vote.team = data.team;
    vote.auth_level = data.auth_level;
    vote.channel = data.channel;
    vote.authenticated_at = data.authenticated_at;
    end_claim(row);
    row.decision_reason = vote.reason;
    row.votes.push_back(std::move(vote));
  }
  void on(const RecordedEvent& event, const ApprovalGranted& data) {
    ApprovalRow& row = end(event, data, ApprovalStatus::granted);
    row.granted_position = static_cast<std::int64_t>(event.position.value());
    if (data.expires_at) row.expires_at = *data.expires_at;
  }
  void on(const RecordedEvent& event, const ApprovalRejected& data) {
    ApprovalRow& row = end(event, data, ApprovalStatus::rejected);
    row.reason_code = data.reason_code;
    row.retry = data.retry;
  }
  void on(const RecordedEvent& event, const ApprovalRevoked& data) {
    ApprovalRow& row = end(event, data, ApprovalStatus::revoked);
    if (data.reason) row.decision_reason = ref_to(event, *data.reason);
  }
  void on(const RecordedEvent& event, const ApprovalExpired& data) {
    end(event, data, ApprovalStatus::expired);
  }
  void on(const RecordedEvent& event, const ApprovalStaled& data) {
    const bool withdrawn = data.cause.text == "withdrawn";
    ApprovalRow& row =
        end(event, data, withdrawn ? ApprovalStatus::withdrawn : ApprovalStatus::staled);
    row.cause = data.cause;
    row.changed = data.changed;
  }
  /// Used up: who decided and when stay as they were.
  void on(const RecordedEvent& event, const ApprovalConsumed& data) {
    ApprovalRow& row = touch(event, data);
    by_status_.erase(status_key(row));
    row.status = ApprovalStatus::consumed;
    by_status_.change(status_key(row));
  }
  template <class E>
  void on(const RecordedEvent&, const E&) {}

  RowTable<ApprovalRow> approvals_;
  RowTable<Listed> by_status_;
};

}  // namespace

ProjectionKind approvals_kind() {
  return {3, "approvals", 6,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Approvals>(source, digest);
          }};
}

}  // namespace recourse
