#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/throttle.h"
#include "engine/base/id.h"

namespace recourse::routes {

struct Call;

namespace served {

/// anonymous: requests without a key, per address. user, process (agents' answers) and rollback:
/// per principal.
enum class Limit { anonymous, user, process, rollback };

/// The limits that the served systems promise their users. A limit of 0 is none.
struct Limits {
  http::Rate anonymous{100, std::chrono::hours(1)};
  http::Rate user{1'000, std::chrono::hours(1)};
  http::Rate process{50, std::chrono::seconds(60)};
  http::Rate rollback{10, std::chrono::hours(1)};

  /// Another rate for one tenant, or for one key with a count of its own. A key's comes first.
  struct Other {
    Limit limit = Limit::user;
    TenantId tenant;
    KeyId key;
    http::Rate rate;
  };
  std::vector<Other> others;
  std::vector<KeyId> trusted;  ///< Keys that none of them holds for.
  std::string file;            ///< Where counts outlive the process; empty: nowhere.
};

/// Reads NAME=N/WINDOW into `limits`, after tenant:T/ or key:K/ for one tenant or key. NAME: anon,
/// user, process or rollback; WINDOW: s, m, h or d after a number, or alone; N: 0 is no limit.
/// Errors: invalid, saying what it should look like.
Status set_limit(Limits& limits, std::string_view text);

/// Takes one request of the caller from a limit. False when it was answered with 429. Otherwise the
/// answer to come will say how much is left.
bool admit(Call& call, Limit limit);

/// The same for a request whose key was refused, by the address it came from.
bool admit_anonymous(Call& call);

}  // namespace served
}  // namespace recourse::routes
