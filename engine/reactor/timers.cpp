#include "engine/reactor/timers.h"

#include "engine/decision/timers.h"
#include "engine/writer/decision_state.h"
#include "projections/rollbacks.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

constexpr std::string_view kDue = "due/";
constexpr std::string_view kGoing = "going/";
constexpr int kPiecesPerTick = 4;  ///< Of ContinueRollback::max_steps each.

}  // namespace

Result<std::vector<DueCommand>> due_commands(
    const ViewStore& views, LedgerId ledger, Timestamp now, std::size_t limit,
    const std::function<bool(const std::string& timer)>& skip) {
  std::vector<DueCommand> commands;
  bool readable = true;
  RECOURSE_TRY(views.each_queued(kDecisionState, ledger, kDue,
                                 [&](std::string_view key, std::string_view json) {
                                   TimerState timer;
                                   readable = decode_row(json, timer);
                                   if (!readable || timer.due_at > now || is_outbox(timer))
                                     return false;
                                   std::string name(key.substr(kDue.size()));
                                   if (skip && skip(name)) return true;
                                   commands.push_back({command_of(timer), std::move(name)});
                                   return commands.size() < limit;
                                 }));
  if (!readable) return Error{ErrorCode::corrupt, "the row of a timer cannot be read: rebuild"};
  if (commands.size() >= limit) return commands;
  // In small pieces, so that other requests come in between; at this pace however many wait.
  RECOURSE_TRY(views.each_queued(
      rollbacks_kind().number, ledger, kGoing, [&](std::string_view key, std::string_view) {
        ContinueRollback next;
        next.rollback = RollbackId(std::string(key.substr(kGoing.size())));
        for (int i = 0; i < kPiecesPerTick; ++i) commands.push_back({next, ""});
        return commands.size() < limit;
      }));
  return commands;
}

}  // namespace recourse
