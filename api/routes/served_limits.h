#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "api/http/throttle.h"
#include "engine/base/id.h"

namespace recourse::routes {

struct App;
struct Call;

namespace served {

/// The limits that the served systems promise their users. A limit of 0 is none.
struct Limits {
  http::Rate anonymous{100, std::chrono::hours(1)};  ///< Requests without a key, per address.
  http::Rate user{1'000, std::chrono::hours(1)};     ///< Per principal.
  http::Rate process{50, std::chrono::seconds(60)};  ///< Agent answers, per principal.
  http::Rate rollback{10, std::chrono::hours(1)};    ///< Per principal.
  std::vector<KeyId> trusted;                        ///< Keys that none of them holds for.
};

/// The buckets behind them. Any thread.
struct Throttles {
  explicit Throttles(const Limits& limits)
      : anonymous("anon", limits.anonymous),
        user("user", limits.user),
        process("agent_actions", limits.process),
        rollback("rollback", limits.rollback) {}

  http::Throttle anonymous, user, process, rollback;
};

/// Takes one request of the caller from a limit. False when it was answered with 429. Otherwise the
/// answer to come will say how much is left.
bool admit(Call& call, http::Throttle Throttles::*limit, const char* name);

/// The same for a request whose key was refused, by the address it came from.
bool admit_anonymous(Call& call);

}  // namespace served
}  // namespace recourse::routes
