#include "api/routes/served_errors.h"
#include "api/routes/served_rows.h"
#include "api/routes/served_systems.h"
#include "api/routes/served_words.h"

namespace recourse::routes::served {
namespace {

/// Rows of counts under a prefix, with what the key says after it.
template <class Row, class Use>
Status each_count(const Call& call, std::uint8_t projection, std::string_view prefix, Use use) {
  bool readable = true;
  RECOURSE_TRY(call.app.views.each(projection, call.ledger, prefix, "", ViewStore::Order::forward,
                                   [&](std::string_view key, std::string_view json) {
                                     Row row;
                                     readable = decode_row(json, row);
                                     if (readable) use(key.substr(prefix.size()), row);
                                     return readable;
                                   }));
  if (!readable) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  return {};
}

template <class Row>
Result<Row> counts(const Call& call, std::uint8_t projection, std::string_view key) {
  const auto json = call.app.views.row(projection, call.ledger, key);
  if (!json && json.error().code == ErrorCode::not_found) return Row{};
  if (!json) return json.error();
  Row row;
  if (!decode_row(*json, row)) return Error{ErrorCode::corrupt, "a stored row cannot be read"};
  return row;
}

struct ResolutionReport {
  ResolutionCounts all;   ///< Of autonomous resolutions: the sum over the action types.
  std::string breakdown;  ///< JSON objects, separated by commas.
};

void add(ResolutionCounts& sum, const ResolutionCounts& one) {
  sum.total += one.total;
  sum.confirmed += one.confirmed;
  sum.contradicted += one.contradicted;
  sum.reopened += one.reopened;
  sum.voided += one.voided;
  sum.successful += one.successful;
  sum.failed += one.failed;
  sum.pending += one.pending;
  sum.scores += one.scores;
  sum.score_sum += one.score_sum;
}

std::string breakdown_object(std::string_view type, const ResolutionCounts& one) {
  JsonObject out;
  out.text("autonomous_action", type)
      .text("action_type", type)
      .number("total", one.total)
      .number("confirmed", one.confirmed)
      .number("failed", one.contradicted)
      .number("successful", one.successful)
      .number("unsuccessful", one.failed)
      .number("pending", one.pending)
      .raw("success_rate", percent_json(one.successful, one.total));
  return std::move(out).take();
}

Result<ResolutionReport> resolution_report(const Call& call) {
  ResolutionReport report;
  RECOURSE_TRY(each_count<ResolutionCounts>(
      call, view::resolution_analytics(), "counts/type/",
      [&](std::string_view type, const ResolutionCounts& one) {
        if (one.total == 0) return;
        add(report.all, one);
        report.breakdown += (report.breakdown.empty() ? "" : ",") + breakdown_object(type, one);
      }));
  return report;
}

std::string average_json(std::int64_t sum, std::int64_t count, double unit, int decimals) {
  if (count == 0) return "null";
  return rounded_json(static_cast<double>(sum) / static_cast<double>(count) / unit, decimals);
}

std::string outcomes_object(const ActionCounts& one) {
  JsonObject out;
  out.number("proposed", one.proposed)
      .number("allowed", one.allowed)
      .number("denied", one.denied)
      .number("awaiting_approval", one.awaiting)
      .number("shadowed", one.shadowed)
      .number("approved", one.approvals_granted)
      .number("rejected", one.approvals_rejected)
      .number("withdrawn", one.withdrawn)
      .number("succeeded", one.succeeded)
      .number("failed", one.failed)
      .number("outcome_unknown", one.outcome_unknown)
      .number("rolled_back", one.rolled_back)
      .number("rollbacks_refused", one.rollbacks_refused);
  return std::move(out).take();
}

Result<std::string> agent_report(const Call& call) {
  RECOURSE_LET(const auto tickets,
               counts<TicketCounts>(call, view::agent_analytics(), "tickets/all"));
  RECOURSE_LET(const auto all, counts<ActionCounts>(call, view::agent_analytics(), "actions/all"));
  RECOURSE_LET(const ResolutionReport resolutions, resolution_report(call));
  std::string by_type;
  RECOURSE_TRY(each_count<ActionCounts>(call, view::agent_analytics(), "actions/type/",
                                        [&](std::string_view type, const ActionCounts& one) {
                                          by_type += (by_type.empty() ? "" : ",") +
                                                     http::json_string(type) + ':' +
                                                     outcomes_object(one);
                                        }));
  // What was done and then rolled back was done, so it stays in `succeeded`.
  JsonObject out;
  out.number("total_tickets", tickets.opened)
      .number("processed_by_agent", tickets.with_actions)
      .raw("agent_processing_rate", percent_json(tickets.with_actions, tickets.opened))
      .raw("average_confidence_score",
           average_json(all.confidence_sum_ppm, all.with_confidence, 1e6, 3))
      .number("total_actions", all.proposed)
      .raw("actions_by_type", '{' + by_type + '}')
      .raw("actions_by_outcome", outcomes_object(all))
      .number("rolled_back", all.rolled_back)
      .raw("rollback_rate", percent_json(all.rolled_back, all.succeeded))
      .raw("failure_rate", percent_json(all.failed, all.failed + all.succeeded))
      .raw("resolution_success_rate",
           percent_json(resolutions.all.successful, resolutions.all.total))
      .number("escalated_tickets", tickets.escalated)
      .number("reopened_tickets", tickets.reopened)
      .value("last_updated", call.app.clock.now());
  if (call.position) out.number("position", call.position->value());
  return std::move(out).take();
}

void answer(const CallPtr& call, Result<std::string> (*report)(const Call&)) {
  when_reached(call, [call, report] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, report(*call),
         [&](std::string body) { respond(*call, http::json(std::move(body))); });
  });
}

}  // namespace

void show_resolution_analytics(CallPtr call) {
  answer(call, [](const Call& asked) -> Result<std::string> {
    RECOURSE_LET(const ResolutionReport report, resolution_report(asked));
    const ResolutionCounts& all = report.all;
    JsonObject out;
    out.number("total_resolutions", all.total)
        .number("confirmed_successful", all.confirmed)
        .number("confirmed_failed", all.contradicted)
        .number("reopened_tickets", all.reopened)
        .raw("average_satisfaction_score", average_json(all.score_sum, all.scores, 1.0, 2))
        .raw("success_rate", percent_json(all.successful, all.total))
        .raw("action_type_breakdown", '[' + report.breakdown + ']');
    // With no data the owner's answer is compared whole, so only then nothing is added to it.
    if (all.total > 0)
      out.number("successful", all.successful)
          .number("failed", all.failed)
          .number("pending", all.pending)
          .number("rolled_back", all.voided);
    return std::move(out).take();
  });
}

void show_agent_analytics(CallPtr call) { answer(call, agent_report); }

}  // namespace recourse::routes::served
