#include "engine/ledger/tlog_proof.h"

#include <simdjson.h>

#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr std::string_view kProofHeader = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";
constexpr std::size_t kSequenceDigits = 16;

Status check_leaf_names_its_place(std::string_view leaf, std::uint64_t index,
                                  std::string_view origin) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view sequence;
  std::string_view source;
  if (parser.parse(simdjson::padded_string(leaf)).get(document) != simdjson::SUCCESS ||
      document["sequence"].get(sequence) != simdjson::SUCCESS ||
      document["source"].get(source) != simdjson::SUCCESS) {
    return bad_proof("the leaf is not an event");
  }
  std::string digits = std::to_string(index);
  if (digits.size() < kSequenceDigits) digits.insert(0, kSequenceDigits - digits.size(), '0');
  if (sequence != digits) return bad_proof("the leaf's sequence is not its index");
  if (source != origin) return bad_proof("the leaf belongs to another log");
  return {};
}

}  // namespace

std::string tlog_proof_text(const TlogProof& proof) {
  std::string text(kProofHeader);
  text.append("\n");
  if (proof.extra) text.append(kExtra).append(to_base64(*proof.extra)).append("\n");
  text.append(kIndex).append(std::to_string(proof.index)).append("\n");
  append_hash_lines(text, proof.hashes);
  return text.append("\n").append(proof.note);
}

Result<TlogProof> parse_tlog_proof(std::string_view text) {
  LineReader reader(text);
  TlogProof proof;
  RECOURSE_LET(const std::string_view header, reader.line());
  if (header != kProofHeader) return bad_proof("not a tlog proof of version 1");
  RECOURSE_LET(std::string_view line, reader.line());
  if (line.starts_with(kExtra)) {
    RECOURSE_LET(proof.extra, from_base64(line.substr(kExtra.size())));
    RECOURSE_LET(line, reader.line());
  }
  if (!line.starts_with(kIndex)) return bad_proof("a tlog proof names an index");
  RECOURSE_LET(proof.index, parse_size(line.substr(kIndex.size())));
  RECOURSE_LET(proof.hashes, reader.hashes());
  proof.note = reader.rest();
  RECOURSE_TRY(peek_checkpoint(proof.note));
  return proof;
}

Result<VerifiedLeaf> verify_tlog_proof(std::string_view text, std::span<const NoteKey> known,
                                       std::optional<std::string_view> source) {
  RECOURSE_LET(TlogProof proof, parse_tlog_proof(text));
  if (!proof.extra) return bad_proof("the proof does not carry its leaf");
  RECOURSE_LET(VerifiedCheckpoint head, verify_checkpoint(proof.note, known));
  RECOURSE_TRY(verify_inclusion(leaf_hash(*proof.extra), proof.index, head.checkpoint.size,
                                proof.hashes, head.checkpoint.root));
  RECOURSE_TRY(check_leaf_names_its_place(*proof.extra, proof.index,
                                          source.value_or(head.checkpoint.origin)));
  return VerifiedLeaf{std::move(*proof.extra), proof.index, std::move(head)};
}

}  // namespace recourse
