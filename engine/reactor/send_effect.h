#pragma once

#include "engine/reactor/tool_port.h"
#include "engine/writer/writer.h"

namespace recourse {

/// What it is done with.
struct EffectSender {
  Writer& writer;
  ToolPort& tools;
  const std::function<void(const Committed&)>& committed;  ///< Told of each commit; may be empty.
};

/// Does by `connector` what `timer` says: has the dispatch decided and recorded, makes the call,
/// records what came of it. Nothing is done when the timer is set no more, as when it was read
/// before somebody else did it; a dispatch that the policy refuses now is a success. Two must not
/// do the same at once. Errors: those of the commands; the call was not made when its dispatch
/// could not be recorded.
Status send_effect(const EffectSender& by, const TenantId& tenant, LedgerId ledger,
                   const ConnectorState& connector, const TimerState& timer);

}  // namespace recourse
