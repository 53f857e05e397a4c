#include "engine/privacy/kek.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "RCSKEK1\n";
constexpr std::size_t kEpochAt = 8;
constexpr std::size_t kKeyAt = 16;
constexpr std::size_t kChecksumAt = 48;
constexpr std::size_t kFileSize = 56;

/// A file descriptor that closes itself.
class File {
 public:
  File(const fs::path& path, int flags, mode_t mode = 0)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error failed(std::string_view what, const fs::path& path) {
  const int error = errno;
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::disk_full
                         : error == EACCES                  ? ErrorCode::forbidden
                                                            : ErrorCode::io;
  return {code, "cannot " + std::string(what) + " the key file " + path.string() + ": " +
                    std::strerror(error)};
}

Status sync_directory_of(const fs::path& path) {
  const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const File directory(parent, O_RDONLY | O_DIRECTORY);
  if (!directory || ::fsync(directory.get()) != 0) return failed("sync the directory of", path);
  return {};
}

Status write_all(const File& file, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) return failed("sync", path);
  return {};
}

std::string encode(const Kek& kek) {
  std::string bytes(kMagic);
  put_u64(bytes, kek.epoch);
  bytes.append(kek.key.view());
  put_u64(bytes, checksum(bytes));
  return bytes;
}

Result<Kek> decode(std::string_view bytes, const fs::path& path) {
  if (bytes.size() != kFileSize || bytes.substr(0, kMagic.size()) != kMagic)
    return Error{ErrorCode::invalid, "not a key file: " + path.string() + " should have " +
                                         std::to_string(kFileSize) +
                                         " bytes and begin with RCSKEK1"};
  if (get_u64(bytes.substr(kChecksumAt)) != checksum(bytes.substr(0, kChecksumAt)))
    return Error{ErrorCode::corrupt, "the key file " + path.string() +
                                         " is damaged: restore it from the custodians' copy"};
  return Kek{get_u64(bytes.substr(kEpochAt)), Key(bytes.substr(kKeyAt, 32))};
}

}  // namespace

Result<Kek> read_kek(const fs::path& path) {
  const File file(path, O_RDONLY);
  if (!file && errno == ENOENT)
    return Error{ErrorCode::not_found, "there is no key file " + path.string() +
                                           ": name it, or restore it from the custodians' copy"};
  if (!file) return failed("open", path);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return failed("look at", path);
  if (!S_ISREG(about.st_mode))
    return Error{ErrorCode::invalid, "not a key file: " + path.string() + " is no regular file"};
  if ((about.st_mode & 0077) != 0)
    return Error{ErrorCode::forbidden, "others than its owner may use the key file " +
                                           path.string() + ": run chmod 600 on it"};
  std::string bytes(kFileSize + 1, '\0');  // One more, to see that the file is too long.
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  Result<Kek> kek = decode(std::string_view(bytes).substr(0, size), path);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return kek;
}

Result<Kek> create_kek(const fs::path& path, std::uint64_t epoch, Random& random) {
  Kek kek;
  kek.epoch = epoch;
  random.fill(kek.key.fill());
  // Written beside and linked into place: the name never stands for half a key, nor replaces one.
  const fs::path draft = path.string() + ".draft";
  ::unlink(draft.c_str());
  {
    const File file(draft, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (!file) return failed("create", draft);
    std::string bytes = encode(kek);
    const Status written = write_all(file, bytes, draft);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (!written) {
      ::unlink(draft.c_str());
      return written.error();
    }
  }
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0;
  const Error error =
      linked || errno != EEXIST
          ? failed("create", path)
          : Error{ErrorCode::conflict, "the key file " + path.string() + " exists already"};
  ::unlink(draft.c_str());
  if (!linked) return error;
  RECOURSE_TRY(sync_directory_of(path));
  return kek;
}

Status replace_kek(const fs::path& path, const fs::path& next) {
  RECOURSE_TRY(read_kek(next));
  // The next file is whole and synced: overwriting the old one before the rename loses nothing, a
  // crash between the two is mended by calling this again.
  if (const File old(path, O_WRONLY); old)
    RECOURSE_TRY(write_all(old, std::string(kFileSize, '\0'), path));
  if (::rename(next.c_str(), path.c_str()) != 0) return failed("replace", path);
  return sync_directory_of(path);
}

}  // namespace recourse
