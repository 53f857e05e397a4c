#include "api/routes/served_words.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

namespace recourse::routes::served {
namespace {

TicketRow ticket(TicketStatus status) {
  TicketRow row;
  row.status = status;
  return row;
}

TEST_CASE("the help desk calls each of our statuses by one of its four words") {
  CHECK(help_desk_status(TicketStatus::new_, false) == "open");
  for (const TicketStatus status :
       {TicketStatus::open, TicketStatus::pending, TicketStatus::on_hold})
    CHECK(help_desk_status(status, false) == "in-progress");
  for (const TicketStatus status : {TicketStatus::new_, TicketStatus::open, TicketStatus::on_hold})
    CHECK(help_desk_status(status, true) == "escalated");
  for (const TicketStatus status : {TicketStatus::resolved, TicketStatus::closed})
    for (const bool escalated : {false, true})
      CHECK(help_desk_status(status, escalated) == "resolved");
  CHECK(is_help_desk_status("in-progress"));
  CHECK(!is_help_desk_status("in_progress"));
}

TEST_CASE("the support agent's status tells where the work stands") {
  TicketRow row = ticket(TicketStatus::new_);
  CHECK(support_status(row) == "pending");
  row.run_status = RunStatus::active;
  CHECK(support_status(row) == "processing");
  row.pending_approvals = 1;
  CHECK(support_status(row) == "awaiting_approval");
  row.pending_approvals = 0;
  row.run_status = RunStatus::failed;
  CHECK(support_status(row) == "failed");
  row.status = TicketStatus::resolved;
  CHECK(support_status(row) == "completed");
  row = ticket(TicketStatus::new_);
  row.escalated = true;
  CHECK(support_status(row) == "processing");
}

TEST_CASE("a filter by a served status looks behind every status that may have it") {
  for (const TicketStatus status :
       {TicketStatus::new_, TicketStatus::open, TicketStatus::pending, TicketStatus::on_hold,
        TicketStatus::resolved, TicketStatus::closed, TicketStatus::merged})
    for (const std::int64_t approvals : {0, 1})
      for (const auto run : {std::optional<RunStatus>(), std::optional(RunStatus::active),
                             std::optional(RunStatus::failed)})
        for (const bool escalated : {false, true}) {
          TicketRow row = ticket(status);
          row.pending_approvals = approvals;
          row.run_status = run;
          row.escalated = escalated;
          const auto behind = statuses_behind_support(support_status(row));
          CHECK((std::find(behind.begin(), behind.end(), status) != behind.end()));
        }
}

TEST_CASE("an approval that nobody can decide any more is not approved") {
  CHECK(support_approval_status(ApprovalStatus::pending) == "pending");
  CHECK(support_approval_status(ApprovalStatus::granted) == "approved");
  CHECK(support_approval_status(ApprovalStatus::consumed) == "approved");
  for (const ApprovalStatus status : {ApprovalStatus::rejected, ApprovalStatus::expired,
                                      ApprovalStatus::staled, ApprovalStatus::withdrawn})
    CHECK(support_approval_status(status) == "rejected");
}

TEST_CASE("a confidence survives the way from a decimal to parts per million and back") {
  for (const char* text : {"0", "0.5", "0.93", "0.333333", "1"}) {
    const auto ppm = confidence_ppm(std::stod(text));
    REQUIRE(ppm.has_value());
    CHECK(confidence_json(ppm) == text);
  }
  CHECK(confidence_json(std::nullopt) == "null");
  for (const double wrong : {-0.1, 1.1, 93.0, std::numeric_limits<double>::quiet_NaN()})
    CHECK(!confidence_ppm(wrong).has_value());
}

TEST_CASE("a share of nothing is zero, not a division") {
  CHECK(percent_json(0, 0) == "0");
  CHECK(percent_json(1, 3) == "33.33");
  CHECK(percent_json(2, 2) == "100");
}

}  // namespace
}  // namespace recourse::routes::served
