#pragma once

#include "engine/reactor/tool_port.h"
#include "engine/writer/writer.h"

namespace recourse {

/// The connector that is to do what `timer` says; empty when it is there no more. Errors: as
/// ViewStore::row.
Result<std::string> connector_of(Writer& writer, LedgerId ledger, const TimerState& timer);

/// What it is done with.
struct EffectSender {
  Writer& writer;
  ToolPort& tools;
  const std::function<void(const Committed&)>& committed;  ///< Told of each commit; may be empty.
};

/// Does it: has the dispatch decided and recorded, makes the call, records what came of it. A
/// dispatch that the policy refuses now is a success. Errors: those of the commands; the call was
/// not made when its dispatch could not be recorded.
Status send_effect(const EffectSender& by, const TenantId& tenant, LedgerId ledger,
                   const TimerState& timer);

}  // namespace recourse
