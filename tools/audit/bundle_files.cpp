#include "tools/audit/bundle_files.h"

#include <openssl/evp.h>

#include <memory>

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxSmallFileBytes = std::uintmax_t{1} << 24;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

Error bad_file(const std::string& what) { return {ErrorCode::invalid, what}; }
Error unreadable(const fs::path& path) { return {ErrorCode::io, "cannot read " + path.string()}; }

/// Errors: invalid when there is no such file; io.
Result<std::ifstream> open_file(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return bad_file("missing: " + path.filename().string());
  std::ifstream in(path, std::ios::binary);
  if (!in) return unreadable(path);
  return in;
}

/// Appends up to a piece; false at the end. Errors: io.
Result<bool> append_piece(std::ifstream& in, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + kPieceBytes);
  in.read(out.data() + before, static_cast<std::streamsize>(kPieceBytes));
  const auto got = static_cast<std::size_t>(in.gcount());
  out.resize(before + got);
  if (in.bad()) return Error{ErrorCode::io, "a file of the bundle cannot be read"};
  return got > 0;
}

}  // namespace

Result<std::set<std::string>> BundleFiles::paths() const {
  std::set<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(root_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().lexically_relative(root_).generic_string();
    std::error_code ignored;
    if (entry->is_symlink(ignored)) return bad_file("a link: " + path);
    if (!entry->is_directory(ignored)) found.insert(path);
  }
  if (error) return unreadable(root_);
  return found;
}

Result<std::string> BundleFiles::read(const std::string& path) const {
  RECOURSE_LET(std::ifstream in, open_file(at(path)));
  std::error_code error;
  if (fs::file_size(at(path), error) > kMaxSmallFileBytes) return bad_file("too big: " + path);
  std::string bytes;
  while (true) {
    RECOURSE_LET(const bool more, append_piece(in, bytes));
    if (!more) return bytes;
  }
}

Result<BundleFiles::Digest> BundleFiles::digest(
    const std::string& path, const std::function<Status(std::string_view)>& look) const {
  RECOURSE_LET(std::ifstream in, open_file(at(path)));
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  bool hashed = context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  Digest digest;
  std::string piece;
  while (true) {
    piece.clear();
    RECOURSE_LET(const bool more, append_piece(in, piece));
    if (!more) break;
    digest.size += piece.size();
    hashed = hashed && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    if (look) RECOURSE_TRY(look(piece));
  }
  hashed = hashed && EVP_DigestFinal_ex(context.get(), digest.sha256.data(), nullptr) == 1;
  RECOURSE_ASSERT(hashed, "OpenSSL computes SHA-256");
  return digest;
}

Result<BundleLines> BundleLines::open(const fs::path& path, std::size_t max_bytes) {
  RECOURSE_LET(std::ifstream in, open_file(path));
  return BundleLines(std::move(in), max_bytes);
}

Result<std::optional<std::string_view>> BundleLines::next() {
  std::size_t searched = at_;
  while (true) {
    const std::size_t end = buffer_.find('\n', searched);
    const std::size_t length = (end == buffer_.npos ? buffer_.size() : end) - at_;
    if (length > max_bytes_) return bad_file("a line that is too long");
    if (end != buffer_.npos) {
      const std::string_view line = std::string_view(buffer_).substr(at_, length);
      at_ = end + 1;
      return std::optional(line);
    }
    buffer_.erase(0, at_);
    at_ = 0;
    searched = buffer_.size();
    RECOURSE_LET(const bool more, append_piece(in_, buffer_));
    if (more) continue;
    if (!buffer_.empty()) return bad_file("a last line that was cut short");
    return std::optional<std::string_view>();
  }
}

}  // namespace recourse
