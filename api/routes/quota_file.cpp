#include "api/routes/quota_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/base/bytes.h"

namespace recourse::routes::served {
namespace {

constexpr std::size_t kRecordBytes = 44;
constexpr std::size_t kHeaderBytes = 64;
constexpr std::string_view kMagic = "recourse throttles 1\n";

std::string header_of(std::string_view boot) {
  std::string bytes(kMagic);
  bytes.append(boot.substr(0, kHeaderBytes - kMagic.size()));
  bytes.resize(kHeaderBytes, '\0');
  return bytes;
}

Error file_error(std::string_view what, const std::string& path) {
  const int cause = errno;
  const bool full = cause == ENOSPC || cause == EDQUOT;
  return {full ? ErrorCode::disk_full : ErrorCode::io,
          std::string(what) + " " + path + ": " + std::strerror(cause)};
}

void append_record(std::string& out, const QuotaRecord& record) {
  std::string bytes(as_text(record.caller));
  put_u64(bytes, static_cast<std::uint64_t>(record.bucket));
  put_u32(bytes, record.window_s);
  put_u32(bytes, record.used);
  put_u32(bytes, record.reserved);
  put_u64(bytes, checksum(bytes));
  out += bytes;
}

bool read_record(std::string_view bytes, QuotaRecord& record) {
  if (get_u64(bytes.substr(36)) != checksum(bytes.substr(0, 36))) return false;
  std::memcpy(record.caller.data(), bytes.data(), record.caller.size());
  record.bucket = static_cast<std::int64_t>(get_u64(bytes.substr(16)));
  record.window_s = get_u32(bytes.substr(24));
  record.used = get_u32(bytes.substr(28));
  record.reserved = get_u32(bytes.substr(32));
  return record.window_s > 0;
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<std::string> read_all(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::string();
  if (file < 0) return file_error("cannot read", path);
  std::string bytes;
  char part[65'536];
  for (;;) {
    const ssize_t got = ::read(file, part, sizeof(part));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Error error = file_error("cannot read", path);
      ::close(file);
      return error;
    }
    if (got == 0) break;
    bytes.append(part, static_cast<std::size_t>(got));
  }
  ::close(file);
  return bytes;
}

void sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int file =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

}  // namespace

std::string_view QuotaFile::boot_id() {
  static const std::string id = [] {
    const auto read = read_all("/proc/sys/kernel/random/boot_id");
    return read ? *read : std::string();
  }();
  return id;
}

Result<QuotaFile> QuotaFile::open(std::string path, std::vector<QuotaRecord>& found,
                                  std::string_view boot) {
  RECOURSE_LET(const std::string bytes, read_all(path));
  if (!bytes.empty() && !bytes.starts_with(kMagic))
    return Error{ErrorCode::unsupported, path + " is no file of throttles that this program knows"};
  QuotaFile file(std::move(path), header_of(boot));
  const bool nothing_lost = !boot.empty() && bytes.starts_with(file.header_);
  for (std::size_t at = kHeaderBytes; at + kRecordBytes <= bytes.size(); at += kRecordBytes) {
    QuotaRecord record;
    if (!read_record(std::string_view(bytes).substr(at, kRecordBytes), record)) continue;
    if (!nothing_lost) record.used = std::max(record.used, record.reserved);
    found.push_back(record);
  }
  RECOURSE_TRY(file.replace(found));
  return file;
}

QuotaFile::QuotaFile(QuotaFile&& other) noexcept
    : path_(std::move(other.path_)),
      header_(std::move(other.header_)),
      file_(std::exchange(other.file_, -1)),
      size_bytes_(other.size_bytes_) {}

QuotaFile& QuotaFile::operator=(QuotaFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(header_, other.header_);
  std::swap(file_, other.file_);
  std::swap(size_bytes_, other.size_bytes_);
  return *this;
}

QuotaFile::~QuotaFile() {
  if (file_ >= 0) ::close(file_);
}

Status QuotaFile::append(std::span<const QuotaRecord> records, bool synced) {
  std::string bytes;
  for (const QuotaRecord& record : records) append_record(bytes, record);
  if (!write_all(file_, bytes)) {
    const Error error = file_error("cannot write", path_);
    // A part of a record would shift all that follow.
    if (::ftruncate(file_, static_cast<off_t>(size_bytes_)) != 0) return error;
    return error;
  }
  size_bytes_ += bytes.size();
  if (synced && ::fdatasync(file_) != 0) return file_error("cannot sync", path_);
  return {};
}

Status QuotaFile::replace(std::span<const QuotaRecord> records) {
  const std::string fresh = path_ + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) return file_error("cannot make", fresh);
  std::string bytes = header_;
  for (const QuotaRecord& record : records) append_record(bytes, record);
  if (!write_all(file, bytes) || ::fdatasync(file) != 0 ||
      ::rename(fresh.c_str(), path_.c_str()) != 0) {
    const Error error = file_error("cannot write", fresh);
    ::close(file);
    ::unlink(fresh.c_str());
    return error;
  }
  sync_folder(path_);
  if (file_ >= 0) ::close(file_);
  file_ = file;
  size_bytes_ = bytes.size();
  return {};
}

}  // namespace recourse::routes::served
