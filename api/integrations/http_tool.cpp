#include "api/integrations/http_tool.h"

#include <httplib.h>

#include <charconv>
#include <mutex>
#include <set>

#include "engine/event/canonical_json.h"
#include "engine/event/clear_names.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 * 1024;  // Of a body that is kept.
constexpr std::size_t kMaxReadBytes = 8U << 20;     // Past it nobody listens any more.

struct Place {
  std::string origin;  ///< scheme://host:port
  std::string path;
};

Place place_of(const std::string& url) {
  const auto authority = url.find("://") + 3;
  const auto slash = url.find('/', authority);
  if (slash == std::string::npos) return {url, "/"};
  return {url.substr(0, slash), url.substr(slash)};
}

ToolAnswer not_sent(std::string code) {
  ToolAnswer answer;
  answer.outcome = EffectOutcome::failed;
  answer.code = std::move(code);
  answer.retryable = true;
  return answer;
}

ToolAnswer unknown(std::string code) {
  ToolAnswer answer;
  answer.code = std::move(code);
  return answer;
}

std::optional<std::int64_t> retry_after(const httplib::Response& response) {
  const std::string text = response.get_header_value("Retry-After");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return seconds;
}

/// A body that is no JSON is kept as the text it is.
std::string canonical_body(const std::string& body) {
  if (auto canonical = canonicalise(body)) return std::move(*canonical);
  return canonical_json(Json(body));
}

std::optional<std::string> code_in(const std::string& json, std::string_view name) {
  const auto body = parse_json(json);
  const Json* const value = body ? body->find(name) : nullptr;
  if (value == nullptr || value->string() == nullptr || !is_code(*value->string()))
    return std::nullopt;
  return *value->string();
}

void keep_body(const httplib::Response& response, ToolAnswer& answer) {
  if (response.body.empty()) return;
  answer.result_json = canonical_body(response.body);
  answer.provider_ref = code_in(*answer.result_json, "provider_ref");
}

/// Whether the provider says that it has not happened, and whether it may be asked again.
ToolAnswer answer_to_run(const httplib::Response& response) {
  const int status = response.status;
  ToolAnswer answer;
  keep_body(response, answer);
  answer.code = "http_" + std::to_string(status);
  if (status == 202 || status == 408 || status == 409) {
    answer.outcome = EffectOutcome::unknown;  // It is at it, or was.
  } else if (status >= 200 && status < 300) {
    answer.outcome = EffectOutcome::succeeded;
    answer.code.reset();
  } else if (status == 425 || status == 429 || status == 503) {
    answer.outcome = EffectOutcome::failed;
    answer.retryable = true;
    answer.retry_after_s = retry_after(response);
  } else if (status < 500) {
    answer.outcome = EffectOutcome::failed;
    if (auto code = code_in(answer.result_json.value_or("null"), "code")) answer.code = *code;
  }
  return answer;
}

ToolAnswer answer_to_look_up(const httplib::Response& response) {
  if (response.status == 404) {
    ToolAnswer answer;
    answer.outcome = EffectOutcome::failed;
    answer.code = "never_arrived";
    keep_body(response, answer);
    return answer;
  }
  if (response.status != 200) return unknown("http_" + std::to_string(response.status));
  ToolAnswer answer;
  keep_body(response, answer);
  const auto said = code_in(answer.result_json.value_or("null"), "outcome");
  answer.outcome = from_word<EffectOutcome>(said.value_or("")).value_or(EffectOutcome::unknown);
  if (answer.outcome != EffectOutcome::succeeded)
    answer.code = code_in(answer.result_json.value_or("null"), "code");
  return answer;
}

/// Only what was certainly not sent is a failure.
ToolAnswer answer_to(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
    case httplib::Error::ConnectionTimeout:
    case httplib::Error::BindIPAddress:
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      return not_sent("unreachable");
    default:
      return unknown("no_answer");
  }
}

/// What came back; a body that is too long to be kept is left out.
struct Heard {
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
};

Heard hear(httplib::Client& client, httplib::Request request) {
  std::string body;
  std::size_t read = 0;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    read += size;
    if (read <= kMaxAnswerBytes) body.append(data, size);
    return read <= kMaxReadBytes;
  };
  const auto result = client.send(request);
  if (!result) return {{}, result.error()};
  Heard heard{*result, httplib::Error::Success};
  heard.response.body = read <= kMaxAnswerBytes ? std::move(body) : std::string();
  return heard;
}

class HttpTool final : public ToolPort {
 public:
  explicit HttpTool(HttpToolOptions options) : options_(std::move(options)) {}

  ToolAnswer run(const ToolCall& call) override {
    auto headers = headers_of(call);
    if (!headers)
      return not_sent(headers.error().code == ErrorCode::not_found ? "no_credential"
                                                                   : "no_receipt");
    const Place place = place_of(call.connector.url.text);
    httplib::Request request;
    request.method = "POST";
    request.path = place.path;
    request.headers = std::move(*headers);
    request.headers.emplace("Content-Type", "application/json");
    request.body = body_of(call);
    return with_client(place, call, [&](httplib::Client& client) {
      const Heard heard = hear(client, std::move(request));
      return heard.error == httplib::Error::Success ? answer_to_run(heard.response)
                                                    : answer_to(heard.error);
    });
  }

  ToolAnswer look_up(const ToolCall& call) override {
    auto headers = headers_of(call);
    if (!headers) return unknown("no_credential");
    const Place place = place_of(call.connector.look_up_url.value_or("").text);
    httplib::Request request;
    request.method = "GET";
    request.path = place.path + "?key=" + call.provider_key;
    request.headers = std::move(*headers);
    return with_client(place, call, [&](httplib::Client& client) {
      const Heard heard = hear(client, std::move(request));
      return heard.error == httplib::Error::Success ? answer_to_look_up(heard.response)
                                                    : unknown("no_answer");
    });
  }

  void stop() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (httplib::Client* client : clients_) client->stop();
  }

 private:
  static std::string body_of(const ToolCall& call) {
    Json body = Json::object({{"action", call.action.value()},
                              {"args", parse_json(call.args_json).value()},
                              {"attempt", call.attempt},
                              {"idempotency_key", call.provider_key},
                              {"tenant", call.tenant.value()},
                              {"ticket", call.ticket.value()},
                              {"type", call.type}});
    if (call.undoes) body.set("undoes", call.undoes->value());
    return canonical_json(body);
  }

  Result<httplib::Headers> headers_of(const ToolCall& call) const {
    httplib::Headers headers;
    headers.emplace("Idempotency-Key", call.provider_key);
    if (call.connector.credential) {
      RECOURSE_LET(const std::string secret, options_.secret(call.connector.credential->text));
      headers.emplace("Authorization", "Bearer " + secret);
    }
    if (call.approval && options_.receipt) {
      auto receipt = options_.receipt(call.tenant, *call.approval);
      if (!receipt) return Error{ErrorCode::conflict, receipt.error().message};
      headers.emplace("Recourse-Receipt", *receipt);
    }
    return headers;
  }

  template <class Ask>
  ToolAnswer with_client(const Place& place, const ToolCall& call, const Ask& ask) {
    httplib::Client client(place.origin);
    if (!client.is_valid()) return not_sent("bad_url");
    const auto timeout = static_cast<time_t>(call.connector.timeout_s);
    client.set_connection_timeout(std::min<time_t>(timeout, 10));
    client.set_read_timeout(timeout);
    client.set_write_timeout(timeout);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return not_sent("stopping");
      clients_.insert(&client);
    }
    ToolAnswer answer = ask(client);
    const std::lock_guard lock(mutex_);
    clients_.erase(&client);
    return answer;
  }

  const HttpToolOptions options_;
  std::mutex mutex_;
  std::set<httplib::Client*> clients_;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<ToolPort> http_tool(HttpToolOptions options) {
  return std::make_unique<HttpTool>(std::move(options));
}

}  // namespace recourse
