#include "api/routes/served_words.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/event/canonical_json.h"

namespace recourse::routes::served {
namespace {

constexpr std::array<std::string_view, 4> kHelpDesk{"open", "in-progress", "escalated", "resolved"};
constexpr std::array<std::string_view, 5> kSupport{"pending", "processing", "awaiting_approval",
                                                   "completed", "failed"};
constexpr std::array kDone{TicketStatus::resolved, TicketStatus::closed, TicketStatus::merged};
constexpr std::array kGoingOn{TicketStatus::new_, TicketStatus::open, TicketStatus::pending,
                              TicketStatus::on_hold};

bool is_done(TicketStatus status) {
  return std::find(kDone.begin(), kDone.end(), status) != kDone.end();
}

}  // namespace

std::string_view help_desk_status(TicketStatus status, bool escalated) {
  if (is_done(status)) return "resolved";
  if (escalated) return "escalated";
  return status == TicketStatus::new_ ? "open" : "in-progress";
}

std::string_view help_desk_status(const TicketRow& ticket) {
  return help_desk_status(ticket.status, ticket.escalated);
}

bool is_help_desk_status(std::string_view word) {
  return std::find(kHelpDesk.begin(), kHelpDesk.end(), word) != kHelpDesk.end();
}

std::string_view support_status(const TicketRow& ticket) {
  if (is_done(ticket.status)) return "completed";
  if (ticket.pending_approvals > 0) return "awaiting_approval";
  if (ticket.run_status == RunStatus::failed) return "failed";
  const bool begun = ticket.run_status == RunStatus::active || ticket.escalated ||
                     ticket.status != TicketStatus::new_;
  return begun ? "processing" : "pending";
}

bool is_support_status(std::string_view word) {
  return std::find(kSupport.begin(), kSupport.end(), word) != kSupport.end();
}

std::span<const TicketStatus> statuses_behind_support(std::string_view word) {
  static constexpr std::array kNew{TicketStatus::new_};
  if (word == "completed") return kDone;
  if (word == "pending") return kNew;
  return kGoingOn;
}

std::string_view support_approval_status(ApprovalStatus status) {
  switch (status) {
    case ApprovalStatus::pending:
      return "pending";
    case ApprovalStatus::granted:
    case ApprovalStatus::consumed:
      return "approved";
    default:
      return "rejected";
  }
}

std::string confidence_json(const std::optional<std::int64_t>& ppm) {
  if (!ppm) return "null";
  return rounded_json(static_cast<double>(*ppm) / 1e6, 6);
}

std::optional<std::int64_t> confidence_ppm(double confidence) {
  if (!(confidence >= 0.0 && confidence <= 1.0)) return std::nullopt;
  return std::llround(confidence * 1e6);
}

std::string rounded_json(double number, int decimals) {
  const double scale = std::pow(10.0, decimals);
  std::string out;
  append_canonical_number(out, std::round(number * scale) / scale);
  return out;
}

std::string percent_json(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return "0";
  return rounded_json(100.0 * static_cast<double>(part) / static_cast<double>(whole), 2);
}

}  // namespace recourse::routes::served
