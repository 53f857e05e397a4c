#include "api/integrations/http_post.h"

#include <httplib.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace recourse {
namespace {

constexpr std::size_t kMaxPostAnswerBytes = 64 * 1024;

/// Ends what `client` does once it takes too long: its own limits begin anew with every byte.
class Deadline {
 public:
  Deadline(httplib::Client& client, std::chrono::milliseconds most)
      : thread_([this, &client, end = std::chrono::steady_clock::now() + most] {
          std::unique_lock lock(mutex_);
          if (wake_.wait_until(lock, end, [this] { return done_; })) return;
          passed_ = true;
          // Again and again, since there may be no connection yet.
          do {
            client.stop();
          } while (!wake_.wait_for(lock, std::chrono::milliseconds(50), [this] { return done_; }));
        }) {}
  ~Deadline() { (void)end(); }

  /// Whether it has passed.
  bool end() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    return passed_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false, passed_ = false;
  std::thread thread_;  ///< Last: it uses all of the others.
};

class HttpPost final : public PostPort {
 public:
  explicit HttpPost(std::chrono::milliseconds most) : most_(most) {}

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
    Deadline deadline(client, most_);
    const auto result = client.send(request);
    const bool late = deadline.end();
    leave(client);
    if (late)
      return Error{ErrorCode::unavailable, "no whole answer from " + url + " in " +
                                               std::to_string(most_.count()) + " ms"};
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

  const std::chrono::milliseconds most_;
  std::mutex mutex_;
  std::set<httplib::Client*> clients_;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<PostPort> http_post(std::chrono::milliseconds most) {
  return std::make_unique<HttpPost>(most);
}

}  // namespace recourse
