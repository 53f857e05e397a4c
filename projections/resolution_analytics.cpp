#include "projections/resolution_analytics.h"

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {
namespace {

constexpr std::chrono::days kProving{7};  ///< A solution that holds so long has held.
constexpr std::size_t kStars = 32;

struct Stars {
  FeedbackId feedback;
  std::int64_t score = 0;
  bool button = false;
};
BOOST_DESCRIBE_STRUCT(Stars, (), (feedback, score, button))

/// What the counts know of one resolution. The latest stars count.
struct Counted {
  std::optional<Clear> type;
  Timestamp asserted_at;
  bool autonomous = false, reopened = false, voided = false, assumed = false;
  bool failed_soon = false;  ///< Reopened or voided within kProving.
  std::optional<bool> confirmed;
  std::vector<Stars> stars;
};
BOOST_DESCRIBE_STRUCT(Counted, (),
                      (type, asserted_at, autonomous, reopened, voided, assumed, failed_soon,
                       confirmed, stars))

/// An answer that counts by itself.
struct CountedAnswer {
  FeedbackKind kind = FeedbackKind::nps;
  std::int64_t score = 0;
  std::optional<Clear> type;
};
BOOST_DESCRIBE_STRUCT(CountedAnswer, (), (kind, score, type))

void count(ResolutionCounts& counts, const CountedAnswer& one, std::int64_t sign) {
  if (one.kind == FeedbackKind::thumb) {
    counts.thumbs += sign;
    counts.thumbs_up += one.score > 0 ? sign : 0;
    return;
  }
  counts.nps_answers += sign;
  counts.nps_promoters += one.score >= 9 ? sign : 0;
  counts.nps_detractors += one.score <= 6 ? sign : 0;
}

/// Adds `sign` times what `one` contributes.
void count(ResolutionCounts& counts, const Counted& one, std::int64_t sign) {
  const bool failed = one.reopened || one.voided;
  const Stars* const stars = one.stars.empty() ? nullptr : &one.stars.back();
  const bool satisfied = stars != nullptr && stars->score >= 4;
  const bool successful = !failed && (one.confirmed == true || satisfied);
  counts.total += sign;
  counts.autonomous += one.autonomous ? sign : 0;
  counts.confirmed += one.confirmed == true ? sign : 0;
  counts.contradicted += one.confirmed == false ? sign : 0;
  counts.reopened += one.reopened ? sign : 0;
  counts.voided += one.voided ? sign : 0;
  counts.successful += successful ? sign : 0;
  counts.failed += failed ? sign : 0;
  counts.assumed += one.assumed && !one.confirmed ? sign : 0;
  counts.verified += !one.failed_soon && one.confirmed == true ? sign : 0;
  counts.pending += !failed && !successful ? sign : 0;
  if (stars == nullptr) return;
  counts.scores += sign;
  counts.score_sum += sign * stars->score;
  if (stars->button) return;
  counts.csat_answers += sign;
  counts.csat_satisfied += satisfied ? sign : 0;
}

class ResolutionAnalytics final : public Projection {
 public:
  ResolutionAnalytics(const RowSource& source, Digest& digest)
      : counts_("counts/", source, digest),
        resolutions_("resolution/", source, digest),
        newest_("newest/", source, digest),
        answers_("answer/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    now_ = event.time;
    visit([&](const auto& data) { on(data); }, event.data);
  }

  std::vector<FlushedTable*> tables() override {
    return {&counts_, &resolutions_, &newest_, &answers_};
  }

 private:
  template <class One>
  void add(const One& one, std::int64_t sign) {
    count(counts_.change("all"), one, sign);
    if (one.type) count(counts_.change("type/" + one.type->text), one, sign);
  }

  /// When the event happened where it was recorded first.
  template <class Event>
  Timestamp when(const Event& data) const {
    return data.provenance.occurred_at.value_or(now_);
  }
  static void fail(Counted& one, Timestamp at) {
    if (at - one.asserted_at <= kProving) one.failed_soon = true;
  }

  void count_answer(const FeedbackSubmitted& data) {
    const Counted* const about =
        data.resolution ? resolutions_.find(data.resolution->value()) : nullptr;
    const CountedAnswer answer{data.kind, *data.score,
                               about != nullptr ? about->type : std::nullopt};
    answers_.change(data.feedback.value()) = answer;
    add(answer, 1);
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
    one.asserted_at = when(data);
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
  void on(const ResolutionAssumed& data) {
    recount(data.resolution, [](Counted& one) { one.assumed = true; });
  }
  void on(const ResolutionVoided& data) {
    recount(data.resolution, [&](Counted& one) {
      one.voided = true;
      fail(one, now_);
    });
  }
  void on(const TicketReopened& data) {
    const ResolutionId* resolution = newest_.find(data.ticket.value());
    if (data.resolution) resolution = &*data.resolution;
    if (resolution == nullptr) return;
    recount(*resolution, [&](Counted& one) {
      one.reopened = true;
      fail(one, when(data));
    });
  }
  void on(const FeedbackSubmitted& data) {
    if (data.score && !has_stars(data.kind)) count_answer(data);
    if (!data.resolution) return;
    recount(*data.resolution, [&](Counted& one) {
      if (data.confirmed) one.confirmed = data.confirmed;
      if (!data.score || !has_stars(data.kind)) return;
      if (one.stars.size() == kStars) one.stars.erase(one.stars.begin());
      one.stars.push_back({data.feedback, *data.score, data.channel.text == "button"});
    });
  }
  void on(const FeedbackRetracted& data) {
    if (const CountedAnswer* const found = answers_.find(data.feedback.value())) {
      add(CountedAnswer(*found), -1);
      answers_.erase(data.feedback.value());
    }
    if (!data.resolution) return;
    recount(*data.resolution, [&](Counted& one) {
      std::erase_if(one.stars, [&](const Stars& s) { return s.feedback == data.feedback; });
    });
  }
  template <class E>
  void on(const E&) {}

  RowTable<ResolutionCounts> counts_;
  RowTable<Counted> resolutions_;
  RowTable<ResolutionId> newest_;
  RowTable<CountedAnswer> answers_;
  Timestamp now_;
};

}  // namespace

ProjectionKind resolution_analytics_kind() {
  return {5, "resolution_analytics", 3,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<ResolutionAnalytics>(source, digest);
          }};
}

}  // namespace recourse
