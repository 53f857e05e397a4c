#include "api/integrations/unix_head_signer.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/witness/signing_text.h"

namespace recourse {
namespace {

constexpr time_t kPatienceSeconds = 10;

class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection() {
    if (socket_ >= 0) ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int socket() const { return socket_; }

 private:
  int socket_;
};

class UnixHeadSigner final : public HeadSigner {
 public:
  explicit UnixHeadSigner(std::string path) : path_(std::move(path)) {}

  Result<std::vector<Ed25519PublicKey>> keys() override {
    RECOURSE_LET(const std::string body, ask(kAskKeys));
    return parse_keys_body(body);
  }

  Result<SignerState> signed_heads() override {
    RECOURSE_LET(const std::string body, ask(kAskHeads));
    return SignerState::parse(body);
  }

  Result<std::vector<std::string>> sign(std::span<const HeadToSign> heads) override {
    RECOURSE_LET(const std::string body, ask(sign_request(heads)));
    RECOURSE_LET(std::vector<std::string> lines, parse_lines_body(body));
    if (lines.size() != heads.size()) return silent("it signed other heads");
    return lines;
  }

 private:
  Error silent(const std::string& why) const {
    return {ErrorCode::unavailable, "the signer at unix:" + path_ + " does not answer: " + why};
  }

  Result<std::string> ask(std::string_view request) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return silent("its path is too long");
    std::memcpy(address.sun_path, path_.data(), path_.size());
    const Connection connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{kPatienceSeconds, 0};
    ::setsockopt(connection.socket(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(connection.socket(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(connection.socket(), reinterpret_cast<const sockaddr*>(&address),
                  sizeof address) != 0)
      return silent(std::strerror(errno));
    while (!request.empty()) {
      const ssize_t sent =
          ::send(connection.socket(), request.data(), request.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return silent(std::strerror(errno));
      request.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::shutdown(connection.socket(), SHUT_WR);
    RECOURSE_LET(const std::string answer, read_all(connection));
    return parse_signing_answer(answer);
  }

  Result<std::string> read_all(const Connection& connection) const {
    std::string answer;
    std::array<char, 16384> buffer;
    while (answer.size() <= kMaxSigningBytes) {
      const ssize_t got = ::recv(connection.socket(), buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return silent(std::strerror(errno));
      if (got == 0) return answer;
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return silent("its answer is too long");
  }

  const std::string path_;
};

}  // namespace

std::unique_ptr<HeadSigner> unix_head_signer(std::string path) {
  return std::make_unique<UnixHeadSigner>(std::move(path));
}

}  // namespace recourse
