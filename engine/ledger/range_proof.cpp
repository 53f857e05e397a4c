#include "engine/ledger/range_proof.h"

#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr std::string_view kRangeHeader = "recourse/range@v1";
constexpr std::string_view kRange = "range ";

Result<std::vector<Hash>> hashes_of(const std::vector<Subtree>& subtrees,
                                    const HashSource& source) {
  std::vector<Hash> hashes;
  for (const Subtree& subtree : subtrees) {
    RECOURSE_LET(const Hash hash, source.hash(subtree.level, subtree.index));
    hashes.push_back(hash);
  }
  return hashes;
}

}  // namespace

Result<RangeProof> range_proof(std::uint64_t start, std::uint64_t end, std::string note,
                               const HashSource& source) {
  RangeProof proof;
  proof.start = start;
  proof.end = end;
  proof.note = std::move(note);
  RECOURSE_LET(proof.head, peek_checkpoint(proof.note));
  if (start > end || end > proof.head.size) return bad_proof("the tree has no such range");
  RECOURSE_LET(proof.left, hashes_of(cover(0, start), source));
  RECOURSE_LET(proof.right, hashes_of(cover(end, proof.head.size), source));
  return proof;
}

std::string range_proof_text(const RangeProof& proof) {
  std::string text(kRangeHeader);
  text.append("\n").append(kRange).append(std::to_string(proof.start)).append(" ");
  text.append(std::to_string(proof.end)).append(" ");
  text.append(std::to_string(proof.head.size)).append("\n");
  append_hash_lines(text, proof.left);
  text.append("\n");
  append_hash_lines(text, proof.right);
  return text.append("\n").append(proof.note);
}

Result<RangeProof> parse_range_proof(std::string_view text) {
  LineReader reader(text);
  RangeProof proof;
  RECOURSE_LET(const std::string_view header, reader.line());
  if (header != kRangeHeader) return bad_proof("not a range proof of version 1");
  RECOURSE_LET(const std::string_view range, reader.line());
  const std::size_t last_space = range.rfind(' ');
  const std::size_t middle_space = last_space == range.npos || last_space <= kRange.size()
                                       ? range.npos
                                       : range.rfind(' ', last_space - 1);
  if (!range.starts_with(kRange) || middle_space == range.npos || middle_space < kRange.size())
    return bad_proof("a range proof names start, end and size");
  RECOURSE_LET(proof.start, parse_size(range.substr(kRange.size(), middle_space - kRange.size())));
  RECOURSE_LET(proof.end,
               parse_size(range.substr(middle_space + 1, last_space - middle_space - 1)));
  RECOURSE_LET(const std::uint64_t size, parse_size(range.substr(last_space + 1)));
  if (proof.start > proof.end || proof.end > size)
    return bad_proof("start, end and size must ascend");
  RECOURSE_LET(proof.left, reader.hashes());
  RECOURSE_LET(proof.right, reader.hashes());
  if (proof.left.size() != cover(0, proof.start).size() ||
      proof.right.size() != cover(proof.end, size).size())
    return bad_proof("a range proof with too many or too few hashes");
  proof.note = reader.rest();
  RECOURSE_LET(proof.head, peek_checkpoint(proof.note));
  if (proof.head.size != size) return bad_proof("the checkpoint is of another size");
  return proof;
}

RangeFold::RangeFold(const RangeProof& proof)
    : next_(proof.start),
      end_(proof.end),
      right_subtrees_(cover(proof.end, proof.head.size)),
      right_(proof.right),
      head_root_(proof.head.root) {
  const std::vector<Subtree> left = cover(0, proof.start);
  RECOURSE_ASSERT(left.size() == proof.left.size() && right_subtrees_.size() == right_.size(),
                  "a range proof has the hashes of its covers");
  for (std::size_t i = 0; i < left.size(); ++i) push(left[i], proof.left[i]);
  root_at_start_ = folded();
}

void RangeFold::push(const Subtree& subtree, const Hash& hash) {
  stack_.push_back({subtree, hash});
  while (stack_.size() >= 2) {
    const Node& upper = stack_[stack_.size() - 1];
    const Node& lower = stack_[stack_.size() - 2];
    // The covers leave no gap, so neighbours on the stack are neighbours in the tree; they are
    // siblings when the lower one is a left child.
    const bool siblings =
        lower.subtree.level == upper.subtree.level && lower.subtree.index % 2 == 0;
    if (!siblings) return;
    const Node parent{{lower.subtree.level + 1, lower.subtree.index / 2},
                      node_hash(lower.hash, upper.hash)};
    stack_.pop_back();
    stack_.back() = parent;
  }
}

Hash RangeFold::folded() const {
  if (stack_.empty()) return empty_root();
  Hash hash = stack_.back().hash;
  for (std::size_t i = stack_.size() - 1; i-- > 0;) hash = node_hash(stack_[i].hash, hash);
  return hash;
}

void RangeFold::add(const Hash& leaf) {
  // One too many is remembered, not folded: finish refuses.
  if (next_ < end_) push({0, next_}, leaf);
  if (next_ <= end_) ++next_;
}

Status RangeFold::finish() {
  if (next_ != end_) return bad_proof("the range has another number of leaves");
  for (std::size_t i = 0; i < right_.size(); ++i) push(right_subtrees_[i], right_[i]);
  right_.clear();
  if (folded() != head_root_) return bad_proof("the leaves do not lead to the checkpoint's root");
  return {};
}

Result<VerifiedRange> verify_range(std::string_view text, std::span<const Hash> leaves,
                                   std::span<const NoteKey> known) {
  RECOURSE_LET(const RangeProof proof, parse_range_proof(text));
  VerifiedRange verified;
  RECOURSE_LET(verified.head, verify_checkpoint(proof.note, known));
  RangeFold fold(proof);
  for (const Hash& leaf : leaves) fold.add(leaf);
  RECOURSE_TRY(fold.finish());
  verified.root_at_start = fold.root_at_start();
  return verified;
}

}  // namespace recourse
