#include "projections/resolutions.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

class Resolutions final : public Projection {
 public:
  Resolutions(const RowSource& source, Digest& digest)
      : resolutions_("ticket/", source, digest),
        tickets_("id/", source, digest),
        newest_("newest/", source, digest),
        followups_("followup/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    std::visit([&](const auto& data) { on(event, data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override {
    return {&resolutions_, &tickets_, &newest_, &followups_};
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
    row.imported = data.provenance.imported;
    tickets_.change(data.resolution.value()) = data.ticket;
    newest_.change(data.ticket.value()) = data.resolution;
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
    if (data.confirmed) row.confirmed = data.confirmed;
    if (data.score) {
      row.score = data.score;
      row.score_source = data.channel;
    }
    if (data.comment) row.feedback_text = ref_to(event, *data.comment);
  }
  void on(const RecordedEvent& event, const FollowUpScheduled& data) {
    if (!data.resolution) return;
    ResolutionRow& row = touch(event, data.ticket, *data.resolution);
    row.followup = data.followup;
    row.followup_due_at = data.due_at;
    followups_.change(data.followup.value()) = *data.resolution;
  }
  void on(const RecordedEvent& event, const FollowUpCancelled& data) {
    const ResolutionId* const resolution = followups_.find(data.followup.value());
    if (resolution == nullptr) return;
    touch(event, data.ticket, *resolution).followup_cancelled_at = event.time;
  }
  template <class E>
  void on(const RecordedEvent&, const E&) {}

  RowTable<ResolutionRow> resolutions_;
  RowTable<TicketId> tickets_;
  RowTable<ResolutionId> newest_;
  RowTable<ResolutionId> followups_;
};

}  // namespace

ProjectionKind resolutions_kind() {
  return {4, "resolutions", 2,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<Resolutions>(source, digest);
          }};
}

}  // namespace recourse
