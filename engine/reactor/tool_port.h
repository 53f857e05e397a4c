#pragma once

#include <optional>
#include <string>

#include "engine/base/id.h"
#include "engine/base/vocabulary.h"
#include "engine/decision/state.h"

namespace recourse {

/// One effect that a provider is asked for.
struct ToolCall {
  TenantId tenant;
  ConnectorState connector;
  ActionId action;
  TicketId ticket;
  std::string type;  ///< What is to run: the action's own type, or the one that undoes it.
  std::string args_json;
  std::string provider_key;  ///< The same for every question about this effect, and for no other.
  std::int64_t attempt = 1;
  std::optional<ApprovalId> approval;  ///< That people granted for it.
  std::optional<ActionId> undoes;      ///< The action that it takes back; args are that one's.
};

/// What is known of it. `failed`: it has not happened and will not; `retryable`: it may be asked
/// for again. `unknown`: it may have happened.
struct ToolAnswer {
  EffectOutcome outcome = EffectOutcome::unknown;
  std::optional<std::string> provider_ref, code;  ///< Codes: see is_code().
  std::optional<std::string> result_json;         ///< Canonical JSON
  bool retryable = false;
  std::optional<std::int64_t> retry_after_s;
};

/// The way to providers. Threads: any, several at once.
class ToolPort {
 public:
  virtual ~ToolPort() = default;
  /// Asks for the effect, and comes back within the connector's timeout.
  virtual ToolAnswer run(const ToolCall& call) = 0;
  /// Asks what became of it. REQUIRES: the connector has a look_up_url.
  virtual ToolAnswer look_up(const ToolCall& call) = 0;
  /// Lets what is under way come back at once; nothing is sent any more.
  virtual void stop() = 0;
};

}  // namespace recourse
