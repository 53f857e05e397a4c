#include "projections/rates.h"

#include <map>

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "engine/policy/action_types.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kMostApprovals = 20'000;  ///< The latest of each way to end.

template <class Counts>
Result<Counts> counts_at(const Call& call, std::uint8_t projection, const std::string& key) {
  Counts counts;
  const auto row = call.app.views.row(projection, call.ledger, key);
  if (!row && row.error().code == ErrorCode::not_found) return counts;
  if (!row) return row.error();
  if (!decode_row(*row, counts)) return Error{ErrorCode::corrupt, "a row of counts"};
  return counts;
}

/// What people decided, the latest first.
Result<std::vector<ApprovalRow>> decided_approvals(const Call& call) {
  std::vector<ApprovalRow> rows;
  const ViewStore& views = call.app.views;
  for (const char* const status : {"granted", "consumed", "rejected", "staled"}) {
    const std::string prefix = "status/" + std::string(status) + '/';
    std::size_t count = 0;
    Status inner;
    RECOURSE_TRY(views.each(view::approvals(), call.ledger, prefix, "", ViewStore::Order::backward,
                            [&](std::string_view key, std::string_view) {
                              const std::string id(key.substr(prefix.size()));
                              const auto json =
                                  views.row(view::approvals(), call.ledger, "approval/" + id);
                              if (!json) inner = json.error();
                              if (!json) return false;
                              if (!decode_row(*json, rows.emplace_back()))
                                inner = Error{ErrorCode::corrupt, "the row of an approval"};
                              return inner.ok() && ++count < kMostApprovals;
                            }));
    RECOURSE_TRY(std::move(inner));
  }
  return rows;
}

/// Rolled back over succeeded, by how far the types can be taken back. A tool that nobody here
/// knows counts as one that cannot.
Result<std::string> rollbacks_by_class(const Call& call) {
  std::map<Reversibility, ActionCounts> classes;
  constexpr std::string_view kPrefix = "actions/type/";
  bool damaged = false;
  RECOURSE_TRY(call.app.views.each(
      view::agent_analytics(), call.ledger, kPrefix, "", ViewStore::Order::forward,
      [&](std::string_view key, std::string_view json) {
        ActionCounts counts;
        damaged = !decode_row(json, counts);
        const ActionType* const type = find_action_type(key.substr(kPrefix.size()));
        ActionCounts& sum = classes[type != nullptr ? type->reversibility : Reversibility::R4];
        sum.succeeded += counts.succeeded;
        sum.rolled_back += counts.rolled_back;
        return !damaged;
      }));
  if (damaged) return Error{ErrorCode::corrupt, "a row of counts"};
  JsonObject object;
  for (const auto& [reversibility, counts] : classes)
    object.value(word(reversibility), rate(counts.rolled_back, counts.succeeded));
  return std::move(object).take();
}

/// A number beside what it should be; `met` is null while there is no number.
class Targets {
 public:
  enum class Side { above, below };

  void add(std::string_view name, Side side, std::int64_t target_ppm,
           const std::optional<std::int64_t>& value_ppm, std::int64_t n) {
    JsonObject one;
    one.text("name", name)
        .text("should_be", side == Side::above ? "above" : "below")
        .number("target_ppm", target_ppm)
        .value("value_ppm", value_ppm)
        .number("n", n);
    if (!value_ppm) {
      one.raw("met", "null");
    } else {
      one.flag("met", side == Side::above ? *value_ppm > target_ppm : *value_ppm < target_ppm);
    }
    if (!list_.empty()) list_ += ',';
    list_ += std::move(one).take();
  }
  std::string take() && { return '[' + list_ + ']'; }

 private:
  std::string list_;
};

std::string targets_json(const ResolutionCounts& resolutions, const ActionCounts& actions,
                         const TicketCounts& tickets) {
  using enum Targets::Side;
  Targets targets;
  const Rate success = rate(resolutions.successful, resolutions.total);
  targets.add("success", above, 800'000, success.value_ppm, success.n);
  // In millionths of a star.
  const std::optional<std::int64_t> stars =
      resolutions.scores > 0 ? std::optional(resolutions.score_sum * 1'000'000 / resolutions.scores)
                             : std::nullopt;
  targets.add("mean_stars", above, 4'000'000, stars, resolutions.scores);
  const Rate reopened = rate(resolutions.reopened, resolutions.total);
  targets.add("reopened", below, 50'000, reopened.value_ppm, reopened.n);
  const Rate rolled_back = rate(actions.rolled_back, actions.succeeded);
  targets.add("rolled_back", below, 10'000, rolled_back.value_ppm, rolled_back.n);
  const ActionRates rates = rates_of(actions);
  targets.add("mean_confidence", above, 700'000, rates.mean_confidence_ppm, rates.with_confidence);
  const Rate processed = rate(tickets.with_actions, tickets.opened);
  targets.add("processed_by_agents", above, 300'000, processed.value_ppm, processed.n);
  return std::move(targets).take();
}

Result<std::string> rates_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"min_position"}));
  RECOURSE_LET(const auto resolutions,
               counts_at<ResolutionCounts>(call, view::resolution_analytics(), "counts/all"));
  RECOURSE_LET(const auto actions,
               counts_at<ActionCounts>(call, view::agent_analytics(), "actions/all"));
  RECOURSE_LET(const auto tickets,
               counts_at<TicketCounts>(call, view::agent_analytics(), "tickets/all"));
  RECOURSE_LET(const std::vector<ApprovalRow> approvals, decided_approvals(call));
  RECOURSE_LET(const std::string classes, rollbacks_by_class(call));
  const ResolutionRates about_resolutions = rates_of(resolutions);
  JsonObject object;
  object.value("verified_resolution", about_resolutions.verified)
      .value("assumed_resolution", about_resolutions.assumed)
      .value("csat", about_resolutions.csat)
      .value("csat_response", about_resolutions.answered)
      .value("nps", about_resolutions.nps)
      .value("thumbs_up", about_resolutions.thumbs)
      .value("handoff", rates_of(tickets).handed_off)
      .value("rollback", rates_of(actions).rolled_back)
      .raw("rollback_by_class", classes)
      .value("approvals", rates_of(approvals))
      .raw("targets", targets_json(resolutions, actions, tickets));
  if (call.position) object.number("position", call.position->value());
  return std::move(object).take();
}

}  // namespace

void show_rates(CallPtr call) {
  when_reached(call, [call] {
    then(call, rates_json(*call),
         [&](std::string json) { respond(*call, http::json(std::move(json))); });
  });
}

}  // namespace recourse::routes
