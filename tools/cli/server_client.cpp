#include "tools/cli/server_client.h"

#include <httplib.h>

#include <fstream>

#include "engine/base/bytes.h"
#include "engine/base/random.h"
#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse::cli {
namespace {

Result<std::string> read_key(const std::string& file) {
  if (file.empty())
    return Error{ErrorCode::invalid,
                 "--url needs an API key; give the file that holds it with --key-file"};
  std::ifstream in(file);
  std::string key;
  if (!in)
    return Error{ErrorCode::not_found,
                 "cannot read the key file " + file + "; check the path given with --key-file"};
  if (!(in >> key))
    return Error{ErrorCode::invalid,
                 "the key file " + file + " is empty; put the API key into its first line"};
  return key;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
      return ErrorCode::invalid;
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::forbidden;
    case 404:
      return ErrorCode::not_found;
    case 409:
      return ErrorCode::conflict;
    case 412:
      return ErrorCode::version_conflict;
    case 413:
      return ErrorCode::too_large;
    case 429:
      return ErrorCode::limited;
    case 503:
      return ErrorCode::unavailable;
    case 507:
      return ErrorCode::disk_full;
    default:
      return status >= 500 ? ErrorCode::io : ErrorCode::invalid;
  }
}

Error problem_of(const httplib::Response& response) {
  std::string text = "the server answered " + std::to_string(response.status);
  if (const auto problem = parse_json(response.body)) {
    const Json* const detail = problem->find("detail");
    const Json* const title = problem->find("title");
    if (title != nullptr && title->string() != nullptr) text += ", " + *title->string();
    if (detail != nullptr && detail->string() != nullptr) text += ": " + *detail->string();
  }
  return {code_of(response.status), text};
}

}  // namespace

struct ServerClient::Connection {
  explicit Connection(const std::string& url) : client(url), address(url) {}

  Result<Answer> answer(const httplib::Result& result) const {
    if (!result)
      return Error{ErrorCode::unavailable, "no answer from " + address + " (" +
                                               httplib::to_string(result.error()) +
                                               "); check that the server runs and the address"};
    if (result->status < 200 || result->status > 299) return problem_of(*result);
    return Answer{result->body, result->get_header_value("Recourse-Position"),
                  result->get_header_value("Recourse-Next")};
  }

  httplib::Headers with_idempotency_key() {
    SystemRandom random;
    httplib::Headers headers;
    headers.emplace("Idempotency-Key", to_hex(as_text(random.bytes<16>())));
    return headers;
  }

  httplib::Client client;
  std::string address;
};

ServerClient::ServerClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
ServerClient::ServerClient(ServerClient&&) noexcept = default;
ServerClient::~ServerClient() = default;

Result<ServerClient> ServerClient::open(const TargetFlags& flags) {
  std::string url = flags.url;
  while (!url.empty() && url.back() == '/') url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return Error{ErrorCode::invalid, flags.url +
                                         " is no URL of a server; give one such as "
                                         "http://127.0.0.1:8080"};
  RECOURSE_LET(const std::string key, read_key(flags.key_file));
  auto connection = std::make_unique<Connection>(url);
  if (!connection->client.is_valid())
    return Error{ErrorCode::invalid, flags.url +
                                         " is no URL of a server; give one such as "
                                         "http://127.0.0.1:8080"};
  connection->client.set_bearer_token_auth(key);
  connection->client.set_connection_timeout(5);
  // Longer than the longest `wait=` that is asked for here.
  connection->client.set_read_timeout(60);
  connection->client.set_tcp_nodelay(true);
  connection->client.set_keep_alive(true);
  return ServerClient(std::move(connection));
}

Result<ServerClient::Answer> ServerClient::get(const std::string& path) {
  return connection_->answer(connection_->client.Get(path));
}

Result<ServerClient::Answer> ServerClient::post(const std::string& path, const Json& body) {
  return connection_->answer(connection_->client.Post(path, connection_->with_idempotency_key(),
                                                      canonical_json(body), "application/json"));
}

Result<ServerClient::Answer> ServerClient::remove(const std::string& path) {
  return connection_->answer(connection_->client.Delete(path, connection_->with_idempotency_key()));
}

Result<Json> items_of(const ServerClient::Answer& answer) {
  RECOURSE_LET(const Json body, parse_json(answer.body));
  const Json* const items = body.find("items");
  if (items == nullptr || !items->is_array())
    return Error{ErrorCode::unsupported,
                 "the server's answer is no list; use the version of this program that it runs"};
  return *items;
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += to_hex(std::string_view(&c, 1));
    }
  }
  return out;
}

}  // namespace recourse::cli
