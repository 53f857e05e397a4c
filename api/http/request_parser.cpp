#include "api/http/request_parser.h"

// Boost before 1.82 forgets <utility> in C++20.
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

#include "api/http/problem.h"
#include "api/http/target.h"

namespace recourse::http {
namespace beast = boost::beast::http;
namespace {

using Text = boost::beast::string_view;

std::string_view view(Text text) { return {text.data(), text.size()}; }

/// Fields that mean something else to another reader when they come twice.
bool must_be_single(std::string_view name) {
  for (const std::string_view single :
       {"host", "content-length", "content-type", "content-encoding", "authorization", "expect",
        "idempotency-key", "last-event-id", "if-match"})
    if (same_field(name, single)) return true;
  return false;
}

struct Refusal {
  int status = 400;
  std::string_view slug = "malformed-message";
  std::string_view title = "Malformed message";
  std::string_view detail = "the message is not well-formed HTTP/1.1";
};

constexpr Refusal kTooManyFields{431, "header-too-large", "Header too large",
                                 "too many or too long header fields"};
constexpr Refusal kBodyTooLarge{413, "too-large", "Too large",
                                "the body is larger than this path takes"};

}  // namespace

class RequestParser::Impl final : private beast::basic_parser<true> {
 public:
  explicit Impl(const ReadLimits& limits) : limits_(limits), body_left_(limits.body_bytes) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    // Counted here, because the limit may depend on the path.
    body_limit(boost::none);
    eager(true);
  }

  std::size_t feed(std::string_view bytes) {
    std::size_t used = 0;
    if (!got_some())
      while (bytes.substr(used).starts_with("\r\n")) used += 2;  // RFC 9112, 2.2
    if (used == bytes.size() || state == State::complete || state == State::refused) return used;
    // A lone CR may become the end of an empty line.
    if (!got_some() && bytes.substr(used) == "\r") return used;
    boost::beast::error_code failure;
    used += put(boost::asio::buffer(bytes.data() + used, bytes.size() - used), failure);
    if (failure && failure != beast::error::need_more) {
      if (failure == beast::error::header_limit) refusal = kTooManyFields;
      state = State::refused;
    } else if (is_done()) {
      state = State::complete;
    } else if (is_header_done()) {
      state = State::body;
      // What is kept back here is a chunk's extensions or the trailer: nobody needs long ones.
      if (bytes.size() - used > limits_.header_bytes) {
        refusal = kTooManyFields;
        state = State::refused;
      }
    }
    return used;
  }

  bool keeps_alive() const { return keep_alive(); }

  State state = State::head;
  Request request;
  Refusal refusal;
  bool expects_continue = false;
  bool http_1_0 = false;

 private:
  using Failure = boost::beast::error_code;

  void refuse(const Refusal& why, Failure& failure) {
    refusal = why;
    failure = beast::error::bad_value;
  }

  void on_request_impl(beast::verb, Text method, Text target, int version,
                       Failure& failure) override {
    http_1_0 = version == 10;
    const auto known = method_from(view(method));
    if (!known)
      return refuse({501, "unsupported", "Not supported", "the method is not known"}, failure);
    request.method = *known;
    const Status read = read_target(view(target), request);
    if (!read)
      refuse({400, "malformed-target", "Malformed target", "the request target is malformed"},
             failure);
  }

  void on_response_impl(int, Text, int, Failure&) override {}

  void on_field_impl(beast::field field, Text name, Text value, Failure& failure) override {
    if (head_done_) return;  // A trailer, which could not be told from the header later on.
    if (request.headers.size() >= limits_.header_count) return refuse(kTooManyFields, failure);
    if (must_be_single(view(name)) && request.headers.find(view(name)))
      return refuse({400, "malformed-message", "Malformed message",
                     "a field that must be single is repeated"},
                    failure);
    switch (field) {
      case beast::field::content_length:
        // Beast takes a list of equal lengths.
        if (view(value).find(',') != std::string_view::npos) return refuse({}, failure);
        break;
      case beast::field::transfer_encoding:
        if (http_1_0) return refuse({}, failure);
        if (!same_field(view(value), "chunked"))
          return refuse({501, "unsupported", "Not supported",
                         "of the transfer codings only chunked is known"},
                        failure);
        break;
      case beast::field::content_encoding:
        if (!same_field(view(value), "identity"))
          return refuse({415, "encoded-body", "Encoded body", "send the body without an encoding"},
                        failure);
        break;
      case beast::field::expect:
        if (!same_field(view(value), "100-continue"))
          return refuse({417, "expectation-failed", "Expectation failed",
                         "only 100-continue can be expected"},
                        failure);
        expects_continue = !http_1_0;
        break;
      default:
        break;
    }
    request.headers.add(std::string(view(name)), std::string(view(value)));
  }

  void on_header_impl(Failure& failure) override {
    head_done_ = true;
    if (!http_1_0 && !request.headers.find("host"))
      return refuse({400, "malformed-message", "Malformed message", "the Host field is missing"},
                    failure);
    if (limits_.body_limit) body_left_ = limits_.body_limit(request);
    const auto length = content_length();
    if (!length) return;
    if (*length > body_left_) return refuse(kBodyTooLarge, failure);
    // A promise is not memory: what was only announced is not reserved.
    request.body.reserve(std::min<std::size_t>(*length, 64 * 1024));
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Failure&) override {}

  std::size_t on_body_impl(Text bytes, Failure&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size, Text, Failure& failure) override {
    if (size > body_left_) return refuse(kBodyTooLarge, failure);
    body_left_ -= size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Failure&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_finish_impl(Failure&) override {}

  const ReadLimits& limits_;
  std::uint64_t body_left_;
  bool head_done_ = false;
};

RequestParser::RequestParser(const ReadLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) { return impl_->feed(bytes); }
RequestParser::State RequestParser::state() const { return impl_->state; }
bool RequestParser::expects_continue() const { return impl_->expects_continue; }
bool RequestParser::keep_alive() const { return impl_->keeps_alive(); }
bool RequestParser::http_1_0() const { return impl_->http_1_0; }
Request& RequestParser::request() { return impl_->request; }

Response RequestParser::refusal() const {
  const Refusal& why = impl_->refusal;
  return problem(why.status, why.slug, why.title, why.detail);
}

}  // namespace recourse::http
