#include "api/http/message.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "api/http/problem.h"

namespace recourse::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{
    {{Method::get, "GET"},
     {Method::head, "HEAD"},
     {Method::post, "POST"},
     {Method::put, "PUT"},
     {Method::patch, "PATCH"},
     {Method::del, "DELETE"},
     {Method::options, "OPTIONS"}}};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string_view name(Method method) {
  for (const auto& [value, text] : kMethods)
    if (value == method) return text;
  RECOURSE_ASSERT(false, "every method has a name");
  return {};
}

std::optional<Method> method_from(std::string_view name) {
  for (const auto& [value, text] : kMethods)
    if (text == name) return value;
  return std::nullopt;
}

bool same_field(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

void Headers::set(std::string_view name, std::string value) {
  std::erase_if(fields_, [&](const Field& field) { return same_field(field.first, name); });
  add(std::string(name), std::move(value));
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_)
    if (same_field(field, name)) return value;
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const Field& f) { return same_field(f.first, name); }));
}

const std::string& Request::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters)
    if (key == name) return value;
  RECOURSE_ASSERT(false, "a parameter of the route's pattern");
  return parameters.front().second;
}

Result<std::optional<std::string_view>> Request::query_value(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (found)
      return Error{ErrorCode::invalid,
                   "query parameter '" + std::string(name) + "' is given more than once"};
    found = value;
  }
  return found;
}

std::string Request::path() const {
  std::string out;
  for (const std::string& segment : segments) out.append("/").append(segment);
  if (trailing_slash || out.empty()) out.push_back('/');
  return out;
}

struct Reply::Shared {
  explicit Shared(std::function<void(Response)> function) : send(std::move(function)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  // A forgotten answer is our mistake, but the client must not wait for ever because of it.
  ~Shared() {
    if (!called.exchange(true))
      send(problem(500, "internal", "Internal error", "the request was dropped without an answer",
                   Outcome::unknown));
  }

  std::function<void(Response)> send;
  std::atomic<bool> called{false};
};

Reply::Reply(std::function<void(Response)> send)
    : shared_(std::make_shared<Shared>(std::move(send))) {}

void Reply::operator()(Response response) const {
  RECOURSE_ASSERT(!shared_->called.exchange(true), "a request is answered once");
  shared_->send(std::move(response));
}

Response json(std::string body, int status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

std::string_view reason(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 423:
      return "Locked";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return {};
  }
}

}  // namespace recourse::http
