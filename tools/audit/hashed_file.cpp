#include "tools/audit/hashed_file.h"

#include <fcntl.h>

namespace recourse {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

}  // namespace

HashedFile::HashedFile(OpenFile file) : file_(std::move(file)) {}

Result<HashedFile> HashedFile::create(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored))
    return Error{ErrorCode::conflict, path.string() + " is there already"};
  RECOURSE_LET(OpenFile file, OpenFile::open(path, O_WRONLY | O_CREAT | O_EXCL));
  return HashedFile(std::move(file));
}

Status HashedFile::write(std::string_view bytes) {
  buffer_.append(bytes);
  size_ += bytes.size();
  return buffer_.size() < kBufferBytes ? Status() : flush();
}

Status HashedFile::flush() {
  running_.add(buffer_);
  RECOURSE_TRY(file_.write_at(written_, buffer_));
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Status HashedFile::finish() {
  RECOURSE_TRY(flush());
  digest_ = running_.finish();
  return file_.sync();
}

}  // namespace recourse
