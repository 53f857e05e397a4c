#include "engine/ledger/proof_text.h"

#include <charconv>

namespace recourse {
namespace {

constexpr std::size_t kMaxHashes = 256;

}  // namespace

Result<std::string_view> LineReader::line() {
  const std::size_t end = rest_.find('\n');
  if (end == rest_.npos) return Error{ErrorCode::invalid, "the text ends too early"};
  const std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return line;
}

Result<std::vector<Hash>> LineReader::hashes() {
  std::vector<Hash> hashes;
  while (true) {
    RECOURSE_LET(const std::string_view text, line());
    if (text.empty()) return hashes;
    if (hashes.size() == kMaxHashes) return Error{ErrorCode::invalid, "more hashes than any proof"};
    RECOURSE_LET(const Hash hash, hash_from_base64(text));
    hashes.push_back(hash);
  }
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || (text[0] == '0' && text != "0"))
    return Error{ErrorCode::invalid, "not a decimal number without leading zeros"};
  return value;
}

void append_hash_lines(std::string& out, std::span<const Hash> hashes) {
  for (const Hash& hash : hashes) out.append(to_base64(as_text(hash))).append("\n");
}

}  // namespace recourse
