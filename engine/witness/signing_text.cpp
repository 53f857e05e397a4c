#include "engine/witness/signing_text.h"

#include <algorithm>

#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr std::string_view kSign = "sign ";
constexpr std::string_view kOldSize = "old ";
constexpr std::string_view kOk = "ok\n";
constexpr std::string_view kRefused = "refused ";
constexpr std::string_view kFailed = "failed ";

Error nonsense(const char* what) { return {ErrorCode::invalid, what}; }

Result<Checkpoint> read_head(LineReader& reader) {
  Checkpoint head;
  RECOURSE_LET(const std::string_view origin, reader.line());
  RECOURSE_LET(const std::string_view size, reader.line());
  RECOURSE_LET(const std::string_view root, reader.line());
  if (!is_note_key_name(origin)) return nonsense("a head without an origin");
  head.origin = origin;
  RECOURSE_LET(head.size, parse_size(size));
  RECOURSE_LET(head.root, hash_from_base64(root));
  return head;
}

}  // namespace

std::string sign_request(std::span<const HeadToSign> heads) {
  std::string text = std::string(kSign) + std::to_string(heads.size()) + "\n";
  for (const HeadToSign& head : heads) {
    text.append(kOldSize).append(std::to_string(head.old_size)).append("\n");
    append_hash_lines(text, head.proof);
    text.append("\n").append(checkpoint_text(head.head));
  }
  return text;
}

Result<std::vector<HeadToSign>> parse_sign_request(std::string_view request) {
  LineReader reader(request);
  RECOURSE_LET(const std::string_view first, reader.line());
  if (!first.starts_with(kSign)) return nonsense("a request of another kind");
  RECOURSE_LET(const std::uint64_t count, parse_size(first.substr(kSign.size())));
  std::vector<HeadToSign> heads;
  for (std::uint64_t i = 0; i < count; ++i) {
    HeadToSign head;
    RECOURSE_LET(const std::string_view old, reader.line());
    if (!old.starts_with(kOldSize)) return nonsense("a head begins with its old size");
    RECOURSE_LET(head.old_size, parse_size(old.substr(kOldSize.size())));
    RECOURSE_LET(head.proof, reader.hashes());
    RECOURSE_LET(head.head, read_head(reader));
    heads.push_back(std::move(head));
  }
  if (!reader.rest().empty()) return nonsense("more than was announced");
  return heads;
}

std::string signing_answer(const Result<std::string>& body) {
  if (body) return std::string(kOk) + *body;
  std::string why = body.error().message;
  std::replace(why.begin(), why.end(), '\n', ' ');
  return std::string(body.error().code == ErrorCode::corrupt ? kRefused : kFailed) + why + "\n";
}

Result<std::string> parse_signing_answer(std::string_view answer) {
  if (answer.starts_with(kOk)) return std::string(answer.substr(kOk.size()));
  if (!answer.ends_with('\n')) return nonsense("an answer that is cut short");
  answer.remove_suffix(1);
  if (answer.starts_with(kRefused))
    return Error{ErrorCode::corrupt, std::string(answer.substr(kRefused.size()))};
  if (answer.starts_with(kFailed))
    return Error{ErrorCode::unavailable, std::string(answer.substr(kFailed.size()))};
  return nonsense("an answer of another kind");
}

std::string keys_body(std::span<const Ed25519PublicKey> keys) {
  std::string text;
  for (const Ed25519PublicKey& key : keys) text.append(to_base64(key.bytes())).append("\n");
  return text;
}

Result<std::vector<Ed25519PublicKey>> parse_keys_body(std::string_view body) {
  LineReader reader(body);
  std::vector<Ed25519PublicKey> keys;
  while (!reader.rest().empty()) {
    RECOURSE_LET(const std::string_view line, reader.line());
    RECOURSE_LET(const std::string bytes, from_base64(line));
    RECOURSE_LET(Ed25519PublicKey key, Ed25519PublicKey::from_bytes(bytes));
    keys.push_back(std::move(key));
  }
  if (keys.empty()) return nonsense("there is no key");
  return keys;
}

std::string lines_body(std::span<const std::string> lines) {
  std::string text;
  for (const std::string& of_one : lines)
    text.append(std::to_string(std::count(of_one.begin(), of_one.end(), '\n')))
        .append("\n")
        .append(of_one);
  return text;
}

Result<std::vector<std::string>> parse_lines_body(std::string_view body) {
  LineReader reader(body);
  std::vector<std::string> lines;
  while (!reader.rest().empty()) {
    RECOURSE_LET(const std::string_view number, reader.line());
    RECOURSE_LET(const std::uint64_t count, parse_size(number));
    std::string of_one;
    for (std::uint64_t i = 0; i < count; ++i) {
      RECOURSE_LET(const std::string_view line, reader.line());
      of_one.append(line).append("\n");
    }
    lines.push_back(std::move(of_one));
  }
  return lines;
}

}  // namespace recourse
