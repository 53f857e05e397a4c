#include "engine/witness/add_checkpoint.h"

#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr std::string_view kOld = "old ";

Error malformed(const char* what) { return {ErrorCode::invalid, what}; }

}  // namespace

std::string add_checkpoint_text(const AddCheckpoint& request) {
  std::string text(kOld);
  text.append(std::to_string(request.old_size)).append("\n");
  append_hash_lines(text, request.proof);
  return text.append("\n").append(request.note);
}

Result<AddCheckpoint> parse_add_checkpoint(std::string_view body) {
  if (body.size() > kMaxAddCheckpointBytes)
    return Error{ErrorCode::too_large, "a request over 64 KiB"};
  LineReader reader(body);
  AddCheckpoint request;
  RECOURSE_LET(const std::string_view first, reader.line());
  if (!first.starts_with(kOld)) return malformed("the first line is `old` and a size");
  RECOURSE_LET(request.old_size, parse_size(first.substr(kOld.size())));
  RECOURSE_LET(request.proof, reader.hashes());
  if (request.proof.size() > kMaxProofLines) return malformed("more than 63 lines of proof");
  request.note = reader.rest();
  RECOURSE_TRY(parse_note(request.note));
  return request;
}

Result<std::uint64_t> parse_tlog_size(std::string_view body) {
  if (!body.ends_with('\n')) return malformed("a size ends with a line feed");
  return parse_size(body.substr(0, body.size() - 1));
}

Status check_continues(std::uint64_t old_size, const Hash& old_root, const Checkpoint& head,
                       std::span<const Hash> proof) {
  RECOURSE_ASSERT(old_size <= head.size, "a tree is not shorter than how it begins");
  if (old_size == 0)
    return proof.empty() ? Status() : malformed("a proof from size 0, which proves nothing");
  if (old_size == head.size && old_root != head.root)
    return Error{ErrorCode::conflict, "another root at the same size"};
  return verify_consistency(old_size, head.size, old_root, head.root, proof);
}

}  // namespace recourse
