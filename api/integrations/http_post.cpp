#include "api/integrations/http_post.h"

#include <httplib.h>

#include <mutex>
#include <set>

namespace recourse {
namespace {

constexpr std::size_t kMaxPostAnswerBytes = 64 * 1024;

class HttpPost final : public PostPort {
 public:
  Result<Answer> post(const std::string& url, const std::string& content_type,
                      const std::string& body) override {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return Error{ErrorCode::invalid, "not a URL: " + url};
    const auto slash = url.find('/', scheme + 3);
    httplib::Client client(url.substr(0, slash));
    if (!client.is_valid()) return Error{ErrorCode::invalid, "not a URL: " + url};
    client.set_connection_timeout(5);
    client.set_read_timeout(10);
    client.set_write_timeout(10);
    client.set_tcp_nodelay(true);
    client.set_follow_location(false);
    httplib::Request request;
    request.method = "POST";
    request.path = slash == std::string::npos ? "/" : url.substr(slash);
    request.headers.emplace("Content-Type", content_type);
    request.body = body;
    Answer answer;
    bool too_long = false;
    request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t,
                                   std::uint64_t) {
      too_long = answer.body.size() + size > kMaxPostAnswerBytes;
      if (!too_long) answer.body.append(data, size);
      return !too_long;
    };
    if (!enter(client)) return Error{ErrorCode::unavailable, "stopping"};
    const auto result = client.send(request);
    leave(client);
    if (too_long) return Error{ErrorCode::too_large, "an answer of over 64 KiB from " + url};
    if (!result)
      return Error{ErrorCode::unavailable,
                   "no answer from " + url + ": " + httplib::to_string(result.error())};
    answer.status = result->status;
    answer.content_type = result->get_header_value("Content-Type");
    return answer;
  }

  void stop() override {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (httplib::Client* client : clients_) client->stop();
  }

 private:
  bool enter(httplib::Client& client) {
    const std::lock_guard lock(mutex_);
    if (!stopping_) clients_.insert(&client);
    return !stopping_;
  }
  void leave(httplib::Client& client) {
    const std::lock_guard lock(mutex_);
    clients_.erase(&client);
  }

  std::mutex mutex_;
  std::set<httplib::Client*> clients_;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<PostPort> http_post() { return std::make_unique<HttpPost>(); }

}  // namespace recourse
