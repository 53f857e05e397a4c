#pragma once

#include <functional>

#include "api/routes/call.h"

namespace recourse::routes {

/// What WriteOptions::refused does for a vote: sees to it that it stands in the log, since an
/// auditor asks who tried. Only what says something about the voter or the bytes: forbidden,
/// conflict.
std::function<void(const Error&)> note_refused_vote(const CallPtr& call,
                                                    const ApprovalId& approval);

}  // namespace recourse::routes
