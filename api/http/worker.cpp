#include "api/http/worker.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/post.hpp>
#include <ctime>
#include <utility>

#include "api/http/connection.h"

namespace recourse::http {
namespace {

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::chrono::milliseconds kTick{100};

std::string http_date(std::time_t second) {
  // Not strftime: its names follow the locale.
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&second, &parts);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                     kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

/// A source whose answer nobody can receive any more.
void abandon(std::optional<Response>& response) {
  if (response && response->stream) response->stream->closed();
}

}  // namespace

Worker::Worker(std::shared_ptr<ServerState> server)
    : server_(std::move(server)), scratch_(kScratchBytes, '\0') {}

Worker::~Worker() = default;

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::run() {
  thread_id_ = std::this_thread::get_id();
  tick();
  for (;;) {
    try {
      context_.run();
      return;
    } catch (const std::exception& failure) {
      // Only memory can run out here; the other connections go on.
      spdlog::error("http: an I/O thread caught: {}", failure.what());
    }
  }
}

void Worker::tick() {
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (failure) return;
    const auto now = std::chrono::steady_clock::now();
    for (auto next = connections_.begin(); next != connections_.end();) {
      const std::shared_ptr<Connection> connection = *next++;  // check() may forget it
      connection->check(now);
    }
    tick();
  });
}

void Worker::adopt(boost::asio::ip::tcp::socket socket, bool over_limit) {
  boost::asio::post(context_, [this, over_limit, taken = std::move(socket)]() mutable {
    auto connection = std::make_shared<Connection>(*this, std::move(taken));
    connections_.insert(connection);
    if (over_limit) {
      connection->refuse();
    } else {
      connection->start();
    }
  });
}

void Worker::drain() {
  boost::asio::post(context_, [this] {
    for (auto next = connections_.begin(); next != connections_.end();) {
      const std::shared_ptr<Connection> connection = *next++;
      connection->drain();
    }
  });
}

void Worker::finish() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    while (!connections_.empty()) {
      const std::shared_ptr<Connection> connection = *connections_.begin();
      connection->close();
    }
    timer_.cancel();
    // Behind the handlers that closing has just called off: they hold sockets, also of others.
    boost::asio::post(context_, [this] { context_.stop(); });
  });
  thread_.join();
  std::vector<Mail> undelivered;
  {
    const std::lock_guard lock(mutex_);
    open_ = false;
    undelivered.swap(mail_);
  }
  for (Mail& mail : undelivered) abandon(mail.response);
}

void Worker::post(std::weak_ptr<Connection> to, std::uint64_t serial,
                  std::optional<Response> response) {
  {
    const std::lock_guard lock(mutex_);
    if (open_) {
      mail_.push_back({std::move(to), serial, std::move(response)});
      // One wake-up for many answers: the writer's callback gives them a batch at a time.
      if (mail_.size() == 1) boost::asio::post(context_, [this] { deliver_mail(); });
      return;
    }
  }
  abandon(response);
}

void Worker::deliver_mail() {
  std::vector<Mail> mail;
  {
    const std::lock_guard lock(mutex_);
    mail.swap(mail_);
  }
  for (Mail& one : mail) {
    const std::shared_ptr<Connection> connection = one.to.lock();
    if (!connection) {
      abandon(one.response);
    } else if (one.response) {
      connection->answer(one.serial, std::move(*one.response));
    } else {
      connection->wake();
    }
  }
}

const std::string& Worker::date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_ = http_date(now);
    date_second_ = now;
  }
  return date_;
}

void Worker::forget(const std::shared_ptr<Connection>& connection) {
  if (connections_.erase(connection) > 0) server_->open.fetch_sub(1);
}

}  // namespace recourse::http
