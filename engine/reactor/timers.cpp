#include "engine/reactor/timers.h"

#include "projections/action_history.h"
#include "projections/approvals.h"

namespace recourse {
namespace {

constexpr std::string_view kDue = "due/";
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
  return commands;
}

}  // namespace recourse
