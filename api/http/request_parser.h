#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>

#include "api/http/message.h"

namespace recourse::http {

struct ReadLimits {
  std::size_t header_bytes = 16 * 1024;  ///< Of the request line, and of all fields.
  std::size_t header_count = 100;
  std::size_t body_bytes = 1024 * 1024;
  /// When set, decides the limit of the body from a request of which only the body is missing.
  std::function<std::size_t(const Request&)> body_limit;
};

/// Reads one HTTP/1.0 or 1.1 request (RFC 9112) from bytes as they come, and refuses whatever two
/// readers could understand in two ways: both Content-Length and Transfer-Encoding, repeated
/// lengths, other transfer codings, odd chunk sizes, bare line feeds, no or several Host fields.
/// Trailer fields are read and dropped. One thread at a time; one request each.
class RequestParser {
 public:
  enum class State {
    head,      ///< The request line and fields are not complete.
    body,      ///< The body is not complete.
    complete,  ///< `request()` is whole.
    refused,   ///< `refusal()` says why; the connection cannot go on.
  };

  /// `limits` is borrowed and outlives the parser.
  explicit RequestParser(const ReadLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes what it can use from the front of `bytes` and returns how much that was; what is left
  /// must be given again, with more behind it, unless the request is now complete.
  std::size_t feed(std::string_view bytes);

  State state() const;
  /// The client waits for `100 Continue` before it sends the body. REQUIRES: state body.
  bool expects_continue() const;
  /// The connection may serve another request after this one. REQUIRES: past the head.
  bool keep_alive() const;
  bool http_1_0() const;
  /// REQUIRES: state complete. To be moved from.
  Request& request();
  /// REQUIRES: state refused.
  Response refusal() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse::http
