#pragma once

#include <functional>
#include <memory>

#include "engine/reactor/tool_port.h"
#include "engine/writer/writer.h"

namespace recourse {

struct OutboxOptions {
  std::chrono::milliseconds tick{250};  ///< From one look at what is due to the next.
  /// 0: none, and none that looks; whoever calls tick() does it all there, one after the other.
  std::size_t threads = 8;
  std::size_t per_connector = 4;  ///< Calls at once: a slow provider keeps nobody else waiting.
  /// Told of what was committed, for whoever counts. Threads: the outbox's own.
  std::function<void(const Committed&)> committed = {};
};

/// Sends what connectors are to send, when its hold window is over, and looks up what became of
/// calls whose answer was lost. Write-ahead: a call is made after `effect.dispatched` with its key
/// is durable and never without, so at most one call is made for a key; whoever is killed in
/// between loses its lease, and the provider is asked what happened. What is to be sent are rows
/// derived from events: a restart finds them. Threads: its own.
class Outbox {
 public:
  /// All arguments outlive the outbox.
  Outbox(Writer& writer, ToolPort& tools, const OutboxOptions& options = {});
  /// Stops the port and waits for the calls that are under way.
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Begins what is due and waits for all of it: for tests.
  Status tick();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
