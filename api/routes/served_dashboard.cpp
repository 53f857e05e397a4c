#include <array>
#include <map>

#include "api/routes/served_systems.h"
#include "api/routes/served_ticket_pages.h"
#include "api/routes/served_words.h"

namespace recourse::routes::served {
namespace {

constexpr std::size_t kResponseTimesOf = 500;  ///< Newest tickets that the average is over.

Result<std::int64_t> count_keys(const Call& call, std::uint8_t projection,
                                const std::string& prefix) {
  std::int64_t count = 0;
  RECOURSE_TRY(call.app.views.each(projection, call.ledger, prefix, "", ViewStore::Order::forward,
                                   [&](std::string_view, std::string_view) {
                                     ++count;
                                     return true;
                                   }));
  return count;
}

Result<std::int64_t> tickets_with(const Call& call, TicketStatus status) {
  return count_keys(call, view::tickets(), "status/" + std::string(word(status)) + '/');
}

using StatusCounts = std::map<std::string_view, std::int64_t>;

/// Done tickets are counted by the index; the others, of which there are fewer, are looked at,
/// because their served status depends on runs and approvals too.
Result<StatusCounts> status_counts(const Call& call) {
  StatusCounts counts{
      {"pending", 0}, {"processing", 0}, {"awaiting_approval", 0}, {"completed", 0}, {"failed", 0}};
  for (const TicketStatus status :
       {TicketStatus::resolved, TicketStatus::closed, TicketStatus::merged}) {
    RECOURSE_LET(const std::int64_t count, tickets_with(call, status));
    counts["completed"] += count;
  }
  for (const TicketStatus status :
       {TicketStatus::new_, TicketStatus::open, TicketStatus::pending, TicketStatus::on_hold}) {
    const std::string prefix = "status/" + std::string(word(status)) + '/';
    RECOURSE_TRY(call.app.views.each(
        view::tickets(), call.ledger, prefix, "", ViewStore::Order::forward,
        [&](std::string_view key, std::string_view) {
          const auto row = read_ticket(call, TicketId(std::string(key.substr(prefix.size()))));
          if (row) ++counts[support_status(*row)];
          return true;
        }));
  }
  return counts;
}

struct ResponseTimes {
  std::int64_t answered = 0;
  double sum_s = 0;
};

Result<ResponseTimes> response_times(const Call& call) {
  PageRequest request;
  request.limit = kResponseTimesOf;
  RECOURSE_LET(const TicketPage page,
               ticket_page(call, request, {}, [](const TicketRow&) { return true; }));
  ResponseTimes times;
  for (const TicketRow& row : page.rows) {
    const Timestamp opened = row.occurred_at.value_or(row.opened_at);
    if (!row.first_response_at || *row.first_response_at < opened) continue;
    ++times.answered;
    times.sum_s += std::chrono::duration<double>(*row.first_response_at - opened).count();
  }
  return times;
}

std::string counts_object(const StatusCounts& counts) {
  JsonObject out;
  for (const auto& [status, count] : counts) out.number(status, count);
  return std::move(out).take();
}

Result<std::string> stats(const Call& call) {
  RECOURSE_LET(const StatusCounts counts, status_counts(call));
  RECOURSE_LET(const ResponseTimes times, response_times(call));
  std::int64_t total = 0;
  for (const auto& [status, count] : counts) total += count;
  std::array<std::int64_t, 3> approvals{};
  for (const ApprovalStatus status :
       {ApprovalStatus::pending, ApprovalStatus::granted, ApprovalStatus::consumed,
        ApprovalStatus::rejected, ApprovalStatus::expired, ApprovalStatus::staled,
        ApprovalStatus::withdrawn, ApprovalStatus::revoked}) {
    RECOURSE_LET(const std::int64_t count,
                 count_keys(call, view::approvals(), "status/" + std::string(word(status)) + '/'));
    const std::string_view served = support_approval_status(status);
    approvals[served == "pending" ? 0 : served == "approved" ? 1 : 2] += count;
  }
  const std::int64_t decisions = approvals[1] + approvals[2];
  JsonObject out;
  out.number("total_tickets", total).raw("status_counts", counts_object(counts));
  for (const auto& [status, count] : counts) out.number(status, count);
  out.number("pending_approvals", approvals[0])
      .number("approved_approvals", approvals[1])
      .number("rejected_approvals", approvals[2])
      .raw("approval_rate", percent_json(approvals[1], decisions))
      .raw("completion_rate", percent_json(counts.at("completed"), total))
      .raw("avg_response_time_seconds",
           times.answered == 0 ? "null"
                               : rounded_json(times.sum_s / static_cast<double>(times.answered), 3))
      .number("answered_tickets", times.answered);
  if (call.position) out.number("position", call.position->value());
  return std::move(out).take();
}

}  // namespace

void show_dashboard_stats(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"min_position"}); !good)
      return refuse(*call, good.error());
    then(call, stats(*call),
         [&](std::string body) { respond(*call, http::json(std::move(body))); });
  });
}

}  // namespace recourse::routes::served
