#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/ledger/signer.h"
#include "engine/witness/time_stamp.h"
#include "engine/witness/witnessing.h"

namespace recourse {

struct TimeStampingOptions {
  std::chrono::seconds every{86'400};
  std::chrono::seconds grace{7'200};       ///< So long over time a stamp may be.
  std::chrono::milliseconds tick{10'000};  ///< From one look at the clock to the next.
  std::chrono::seconds first_pause{60};    ///< After a failure; doubled after each further one.
  std::chrono::seconds longest_pause{3'600};
  bool own_thread = true;  ///< False: whoever calls tick() does it.
};

/// Has the newest signed head of the meta ledger stamped once a day, and keeps the stamps for ever.
/// Nothing that is written waits for it. Threads: any.
class TimeStamping {
 public:
  struct State {
    Standing standing = Standing::ok;
    std::optional<Timestamp> newest;  ///< What the newest stamp says.
    std::uint64_t failures = 0;
    std::string trouble;   ///< Why there is no newer one; empty when there is.
    bool checked = false;  ///< Somebody vouches for the authority, so its signatures say something.
  };

  /// All arguments outlive it. Errors: those of reading the kept stamps.
  static Result<std::unique_ptr<TimeStamping>> start(Signer& signer, PostPort& port,
                                                     TimeStampAuthority authority, Random& random,
                                                     const Clock& clock,
                                                     TimeStampingOptions options = {});
  /// Stops the port and waits for what is under way.
  ~TimeStamping();

  /// One look, for tests.
  void tick();
  State state() const;

 private:
  class Impl;
  explicit TimeStamping(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
