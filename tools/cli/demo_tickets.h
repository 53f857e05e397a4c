#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace recourse::cli {

/// What becomes of a ticket of the demo. The steps of each are in demo_story.cpp.
enum class Plot {
  resolved_confirmed,    ///< The agent resolves it, the customer is happy.
  resolved_silent,       ///< Resolved; nobody ever answers.
  resolved_reopened,     ///< "No": reopened, and a person solves it.
  resolved_partly,       ///< "Partly": reopened, and the agent escalates.
  resolved_rolled_back,  ///< The manager takes the resolution back.
  rolled_back_twice,     ///< ... and asks once more, which is refused.
  assigned,
  assigned_moved_on,  ///< A person moved it on, so the rollback is refused.
  escalated,
  escalated_rolled_back,
  clarified,          ///< The agent asks, the customer answers, then it is resolved.
  unsure_approved,    ///< Too unsure to act alone; a person agrees.
  unsure_rejected,    ///< A person says no, and the same idea is refused the second time.
  unsure_expired,     ///< Nobody decided in time.
  unsure_waiting,     ///< Waits for a person when the story ends.
  paid,               ///< Money: approved and paid.
  paid_twice_signed,  ///< Much money: two people agree.
  pay_rejected,
  pay_waiting,
  done_outside,    ///< An executor outside does it and reports.
  failed_outside,  ///< It reports a failure.
  lost_outside,    ///< It never reports; a person finds out what happened.
  withdrawn,       ///< The agent takes its proposal back.
  stopped,         ///< Denied by the kill switch; people do it.
  invented,        ///< The agent names a tool that does not exist.
  by_hand,         ///< Without any agent.
  fresh,           ///< Just opened.
};

struct DemoTicket {
  double hours_before_end;
  Plot plot;
  std::string_view customer, channel, issue_type, category, priority, title, description;
  std::string_view action, args;  ///< Type and arguments (JSON) that the agent proposes.
  std::optional<std::int64_t> confidence_ppm;
  std::string_view reasoning;
};

/// In the order in which they are opened.
std::span<const DemoTicket> demo_tickets();

/// When the kill switch is on, in hours before the end.
inline constexpr double kDemoSwitchOn = 30.0;
inline constexpr double kDemoSwitchOff = 28.5;

}  // namespace recourse::cli
