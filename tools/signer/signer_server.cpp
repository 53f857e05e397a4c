#include "tools/signer/signer_server.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/witness/signing_text.h"

namespace recourse::signer {
namespace {

constexpr int kLookMs = 200;
constexpr time_t kPatienceSeconds = 5;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failed(const std::string& what) {
  return {ErrorCode::io, what + ": " + std::strerror(errno)};
}

void answer_one(SigningMemory& memory, const Socket& client) {
  const timeval patience{kPatienceSeconds, 0};
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::string request;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t got = ::recv(client.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || request.size() > kMaxSigningBytes) return;
    if (got == 0) break;
    request.append(buffer.data(), static_cast<std::size_t>(got));
  }
  const std::string answer = memory.answer(request);
  if (!answer.starts_with("ok\n"))
    spdlog::error("{}", std::string_view(answer).substr(0, answer.size() - 1));
  std::string_view left = answer;
  while (!left.empty()) {
    const ssize_t sent = ::send(client.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

Status serve(SigningMemory& memory, const std::string& path, const std::function<void()>& ready,
             const std::function<bool()>& stopped) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    return Error{ErrorCode::invalid, "the path of a socket has 1 to 107 bytes"};
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* const place = reinterpret_cast<const sockaddr*>(&address);
  const Socket listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  {
    // What a killed signer left behind; one that lives is not pushed aside.
    const Socket trial(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(trial.get(), place, sizeof address) == 0)
      return Error{ErrorCode::locked, "somebody listens at " + path};
  }
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0 && S_ISSOCK(about.st_mode)) ::unlink(path.c_str());
  const mode_t before = ::umask(0077);
  const bool bound = ::bind(listener.get(), place, sizeof address) == 0;
  ::umask(before);
  if (!bound) return failed("cannot listen at " + path);
  if (::listen(listener.get(), 16) != 0) return failed("cannot listen at " + path);
  ready();
  while (!stopped()) {
    pollfd waiting{listener.get(), POLLIN, 0};
    if (::poll(&waiting, 1, kLookMs) <= 0) continue;
    const Socket client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (client.get() >= 0) answer_one(memory, client);
  }
  ::unlink(path.c_str());
  return {};
}

}  // namespace recourse::signer
