#include "api/routes/refusals.h"

namespace recourse::routes {
namespace {

/// The id of what the command is about, where that matters.
std::string target_of(const Command& command) {
  return std::visit(
      [](const auto& one) -> std::string {
        if constexpr (requires { one.approval.value(); }) return one.approval.value();
        if constexpr (requires { one.rollback.value(); }) return one.rollback.value();
        if constexpr (requires { one.action.value(); }) return one.action.value();
        return {};
      },
      command);
}

}  // namespace

Refusal::Refusal(const Command& command)
    : command_(name(command)),
      target_(target_of(command)),
      taking_(std::holds_alternative<LeaseAction>(command) ||
              std::holds_alternative<LeaseStep>(command)) {}

void Refusal::note(const Call& call, const Error& error) const {
  if (error.code != ErrorCode::forbidden && (error.code != ErrorCode::conflict || taking_)) return;
  const std::string problem(name(error.code));
  call.app.rejected.with({command_, problem}).add();
  call.app.rejections.note(call.tenant, call.principal, command_, problem, call.app.clock.now(),
                           target_);
}

}  // namespace recourse::routes
