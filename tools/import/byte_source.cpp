#include "tools/import/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace recourse {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
constexpr std::size_t kShownOfLongLine = 1024;
constexpr unsigned char kGzipMagic1 = 0x1f;
constexpr unsigned char kGzipMagic2 = 0x8b;

std::string system_text(int error) {
  return std::error_code(error, std::generic_category()).message();
}

}  // namespace

class ByteSource::Stream {
 public:
  Stream(std::filesystem::path path, int fd, std::uint64_t total)
      : path_(std::move(path)), fd_(fd), total_(total), input_(kChunkBytes) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    if (inflating_) inflateEnd(&zlib_);
    ::close(fd_);
  }

  Status start();
  Result<bool> read_line(std::string& line);

  std::filesystem::path path_;
  std::uint64_t line_number_ = 0;
  std::uint64_t total_read_ = 0;

  std::uint64_t total() const { return total_; }

 private:
  enum class Member { inside, between };

  Status fill_input();
  Status fill_text();
  Status inflate_some();
  bool next_member();
  Error damaged(std::string_view what) const;

  int fd_;
  std::uint64_t total_;
  std::vector<char> input_;
  std::size_t input_begin_ = 0;  // unread bytes of the file: [input_begin_, input_end_)
  std::size_t input_end_ = 0;
  bool input_over_ = false;

  bool inflating_ = false;
  Member member_ = Member::inside;
  z_stream zlib_{};
  std::vector<char> inflated_;

  std::string_view text_;  // decoded bytes not yet returned, in inflated_ or in input_
  bool text_over_ = false;
  std::optional<Error> failed_;
};

Error ByteSource::Stream::damaged(std::string_view what) const {
  const std::uint64_t at = total_read_ - (input_end_ - input_begin_);
  return Error{ErrorCode::invalid,
               path_.string() + ": " + std::string(what) + " at byte " + std::to_string(at) +
                   "; the " + std::to_string(line_number_) +
                   " lines before are whole, fetch the file again for the rest"};
}

Status ByteSource::Stream::fill_input() {
  input_begin_ = 0;
  input_end_ = 0;
  while (true) {
    const ssize_t got = ::read(fd_, input_.data(), input_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{ErrorCode::io, path_.string() + ": cannot be read: " + system_text(errno)};
    }
    input_end_ = static_cast<std::size_t>(got);
    total_read_ += input_end_;
    input_over_ = got == 0;
    return {};
  }
}

Status ByteSource::Stream::start() {
  RECOURSE_TRY(fill_input());
  // A pipe may give a single byte first: the magic needs two.
  while (input_end_ == 1 && !input_over_) {
    const ssize_t got = ::read(fd_, input_.data() + 1, input_.size() - 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{ErrorCode::io, path_.string() + ": cannot be read: " + system_text(errno)};
    }
    if (got == 0) break;
    input_end_ += static_cast<std::size_t>(got);
    total_read_ += static_cast<std::size_t>(got);
  }
  if (input_end_ == 0) return {};
  const bool gzip = static_cast<unsigned char>(input_[0]) == kGzipMagic1 &&
                    (input_end_ == 1 || static_cast<unsigned char>(input_[1]) == kGzipMagic2);
  if (!gzip) {
    text_ = {input_.data(), input_end_};
    input_begin_ = input_end_;
    return {};
  }
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&zlib_, kGzipOnly) != Z_OK) {
    return Error{ErrorCode::io, path_.string() + ": no memory to unpack it"};
  }
  inflating_ = true;
  inflated_.resize(kChunkBytes);
  return {};
}

/// Whether another gzip member follows; what follows the last one must be nothing or zero padding.
bool ByteSource::Stream::next_member() {
  while (input_begin_ < input_end_ && input_[input_begin_] == 0) ++input_begin_;
  return input_begin_ < input_end_;
}

Status ByteSource::Stream::inflate_some() {
  while (true) {
    if (input_begin_ == input_end_ && !input_over_) RECOURSE_TRY(fill_input());
    if (member_ == Member::between) {
      if (!next_member()) {
        if (!input_over_) continue;
        text_over_ = true;
        return {};
      }
      if (static_cast<unsigned char>(input_[input_begin_]) != kGzipMagic1) {
        return damaged("bytes that are not gzip follow the gzip stream");
      }
      inflateReset(&zlib_);
      member_ = Member::inside;
    }
    zlib_.next_in = reinterpret_cast<Bytef*>(input_.data() + input_begin_);
    zlib_.avail_in = static_cast<uInt>(input_end_ - input_begin_);
    zlib_.next_out = reinterpret_cast<Bytef*>(inflated_.data());
    zlib_.avail_out = static_cast<uInt>(inflated_.size());
    const int outcome = ::inflate(&zlib_, Z_NO_FLUSH);
    input_begin_ = input_end_ - zlib_.avail_in;
    text_ = {inflated_.data(), inflated_.size() - zlib_.avail_out};
    if (outcome == Z_STREAM_END) {
      member_ = Member::between;
    } else if (outcome != Z_OK && outcome != Z_BUF_ERROR) {
      Error error = damaged("the gzip stream is damaged");
      if (text_.empty()) return error;
      // What came out before the damage is still returned first.
      failed_ = std::move(error);
      return {};
    }
    if (!text_.empty()) return {};
    // Only now: zlib may hold output back after the last byte of the file was given to it.
    if (input_over_ && member_ == Member::inside) return damaged("the gzip stream is cut");
  }
}

Status ByteSource::Stream::fill_text() {
  if (failed_) return *failed_;
  if (inflating_) return inflate_some();
  RECOURSE_TRY(fill_input());
  text_ = {input_.data(), input_end_};
  input_begin_ = input_end_;
  text_over_ = input_over_;
  return {};
}

Result<bool> ByteSource::Stream::read_line(std::string& line) {
  line.clear();
  bool any = false;
  bool too_long = false;
  while (true) {
    if (text_.empty() && !text_over_) {
      if (auto filled = fill_text(); !filled) {
        failed_ = filled.error();
        line.clear();
        return *failed_;
      }
    }
    if (text_.empty() && text_over_) break;
    any = true;
    const void* found = std::memchr(text_.data(), '\n', text_.size());
    const std::size_t length =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - text_.data())
              : text_.size();
    if (!too_long && line.size() + length > kMaxLineBytes) {
      too_long = true;
      line.append(text_.substr(0, length));
      line.resize(kShownOfLongLine);
    } else if (!too_long) {
      line.append(text_.substr(0, length));
    }
    text_.remove_prefix(found ? length + 1 : length);
    if (found) break;
  }
  if (!any) return false;
  ++line_number_;
  if (too_long) {
    return Error{ErrorCode::too_large, path_.string() + ": line " + std::to_string(line_number_) +
                                           " is longer than " + std::to_string(kMaxLineBytes) +
                                           " bytes"};
  }
  return true;
}

Result<ByteSource> ByteSource::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR) {
      return Error{ErrorCode::not_found, path.string() + ": no such file"};
    }
    return Error{ErrorCode::io, path.string() + ": cannot be opened: " + system_text(error)};
  }
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd);
    return Error{ErrorCode::invalid, path.string() + ": is a directory, name a file in it"};
  }
  const bool sized = S_ISREG(status.st_mode) && status.st_size > 0;
  auto stream = std::make_unique<Stream>(
      path, fd, sized ? static_cast<std::uint64_t>(status.st_size) : std::uint64_t{0});
  RECOURSE_TRY(stream->start());
  return ByteSource(std::move(stream));
}

ByteSource::ByteSource(std::unique_ptr<Stream> stream) : stream_(std::move(stream)) {}
ByteSource::ByteSource(ByteSource&&) noexcept = default;
ByteSource& ByteSource::operator=(ByteSource&&) noexcept = default;
ByteSource::~ByteSource() = default;

Result<bool> ByteSource::read_line(std::string& line) { return stream_->read_line(line); }
std::uint64_t ByteSource::line_number() const { return stream_->line_number_; }
std::uint64_t ByteSource::bytes_read() const { return stream_->total_read_; }
std::uint64_t ByteSource::bytes_total() const { return stream_->total(); }
const std::filesystem::path& ByteSource::path() const { return stream_->path_; }

}  // namespace recourse
