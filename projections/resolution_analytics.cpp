#include "projections/resolution_analytics.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

/// What the counts know of one resolution.
struct Counted {
  std::optional<Clear> type;
  bool autonomous = false, reopened = false, voided = false, button = false;
  std::optional<bool> confirmed;
  std::optional<std::int64_t> score;
};
BOOST_DESCRIBE_STRUCT(Counted, (), (type, autonomous, reopened, voided, button, confirmed, score))

/// Adds `sign` times what `one` contributes.
void count(ResolutionCounts& counts, const Counted& one, std::int64_t sign) {
  const bool failed = one.reopened || one.voided;
  const bool successful = !failed && (one.confirmed == true || one.score.value_or(0) >= 4);
  counts.total += sign;
  counts.autonomous += one.autonomous ? sign : 0;
  counts.confirmed += one.confirmed == true ? sign : 0;
  counts.contradicted += one.confirmed == false ? sign : 0;
  counts.reopened += one.reopened ? sign : 0;
  counts.voided += one.voided ? sign : 0;
  counts.successful += successful ? sign : 0;
  counts.failed += failed ? sign : 0;
  counts.verified += !failed && one.confirmed == true ? sign : 0;
  counts.pending += !failed && !successful ? sign : 0;
  if (!one.score) return;
  counts.scores += sign;
  counts.score_sum += sign * *one.score;
  if (one.button) return;
  counts.csat_answers += sign;
  counts.csat_satisfied += *one.score >= 4 ? sign : 0;
}

class ResolutionAnalytics final : public Projection {
 public:
  ResolutionAnalytics(const RowSource& source, Digest& digest)
      : counts_("counts/", source, digest),
        resolutions_("resolution/", source, digest),
        newest_("newest/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    std::visit([&](const auto& data) { on(data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override { return {&counts_, &resolutions_, &newest_}; }

 private:
  void add(const Counted& one, std::int64_t sign) {
    count(counts_.change("all"), one, sign);
    if (one.type) count(counts_.change("type/" + one.type->text), one, sign);
  }

  /// Takes the resolution out of the counts, changes it, and puts it back.
  template <class Change>
  void recount(const ResolutionId& id, Change change) {
    if (resolutions_.find(id.value()) == nullptr) return;
    Counted& one = resolutions_.change(id.value());
    add(one, -1);
    change(one);
    add(one, 1);
  }

  void on(const ResolutionAsserted& data) {
    Counted& one = resolutions_.change(data.resolution.value());
    one.autonomous = data.action.has_value();
    one.type = data.action_type;
    newest_.change(data.ticket.value()) = data.resolution;
    add(one, 1);
  }
  void on(const ResolutionConfirmed& data) {
    recount(data.resolution, [](Counted& one) { one.confirmed = true; });
  }
  void on(const ResolutionContradicted& data) {
    recount(data.resolution, [](Counted& one) { one.confirmed = false; });
  }
  void on(const ResolutionVoided& data) {
    recount(data.resolution, [](Counted& one) { one.voided = true; });
  }
  void on(const TicketReopened& data) {
    const ResolutionId* resolution = newest_.find(data.ticket.value());
    if (data.resolution) resolution = &*data.resolution;
    if (resolution == nullptr) return;
    recount(*resolution, [](Counted& one) { one.reopened = true; });
  }
  void on(const FeedbackSubmitted& data) {
    if (!data.resolution) return;
    recount(*data.resolution, [&](Counted& one) {
      if (data.confirmed) one.confirmed = data.confirmed;
      if (data.score) {
        one.score = data.score;
        one.button = data.channel.text == "button";
      }
    });
  }
  template <class E>
  void on(const E&) {}

  RowTable<ResolutionCounts> counts_;
  RowTable<Counted> resolutions_;
  RowTable<ResolutionId> newest_;
};

}  // namespace

ProjectionKind resolution_analytics_kind() {
  return {5, "resolution_analytics", 2,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<ResolutionAnalytics>(source, digest);
          }};
}

}  // namespace recourse
