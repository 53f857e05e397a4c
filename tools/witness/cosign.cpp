#include "tools/witness/cosign.h"

#include <algorithm>

#include "engine/ledger/ledger_info.h"
#include "engine/witness/add_checkpoint.h"

namespace recourse::witness {
namespace {

Decision refuse(int status, const std::string& why) {
  Decision decision;
  decision.answer.status = status;
  decision.answer.body = why + "\n";
  return decision;
}

Decision tell_size(std::uint64_t size) {
  Decision decision = refuse(409, std::to_string(size));
  decision.answer.content_type = kTlogSizeType;
  return decision;
}

/// The lines of the note that the keys of its log made. Others are not kept: their number is
/// whoever asks's to choose.
std::string own_lines(const std::string& note, std::span<const NoteKey> keys) {
  const std::size_t blank = note.rfind("\n\n");
  std::string kept = note.substr(0, blank + 2);
  std::string_view lines = std::string_view(note).substr(blank + 2);
  const SignedNote parsed = parse_note(note).value();
  for (const NoteSignature& signature : parsed.signatures) {
    const std::size_t end = lines.find('\n') + 1;
    if (std::any_of(keys.begin(), keys.end(), [&](const NoteKey& key) {
          return key.id() == signature.key_id && key.name() == signature.name;
        }))
      kept.append(lines.substr(0, end));
    lines.remove_prefix(end);
  }
  return kept;
}

}  // namespace

Decision decide(std::string_view body, std::span<const NoteKey> logs, const CosignedHeads& known) {
  const auto request = parse_add_checkpoint(body);
  if (!request) return refuse(400, request.error().message);
  const SignedNote unverified = parse_note(request->note).value();
  const auto head = parse_checkpoint_text(unverified.text, ExtensionLines::ignored);
  if (!head) return refuse(400, head.error().message);

  // A log whose loss was declared goes on under the next name, with the key of the first.
  std::vector<NoteKey> keys;
  for (const NoteKey& key : logs)
    if (key.name() == head->origin || may_follow(key.name(), head->origin))
      keys.emplace_back(head->origin, key.type(), key.key());
  if (keys.empty()) return refuse(404, "unknown log");
  const auto verified = verify_note(request->note, keys);
  if (!verified) return refuse(403, verified.error().message);
  if (known.has_later(head->origin))
    return refuse(403, "this log is closed: its loss was declared, and the next one is cosigned");
  if (request->old_size > head->size) return refuse(400, "the old size is beyond the checkpoint");

  const CosignedHeads::Head* const last = known.find(head->origin);
  const std::uint64_t last_size = last == nullptr ? 0 : last->checkpoint.size;
  Decision decision;
  if (request->old_size != last_size) {
    decision = tell_size(last_size);
  } else {
    const Hash last_root = last == nullptr ? Hash{} : last->checkpoint.root;
    const Status continues = check_continues(last_size, last_root, *head, request->proof);
    if (!continues)
      decision = refuse(continues.error().code == ErrorCode::conflict ? 409 : 422,
                        continues.error().message);
    else
      decision.accepted = {*head, own_lines(request->note, keys)};
  }
  // Also when it was asked about another size: the two signatures say it, whatever the proof.
  decision.contradiction = last != nullptr && head->size == last_size && last_size > 0 &&
                           head->root != last->checkpoint.root;
  decision.origin = head->origin;
  decision.note = own_lines(request->note, keys);
  return decision;
}

}  // namespace recourse::witness
