#include "projections/resolutions.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

constexpr std::size_t kAnswers = 32;

class Resolutions final : public Projection {
 public:
  Resolutions(const RowSource& source, Digest& digest)
      : resolutions_("ticket/", source, digest),
        tickets_("id/", source, digest),
        newest_("newest/", source, digest),
        followups_("followup/", source, digest),
        listed_("listed/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override {
    return {&resolutions_, &tickets_, &newest_, &followups_, &listed_};
  }

 private:
  ResolutionRow& touch(const RecordedEvent& event, const TicketId& ticket,
                       const ResolutionId& resolution) {
    ResolutionRow& row = resolutions_.change(ticket.value() + '/' + resolution.value());
    row.resolution = resolution;
    row.ticket = ticket;
    row.updated_at = event.time;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    return row;
  }

  void on(const RecordedEvent& event, const ResolutionAsserted& data) {
    ResolutionRow& row = touch(event, data.ticket, data.resolution);
    row.action = data.action;
    row.action_type = data.action_type;
    if (data.steps) row.steps = ref_to(event, *data.steps);
    row.created_at = event.time;
    row.close_at = data.close_at;
    row.imported = data.provenance.imported;
    tickets_.change(data.resolution.value()) = data.ticket;
    newest_.change(data.ticket.value()) = data.resolution;
  }
  void on(const RecordedEvent& event, const ResolutionAssumed& data) {
    touch(event, data.ticket, data.resolution).assumed = true;
  }
  void on(const RecordedEvent& event, const ResolutionConfirmed& data) {
    touch(event, data.ticket, data.resolution).confirmed = true;
  }
  void on(const RecordedEvent& event, const ResolutionContradicted& data) {
    touch(event, data.ticket, data.resolution).confirmed = false;
  }
  void on(const RecordedEvent& event, const ResolutionVoided& data) {
    touch(event, data.ticket, data.resolution).voided = true;
  }
  void on(const RecordedEvent& event, const TicketReopened& data) {
    const ResolutionId* newest = newest_.find(data.ticket.value());
    if (data.resolution) newest = &*data.resolution;
    if (newest == nullptr) return;
    ResolutionRow& row = touch(event, data.ticket, *newest);
    row.reopened = true;
    row.reopened_at = event.time;
    row.reopened_code = data.reason_code;
    if (data.reason) row.reopened_reason = ref_to(event, *data.reason);
  }
  void on(const RecordedEvent& event, const FeedbackSubmitted& data) {
    if (!data.resolution) return;
    ResolutionRow& row = touch(event, data.ticket, *data.resolution);
    row.response_received_at = event.time;
    if (row.answers.size() == kAnswers) row.answers.erase(row.answers.begin());
    row.answers.push_back(
        {data.feedback, data.kind, data.score, data.confirmed, data.channel, event.time, false});
    if (data.confirmed) row.confirmed = data.confirmed;
    if (data.score && has_stars(data.kind)) {
      row.score = data.score;
      row.score_source = data.channel;
    }
    if (data.comment) row.feedback_text = ref_to(event, *data.comment);
  }
  /// The stars before it count again. A yes or no stays: what followed from it has happened.
  void on(const RecordedEvent& event, const FeedbackRetracted& data) {
    if (!data.resolution) return;
    ResolutionRow& row = touch(event, data.ticket, *data.resolution);
    bool stars = false;
    for (AnswerRow& answer : row.answers) {
      if (answer.feedback != data.feedback) continue;
      answer.retracted = true;
      stars = answer.score && has_stars(answer.kind);
    }
    if (!stars) return;
    row.score.reset();
    row.score_source.reset();
    for (const AnswerRow& answer : row.answers) {
      if (answer.retracted || !answer.score || !has_stars(answer.kind)) continue;
      row.score = answer.score;
      row.score_source = answer.source;
    }
  }

  // ---- Follow-ups ------------------------------------------------------------------------------

  static std::string listed_key(const FollowUpRow& row) {
    return std::string(word(row.status)) + '/' + to_rfc3339(row.due_at) + '/' +
           row.followup.value();
  }
  template <class E>
  FollowUpRow& begin_change(const RecordedEvent& event, const E& data) {
    FollowUpRow& row = followups_.change(data.followup.value());
    listed_.erase(listed_key(row));
    row.followup = data.followup;
    row.ticket = data.ticket;
    row.last_position = static_cast<std::int64_t>(event.position.value());
    return row;
  }
  void end_change(const FollowUpRow& row) { listed_.change(listed_key(row)); }

  template <class E>
  FollowUpRow& end_followup(const RecordedEvent& event, const E& data, FollowUpStatus status) {
    FollowUpRow& row = begin_change(event, data);
    row.status = status;
    row.ended_at = event.time;
    end_change(row);
    return row;
  }
  /// Nobody is asked, so the resolution shows none that is due.
  template <class E>
  FollowUpRow& drop_followup(const RecordedEvent& event, const E& data, FollowUpStatus status) {
    FollowUpRow& row = end_followup(event, data, status);
    if (row.resolution)
      touch(event, data.ticket, *row.resolution).followup_cancelled_at = event.time;
    return row;
  }

  void on(const RecordedEvent& event, const FollowUpScheduled& data) {
    FollowUpRow& row = begin_change(event, data);
    row.resolution = data.resolution;
    row.action = data.action;
    row.scheduled_at = event.time;
    row.due_at = data.due_at;
    row.channel = data.channel;
    end_change(row);
    if (!data.resolution) return;
    ResolutionRow& resolution = touch(event, data.ticket, *data.resolution);
    resolution.followup = data.followup;
    resolution.followup_due_at = data.due_at;
    resolution.followup_cancelled_at.reset();
  }
  void on(const RecordedEvent& event, const FollowUpPostponed& data) {
    FollowUpRow& row = begin_change(event, data);
    row.due_at = data.due_at;
    row.reason = data.cause;
    ++row.postponed;
    end_change(row);
    if (row.resolution) touch(event, data.ticket, *row.resolution).followup_due_at = data.due_at;
  }
  void on(const RecordedEvent& event, const FollowUpSent& data) {
    FollowUpRow& row = begin_change(event, data);
    row.status = FollowUpStatus::sent;
    row.sent_at = event.time;
    row.channel = data.channel;
    row.late_s = data.late_s;
    end_change(row);
    if (row.resolution) touch(event, data.ticket, *row.resolution).followup_sent_at = event.time;
  }
  void on(const RecordedEvent& event, const FollowUpAnswered& data) {
    end_followup(event, data, FollowUpStatus::answered).answer = data.answer;
  }
  void on(const RecordedEvent& event, const FollowUpSkipped& data) {
    drop_followup(event, data, FollowUpStatus::skipped).reason = data.reason_code;
  }
  void on(const RecordedEvent& event, const FollowUpMissed& data) {
    drop_followup(event, data, FollowUpStatus::missed).late_s = data.late_s;
  }
  void on(const RecordedEvent& event, const FollowUpCancelled& data) {
    drop_followup(event, data, FollowUpStatus::cancelled).reason = data.cause;
  }
  template <class E>
  void on(const RecordedEvent&, const E&) {}

  RowTable<ResolutionRow> resolutions_;
  RowTable<TicketId> tickets_;
  RowTable<ResolutionId> newest_;
  RowTable<FollowUpRow> followups_;
  RowTable<Listed> listed_;
};

}  // namespace

ProjectionKind resolutions_kind() {
  return {4, "resolutions", 3,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Resolutions>(source, digest);
          }};
}

}  // namespace recourse
