#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/assert.h"

namespace recourse {

/// What the caller should do next. The text beside a code is for people.
enum class ErrorCode {
  invalid,           ///< Malformed or against the schema: mend the request.
  unauthenticated,   ///< No key, or an unknown one: present a valid key.
  forbidden,         ///< The key may not do this: ask somebody whose role may.
  not_found,         ///< No such thing in this tenant.
  conflict,          ///< The thing is in another state: look at it again.
  version_conflict,  ///< An expected version is stale: read what changed since, then decide anew.
  key_reused,        ///< The idempotency key belongs to another request: use a new key.
  in_progress,       ///< The same request is being handled: wait for it.
  precondition_missing,  ///< A required header or expectation is absent: add it.
  too_large,             ///< Past a size limit: send less.
  limited,               ///< Past a rate limit: retry later.
  unavailable,      ///< A queue is full or the node is starting: retry later; nothing was stored.
  unknown_outcome,  ///< Perhaps stored: retry with the same idempotency key.
  disk_full,        ///< Certainly not stored: make room, then retry.
  locked,           ///< Another process holds the data directory.
  corrupt,          ///< Stored bytes are damaged: run verify, then restore.
  erased,           ///< The sealed value was destroyed and cannot be read again.
  unsupported,      ///< A newer format or an unknown kind: use a newer program.
  io,               ///< The operating system refused: see the text.
};

std::string_view name(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;
};

/// A value or the error that kept it from being. Forgetting to look does not compile.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  bool ok() const { return state_.index() == 0; }

  /// REQUIRES: ok().
  T& value() & { return check(), std::get<0>(state_); }
  const T& value() const& { return check(), std::get<0>(state_); }
  /// By value, so that `for (auto& x : f().value())` does not outlive what it walks over.
  T value() && { return check(), std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// REQUIRES: !ok().
  const Error& error() const {
    RECOURSE_ASSERT(!ok(), "error() of a result that has a value");
    return std::get<1>(state_);
  }

 private:
  void check() const {
    if (!ok()) assertion_failed("ok()", std::get<1>(state_).message.c_str(), __FILE__, __LINE__);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  const Error& error() const {
    RECOURSE_ASSERT(error_.has_value(), "error() of a result that has none");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace recourse

/// Returns the error of `expression` from the enclosing function, if it has one.
#define RECOURSE_TRY(expression)                          \
  do {                                                    \
    auto recourse_status = (expression);                  \
    if (!recourse_status) return recourse_status.error(); \
  } while (false)

#define RECOURSE_JOIN2(a, b) a##b
#define RECOURSE_JOIN(a, b) RECOURSE_JOIN2(a, b)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
/// RECOURSE_LET(auto leaf, read_leaf(position)); declares `leaf` or returns the error.
#define RECOURSE_LET(declaration, expression) \
  RECOURSE_LET_IMPL(RECOURSE_JOIN(recourse_result_, __LINE__), declaration, expression)
#define RECOURSE_LET_IMPL(result, declaration, expression) \
  auto result = (expression);                              \
  if (!result) return result.error();                      \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
