#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace recourse::http {

enum class Method { get, head, post, put, patch, del, options };

/// As it stands in a request line; `del` is DELETE.
std::string_view name(Method method);
/// Nothing for a method that this server does not know; names are case-sensitive (RFC 9110, 9.1).
std::optional<Method> method_from(std::string_view name);

/// Header fields in the order they came. Names compare without regard to case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  /// Replaces every field of that name.
  void set(std::string_view name, std::string value);
  /// The first field of that name; borrowed.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// True when the names of two header fields are the same: ASCII, without regard to case.
bool same_field(std::string_view a, std::string_view b);

struct Route;

/// A request as the server hands it over: framed, limited and decoded. The server has already
/// refused repeated fields that must be single (Host, Authorization, Content-Type,
/// Idempotency-Key, Last-Event-ID and those of framing), encoded bodies, dot segments and text
/// that is not UTF-8 in path or query.
struct Request {
  Method method = Method::get;
  std::string target;  ///< As sent, still encoded.
  /// The decoded parts of the path between slashes; %2F stays inside its segment. The path `/`
  /// has none; the slash at the end of a path makes no segment but `trailing_slash`.
  std::vector<std::string> segments;
  bool trailing_slash = false;
  std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order, may repeat.
  Headers headers;
  std::string body;
  std::string peer;  ///< The address of the other end of the socket, without its port.
  /// When the first byte of the request was read.
  std::chrono::steady_clock::time_point received_at{};

  /// Set by the router: the route, its path parameters, and where the segments of `{name...}`
  /// begin.
  const Route* route = nullptr;
  std::vector<std::pair<std::string_view, std::string>> parameters;
  std::size_t tail_begin = 0;

  /// The path parameter `name` of the route. REQUIRES: the route's pattern has it.
  const std::string& parameter(std::string_view name) const;
  /// The query parameter `name`. Errors: invalid when it is given more than once.
  Result<std::optional<std::string_view>> query_value(std::string_view name) const;
  /// The path as text for people and logs: decoded segments joined by slashes.
  std::string path() const;
};

/// A body that is made while it is sent, so that memory stays bounded however slow the reader is.
/// Every call but the wake function comes from the connection's I/O thread, one at a time.
class StreamSource {
 public:
  enum class Next {
    chunk,  ///< `out` holds the next bytes (not empty).
    later,  ///< Nothing yet; the source calls `wake` when there is something.
    end,    ///< The body is complete.
  };

  virtual ~StreamSource() = default;

  /// Called once, before the first `next`. `wake` may be called by any thread, at any time, as
  /// often as wished, also after the connection or the server has ended; calls are folded into one.
  virtual void start(std::function<void()> wake) = 0;
  /// Called when the socket can take more. Must not block; 4 to 64 KiB at a time are a good size.
  virtual Next next(std::string& out) = 0;
  /// Called once when the connection ends before `end` was said: the reader left, was too slow, or
  /// the server stops. After `end` it is not called.
  virtual void closed() = 0;
  /// True for a live stream, which a stopping server need not wait for.
  virtual bool endless() const { return false; }
};

struct Response {
  int status = 200;
  std::string content_type;  ///< Empty: no Content-Type.
  Headers headers;           ///< Without Content-Length, Date, Server, Connection: the server's.
  std::string body;
  std::shared_ptr<const std::string> shared_body;  ///< Sent instead of `body` when set.
  std::shared_ptr<StreamSource> stream;            ///< Sent instead of both when set.
};

/// Answers one request. Copies share the one answer. Any thread may call it, once, at any later
/// time; when the last copy goes without a call, the client gets 500, outcome unknown.
class Reply {
 public:
  explicit Reply(std::function<void(Response)> send);

  /// REQUIRES: not called before, on this or a copy.
  void operator()(Response response) const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

/// Runs on an I/O thread, so it must not block for long: what takes time answers later.
using Handler = std::function<void(Request&&, Reply)>;

/// 200 with `application/json` and that text.
Response json(std::string body, int status = 200);

/// The usual reason phrase of a status; empty for one without.
std::string_view reason(int status);

}  // namespace recourse::http
