#include "engine/reactor/timers.h"

#include "projections/action_history.h"
#include "projections/approvals.h"
#include "projections/rollbacks.h"

namespace recourse {
namespace {

constexpr std::string_view kDue = "due/";
constexpr std::string_view kGoing = "going/";
constexpr int kPiecesPerTick = 4;      ///< Of ContinueRollback::max_steps each.
constexpr std::size_t kTimeSize = 27;  // 2026-01-05T09:30:01.250000Z

/// Calls `found(id)` for each `due/<time>/<id>` row up to `now`.
template <class Found>
Status each_due(const ViewStore& views, const ProjectionKind& kind, LedgerId ledger, Timestamp now,
                Found found) {
  const std::string until = to_rfc3339(now);
  return views.each(kind.number, ledger, kDue, "", ViewStore::Order::forward,
                    [&](std::string_view key, std::string_view) {
                      const std::string_view rest = key.substr(kDue.size());
                      if (rest.substr(0, kTimeSize) > until) return false;
                      return found(std::string(rest.substr(kTimeSize + 1)));
                    });
}

}  // namespace

Result<std::vector<Command>> due_commands(const ViewStore& views, LedgerId ledger, Timestamp now,
                                          std::size_t limit) {
  std::vector<Command> commands;
  RECOURSE_TRY(each_due(views, approvals_kind(), ledger, now, [&](std::string id) {
    commands.push_back(ExpireApproval{ApprovalId(std::move(id))});
    return commands.size() < limit;
  }));
  if (commands.size() >= limit) return commands;
  RECOURSE_TRY(each_due(views, action_history_kind(), ledger, now, [&](std::string id) {
    commands.push_back(ExpireLease{ActionId(std::move(id))});
    return commands.size() < limit;
  }));
  if (commands.size() >= limit) return commands;
  RECOURSE_TRY(each_due(views, rollbacks_kind(), ledger, now, [&](const std::string& step) {
    const auto slash = step.find('/');
    commands.push_back(
        ExpireStepLease{RollbackId(step.substr(0, slash)), std::stoll(step.substr(slash + 1))});
    return commands.size() < limit;
  }));
  // In small pieces, so that other requests come in between; at this pace however many wait.
  RECOURSE_TRY(views.each(rollbacks_kind().number, ledger, kGoing, "", ViewStore::Order::forward,
                          [&](std::string_view key, std::string_view) {
                            ContinueRollback next;
                            next.rollback = RollbackId(std::string(key.substr(kGoing.size())));
                            for (int i = 0; i < kPiecesPerTick; ++i) commands.push_back(next);
                            return commands.size() < limit;
                          }));
  return commands;
}

}  // namespace recourse
