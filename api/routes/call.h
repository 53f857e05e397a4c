#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/http/problem.h"
#include "api/routes/app.h"

namespace recourse::routes {

struct RouteSpec;

/// One request on its way through a handler, which sees to it that `reply` is called once.
struct Call {
  App& app;
  http::Request request;
  http::Reply reply;
  const RouteSpec& route;
  /// Who asks; empty on routes that need nobody.
  Principal principal;
  TenantId tenant;
  LedgerId ledger;
  /// Newest position that the rows covered when the request began: what an answer shows is at
  /// least as new. None where there is no tenant.
  std::optional<Position> position;
  std::uint64_t input = 0;  ///< Of App::ingress, when it brings something in.

  bool has(std::string_view query_parameter) const;
};

/// Shared, because an answer may come later and from another thread.
using CallPtr = std::shared_ptr<Call>;

/// Answers with `response`, and says in Recourse-Position how new it is unless it says so itself.
void respond(const Call& call, http::Response response);

/// Answers with the problem that `error` is.
void refuse(const Call& call, const Error& error, const std::vector<http::Member>& members = {});

/// Answers with `value`'s error or lets `use(value)` go on.
template <class T, class Use>
void then(const CallPtr& call, Result<T> value, Use use) {
  if (!value) return refuse(*call, value.error());
  use(std::move(value).value());
}

/// A path parameter that names a resource: the same characters as our ids, so that it can be part
/// of a row's key. Errors: not_found.
Result<std::string> id_parameter(const Call& call, std::string_view name);

/// Errors: invalid when it is given twice.
Result<std::optional<std::string>> query_text(const Call& call, std::string_view name);
/// A decimal number in [least, most]. Errors: invalid.
Result<std::optional<std::int64_t>> query_number(const Call& call, std::string_view name,
                                                 std::int64_t least, std::int64_t most);
/// `true` or `false`; absent is false. Errors: invalid.
Result<bool> query_flag(const Call& call, std::string_view name);
/// A duration such as 25s, 500ms or a bare number of seconds. Errors: invalid.
Result<std::optional<std::chrono::milliseconds>> query_duration(const Call& call,
                                                                std::string_view name);
/// Refuses query parameters besides `known`: a misspelt filter must not mean "all". Errors:
/// invalid.
Status only_query(const Call& call, std::initializer_list<std::string_view> known);

}  // namespace recourse::routes
