#include "projections/approvals.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

struct Listed {};
BOOST_DESCRIBE_STRUCT(Listed, (), ())

class Approvals final : public Projection {
 public:
  Approvals(const RowSource& source, Digest& digest)
      : approvals_("approval/", source, digest), by_status_("status/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    std::visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override { return {&approvals_, &by_status_}; }

 private:
  static std::string status_key(const ApprovalRow& row) {
    return std::string(word(row.status)) + '/' + row.approval.value();
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
    by_status_.change(status_key(row));
  }
  void on(const RecordedEvent& event, const ApprovalVoted& data) {
    ApprovalRow& row = touch(event, data);
    VoteRow vote{event.actor.id, data.vote, event.time, std::nullopt, data.decision_ms};
    if (data.reason) vote.reason = ref_to(event, *data.reason);
    row.decision_reason = vote.reason;
    row.votes.push_back(std::move(vote));
  }
  void on(const RecordedEvent& event, const ApprovalGranted& data) {
    end(event, data, ApprovalStatus::granted);
  }
  void on(const RecordedEvent& event, const ApprovalRejected& data) {
    end(event, data, ApprovalStatus::rejected);
  }
  void on(const RecordedEvent& event, const ApprovalExpired& data) {
    end(event, data, ApprovalStatus::expired);
  }
  void on(const RecordedEvent& event, const ApprovalStaled& data) {
    const bool withdrawn = data.cause.text == "withdrawn";
    end(event, data, withdrawn ? ApprovalStatus::withdrawn : ApprovalStatus::staled).cause =
        data.cause;
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
  return {3, "approvals", 3,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Approvals>(source, digest);
          }};
}

}  // namespace recourse
