#include "api/routes/refused_vote.h"

namespace recourse::routes {

std::function<void(const Error&)> note_refused_vote(const CallPtr& call,
                                                    const ApprovalId& approval) {
  return [call, approval](const Error& error) {
    if (error.code != ErrorCode::forbidden && error.code != ErrorCode::conflict) return;
    const std::string problem(name(error.code));
    call->app.rejected.with({"cast_vote", problem}).add();
    call->app.rejections.note(call->tenant, call->principal, "cast_vote", problem,
                              call->app.clock.now(), approval.value());
  };
}

}  // namespace recourse::routes
