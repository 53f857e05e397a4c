#include "api/routes/served_limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "api/http/problem.h"
#include "api/routes/call.h"
#include "engine/event/clear_names.h"

namespace recourse::routes::served {
namespace {

/// As callers and metrics see it, and as the command line calls it.
struct LimitName {
  Limit limit;
  const char* shown;
  std::string_view given;
};
constexpr std::array<LimitName, 4> kLimitNames{{{Limit::anonymous, "anon", "anon"},
                                                {Limit::user, "user", "user"},
                                                {Limit::process, "agent_actions", "process"},
                                                {Limit::rollback, "rollback", "rollback"}}};

const char* shown_name(Limit limit) { return kLimitNames[static_cast<std::size_t>(limit)].shown; }

template <class AnyLimits>
auto& rate_of(AnyLimits& limits, Limit limit) {
  switch (limit) {
    case Limit::anonymous:
      return limits.anonymous;
    case Limit::user:
      return limits.user;
    case Limit::process:
      return limits.process;
    case Limit::rollback:
      return limits.rollback;
  }
  return limits.user;
}

bool is_trusted(const Call& call) {
  const auto& trusted = call.app.options.served.trusted;
  return std::find(trusted.begin(), trusted.end(), call.principal.key) != trusted.end();
}

const Limits::Other* other_rate(const Call& call, Limit limit) {
  const Limits::Other* found = nullptr;
  for (const Limits::Other& other : call.app.options.served.others) {
    if (other.limit != limit) continue;
    if (!other.key.value().empty()) {
      if (other.key == call.principal.key) return &other;
    } else if (other.tenant == call.tenant) {
      found = &other;
    }
  }
  return found;
}

bool take(Call& call, Limit limit, std::string_view caller, http::Rate rate) {
  // Addresses are anybody's to make up, so they do not get to make the disk work.
  const bool synced = limit != Limit::anonymous;
  const auto verdict =
      call.app.quotas.take(shown_name(limit), caller, rate, synced, call.app.clock.now());
  if (verdict.allowed) {
    call.reply = http::Reply([limit, rate, verdict, reply = call.reply](http::Response response) {
      http::describe_limit(shown_name(limit), rate, verdict, response);
      reply(std::move(response));
    });
    return true;
  }
  call.app.metrics.throttled.with({shown_name(limit)}).add();
  const std::string wait = std::to_string(verdict.retry_after.count());
  http::Response response = http::problem(
      429, "quota-exceeded", "Too many requests",
      "Request was throttled. Expected available in " + wait + " seconds.", http::Outcome::rejected,
      {{"violated-policies", '[' + http::json_string(shown_name(limit)) + ']'}});
  http::describe_limit(shown_name(limit), rate, verdict, response);
  respond(call, std::move(response));
  return false;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size() ||
      value > 1'000'000'000)
    return std::nullopt;
  return value;
}

std::optional<std::chrono::seconds> read_window(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t unit = 1;
  switch (text.back()) {
    case 'd':
      unit = 86'400;
      break;
    case 'h':
      unit = 3'600;
      break;
    case 'm':
      unit = 60;
      break;
    case 's':
      break;
    default:
      return std::nullopt;
  }
  text.remove_suffix(1);
  const auto count = text.empty() ? std::optional<std::uint64_t>(1) : read_number(text);
  if (!count || *count == 0 || *count > 2'592'000) return std::nullopt;
  const std::chrono::seconds length(static_cast<std::int64_t>(*count) * unit);
  if (length > std::chrono::days(30)) return std::nullopt;
  return length;
}

}  // namespace

Status set_limit(Limits& limits, std::string_view text) {
  const Error wrong{ErrorCode::invalid,
                    std::string(text) +
                        " is no limit; write it like user=1000/h, process=200/60s, "
                        "tenant:acme/user=5000/h or key:key_01J…/rollback=0/h, with anon, user, "
                        "process or rollback and a window of at most 30d"};
  Limits::Other other;
  std::string_view rest = text;
  for (const std::string_view prefix : {"tenant:", "key:"}) {
    if (!rest.starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || !is_code(rest.substr(0, slash))) return wrong;
    const std::string name(rest.substr(0, slash));
    if (prefix == "key:") {
      other.key = KeyId(name);
    } else {
      other.tenant = TenantId(name);
    }
    rest.remove_prefix(slash + 1);
    break;
  }
  const auto equals = rest.find('=');
  const auto slash = rest.find('/');
  if (equals == std::string_view::npos || slash == std::string_view::npos || slash < equals)
    return wrong;
  const auto name = std::find_if(kLimitNames.begin(), kLimitNames.end(), [&](const LimitName& one) {
    return one.given == rest.substr(0, equals);
  });
  const auto limit = read_number(rest.substr(equals + 1, slash - equals - 1));
  const auto length = read_window(rest.substr(slash + 1));
  if (name == kLimitNames.end() || !limit || !length) return wrong;
  other.limit = name->limit;
  other.rate = {*limit, *length};
  const bool special = !other.key.value().empty() || !other.tenant.value().empty();
  // Who has no key has no tenant either.
  if (special && other.limit == Limit::anonymous) return wrong;
  if (special) {
    limits.others.push_back(std::move(other));
  } else {
    rate_of(limits, other.limit) = other.rate;
  }
  return {};
}

bool admit(Call& call, Limit limit) {
  if (is_trusted(call)) return true;
  const Limits::Other* const other = other_rate(call, limit);
  const bool by_key = other != nullptr && !other->key.value().empty();
  const std::string caller = call.tenant.value() + '\n' +
                             (by_key ? call.principal.key.value() : call.principal.id.value());
  return take(call, limit, caller,
              other != nullptr ? other->rate : rate_of(call.app.options.served, limit));
}

bool admit_anonymous(Call& call) {
  return take(call, Limit::anonymous, call.request.peer, call.app.options.served.anonymous);
}

}  // namespace recourse::routes::served
