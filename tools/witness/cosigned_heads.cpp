#include "tools/witness/cosigned_heads.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/ledger/ledger_info.h"
#include "engine/ledger/proof_text.h"

namespace recourse::witness {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader = "recourse/witness@v1";
constexpr std::string_view kSum = "sum ";

std::string sum_line(std::string_view text) {
  std::string sum;
  put_u64(sum, checksum(text));
  return std::string(kSum) + to_hex(sum) + "\n";
}

std::string text_of(const std::map<std::string, CosignedHeads::Head>& heads) {
  std::string text = std::string(kHeader) + "\n";
  for (const auto& [origin, head] : heads)
    text.append(origin).append(" ").append(to_base64(head.note)).append("\n");
  return text + sum_line(text);
}

/// Beside the file, since that is replaced at each step.
fs::path lock_path(const fs::path& path) { return path.string() + ".lock"; }

}  // namespace

Result<CosignedHeads> CosignedHeads::open(const fs::path& path) {
  RECOURSE_LET(OpenFile lock, OpenFile::open(lock_path(path), O_RDWR | O_CREAT));
  if (::flock(lock.descriptor(), LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::locked, "another witness uses " + path.string()};
  CosignedHeads heads(path, std::move(lock));
  const Result<std::string> read = read_file(path);
  if (!read && read.error().code == ErrorCode::not_found) return heads;
  if (!read) return read.error();
  const std::string& text = *read;
  const Error damaged{ErrorCode::corrupt, "the memory of the witness is damaged: " + path.string() +
                                              "; restore a copy that is not older than its last "
                                              "answer, or begin anew with a new key and name"};
  if (text.starts_with("recourse/witness@") && !text.starts_with(std::string(kHeader) + "\n"))
    return Error{ErrorCode::unsupported, path.string() + " was written by a newer program"};
  const std::size_t last = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
  if (last == text.npos || text.substr(last + 1) != sum_line(text.substr(0, last + 1)))
    return damaged;
  LineReader reader(std::string_view(text).substr(0, last + 1));
  const auto header = reader.line();
  if (!header || *header != kHeader) return damaged;
  while (!reader.rest().empty()) {
    const auto line = reader.line();
    const std::size_t space = line ? line->find(' ') : std::string_view::npos;
    if (!line || space == line->npos) return damaged;
    const auto note = from_base64(line->substr(space + 1));
    if (!note) return damaged;
    const auto signed_note = parse_note(*note);
    const auto head = signed_note
                          ? parse_checkpoint_text(signed_note->text, ExtensionLines::ignored)
                          : Result<Checkpoint>(signed_note.error());
    if (!head || head->origin != line->substr(0, space)) return damaged;
    heads.heads_[head->origin] = {*head, *note};
  }
  return heads;
}

const CosignedHeads::Head* CosignedHeads::find(const std::string& origin) const {
  const auto found = heads_.find(origin);
  return found == heads_.end() ? nullptr : &found->second;
}

bool CosignedHeads::has_later(std::string_view origin) const {
  return std::any_of(heads_.begin(), heads_.end(),
                     [&](const auto& one) { return may_follow(origin, one.first); });
}

Status CosignedHeads::keep(Head head) {
  auto next = heads_;
  const std::string origin = head.checkpoint.origin;
  next[origin] = std::move(head);
  RECOURSE_TRY(replace_file(path_, text_of(next)));
  heads_ = std::move(next);
  return {};
}

Status CosignedHeads::keep_contradiction(const Head& before, const std::string& note) {
  const fs::path path =
      path_.string() + ".fork-" + to_hex(as_text(sha256(before.checkpoint.origin))).substr(0, 16);
  std::error_code error;
  if (fs::exists(path, error)) return {};
  return replace_file(path, before.note + "\n\n" + note);
}

}  // namespace recourse::witness
