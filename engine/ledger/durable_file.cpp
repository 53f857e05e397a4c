#include "engine/ledger/durable_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace recourse {

Error system_error(std::string_view doing, const std::filesystem::path& path, int error_number) {
  std::array<char, 128> buffer{};
  const ErrorCode code = error_number == ENOSPC || error_number == EDQUOT ? ErrorCode::disk_full
                         : error_number == ENOENT                         ? ErrorCode::not_found
                         : error_number == EACCES                         ? ErrorCode::forbidden
                                                                          : ErrorCode::io;
  return {code, "cannot " + std::string(doing) + " " + path.string() + ": " +
                    ::strerror_r(error_number, buffer.data(), buffer.size())};
}

OpenFile::OpenFile(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

OpenFile::~OpenFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<OpenFile> OpenFile::open(const std::filesystem::path& path, int flags, unsigned mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (descriptor < 0) return system_error("open", path, errno);
  return OpenFile(descriptor, path);
}

Status OpenFile::write_at(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write", path_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status OpenFile::sync() {
  if (::fdatasync(descriptor_) != 0) return system_error("sync", path_, errno);
  return {};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  RECOURSE_LET(const OpenFile file, OpenFile::open(path, O_RDONLY));
  std::string bytes;
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::read(file.descriptor(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read", path, errno);
    if (got == 0) return bytes;
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Status replace_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  {
    RECOURSE_LET(OpenFile file, OpenFile::open(fresh, O_WRONLY | O_CREAT | O_TRUNC));
    RECOURSE_TRY(file.write_at(0, bytes));
    RECOURSE_TRY(file.sync());
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("replace", path, errno);
  return sync_directory(path.parent_path());
}

Status sync_directory(const std::filesystem::path& directory) {
  const std::filesystem::path named = directory.empty() ? "." : directory;
  RECOURSE_LET(const OpenFile file, OpenFile::open(named, O_RDONLY | O_DIRECTORY));
  if (::fsync(file.descriptor()) != 0) return system_error("sync", named, errno);
  return {};
}

}  // namespace recourse
