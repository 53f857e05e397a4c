#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "engine/witness/post_port.h"
#include "engine/witness/trust_policy.h"

namespace recourse {

/// How well something outside that evidence leans on is doing. Nothing that is written waits for
/// it.
enum class Standing {
  ok,
  degraded,  ///< Something failed last time; what the policy asks for is still there.
  red,       ///< What the policy asks for is missing for too long, or contradicts this log.
};
std::string_view name(Standing standing);

struct WitnessingOptions {
  std::chrono::milliseconds tick{1'000};  ///< From one look at the meta head to the next.
  std::chrono::seconds again{60};         ///< An unchanged head is shown again: is anybody there?
  std::chrono::seconds late{180};         ///< A head may wait so long for its quorum.
  std::chrono::seconds first_pause{1};    ///< After a failure; doubled after each further one.
  std::chrono::seconds longest_pause{300};
  bool own_threads = true;  ///< False: whoever calls tick() does it all.
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Shows the newest signed head of the meta ledger to each witness of a policy and keeps their
/// cosignatures with it for ever. One thread for each witness: a slow one keeps no other waiting,
/// and none of them keeps an append waiting. Threads: any.
class Witnessing {
 public:
  struct Witness {
    std::string name;            ///< In the policy.
    std::uint64_t cosigned = 0;  ///< Size of the newest head that it cosigned, since the start.
    std::uint64_t requests = 0, failures = 0;
    std::string trouble;       ///< Why not, the last time; empty when it did.
    bool contradicts = false;  ///< It knows a log of this name that is not how this one began.
  };
  struct State {
    Standing standing = Standing::ok;
    std::uint64_t witnessed = 0;     ///< Size of the newest meta head with its quorum.
    std::chrono::seconds waiting{};  ///< Since a newer one has been waiting for its own.
    std::vector<Witness> witnesses;
  };

  /// All arguments outlive it. Errors: those of reading the kept heads and the meta ledger.
  static Result<std::unique_ptr<Witnessing>> start(const Ledger& ledger, Signer& signer,
                                                   TrustPolicy policy, PostPort& port,
                                                   WitnessingOptions options = {});
  /// Stops the port and waits for what is under way.
  ~Witnessing();

  /// One look, for every witness in turn: for tests.
  void tick();

  State state() const;

  /// How many leaves of `ledger` a head covers that the policy's quorum cosigned: the meta ledger's
  /// own, and up to the newest anchor in it those of a tenant. 0 when no witness is asked for.
  LogSize witnessed(LedgerId ledger) const;

 private:
  class Impl;
  explicit Witnessing(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Which of `keys` cosigned the checkpoint in `note`. Lines that do not hold count for nothing.
std::vector<NoteKey> cosigners(std::string_view note, std::span<const NoteKey> keys);

/// The first line of `lines` with which `key` cosigned the text of `note`. Errors: those of
/// verify_note when there is none.
Result<std::string> cosignature_in(std::string_view lines, std::string_view note,
                                   const NoteKey& key);

}  // namespace recourse
