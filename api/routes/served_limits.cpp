#include "api/routes/served_limits.h"

#include <algorithm>

#include "api/http/problem.h"
#include "api/routes/call.h"

namespace recourse::routes::served {
namespace {

bool is_trusted(const Call& call) {
  const auto& trusted = call.app.options.served.trusted;
  return std::find(trusted.begin(), trusted.end(), call.principal.key) != trusted.end();
}

bool take(Call& call, http::Throttle& limit, const char* name, std::string_view key) {
  const auto verdict = limit.take(key, std::chrono::steady_clock::now());
  if (verdict.allowed) {
    call.reply = http::Reply([&limit, verdict, reply = call.reply](http::Response response) {
      limit.describe(verdict, response);
      reply(std::move(response));
    });
    return true;
  }
  call.app.metrics.throttled.with({name}).add();
  const std::string wait = std::to_string(verdict.retry_after.count());
  http::Response response = http::problem(
      429, "quota-exceeded", "Too many requests",
      "Request was throttled. Expected available in " + wait + " seconds.", http::Outcome::rejected,
      {{"violated-policies", '[' + http::json_string(name) + ']'}});
  limit.describe(verdict, response);
  respond(call, std::move(response));
  return false;
}

}  // namespace

bool admit(Call& call, http::Throttle Throttles::*limit, const char* name) {
  if (is_trusted(call)) return true;
  const std::string key = call.tenant.value() + '\n' + call.principal.id.value();
  return take(call, call.app.served_throttles.*limit, name, key);
}

bool admit_anonymous(Call& call) {
  return take(call, call.app.served_throttles.anonymous, "anon", call.request.peer);
}

}  // namespace recourse::routes::served
