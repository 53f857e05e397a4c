#pragma once

#include <functional>
#include <memory>

#include "engine/ledger/signer.h"
#include "engine/writer/writer.h"

namespace recourse {

struct ReactorOptions {
  std::chrono::milliseconds tick{1'000};  ///< Heads are signed at most once a tick.
  std::chrono::seconds anchor_every{60};  ///< Changed tenant heads go into the meta ledger.
  /// Told of what it made happen, on its thread; may be empty.
  std::function<void(const Committed&)> committed = {};
};

/// What happens by itself: heads are signed, tenant heads anchored in the meta ledger, timers fire:
/// each once, in the order of their moments, and at a pace that leaves room for others when many
/// are due after a standstill; a rollout over tenants stops when their sum breaches its guardrail.
/// It acts only through commands, so everything it does is in the log;
/// projections never act. Threads: one of its own.
class Reactor {
 public:
  /// All arguments outlive the reactor.
  Reactor(Writer& writer, Signer& signer, const ReactorOptions& options = {});
  /// Signs a last round.
  ~Reactor();

  /// One round, as the thread does it: for tests and for a deployment that runs in one thread.
  Status tick();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Anchors the head of every tenant ledger that changed since its newest anchor: one leaf each.
Status anchor_heads(Writer& writer);

}  // namespace recourse
