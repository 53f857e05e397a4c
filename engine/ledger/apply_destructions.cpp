#include "engine/ledger/apply_destructions.h"

#include <unordered_set>
#include <vector>

#include "engine/ledger/sealed_places.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

/// A walk over fewer leaves costs less than it is worth to write down that it was made.
constexpr std::uint64_t kShortWalk = 10'000;

struct Recorded {
  std::unordered_set<std::string> subjects;
  std::vector<BucketDestroyed> buckets;
  std::vector<std::pair<KeyName, Timestamp>> keys;  ///< Of both, and when.
};

Result<Recorded> destructions_since(const Ledger& ledger, LedgerId id, LogSize from, LogSize to) {
  const std::string erased = '"' + std::string(SubjectErased::kType) + '"';
  const std::string ended = '"' + std::string(BucketDestroyed::kType) + '"';
  Recorded found;
  Status unreadable;
  RECOURSE_TRY(ledger.scan(
      id, Position(from.value()), Position(to.value()), [&](Position, std::string_view leaf) {
        if (leaf.find(erased) == leaf.npos && leaf.find(ended) == leaf.npos) return true;
        const Result<RecordedEvent> event = read_leaf(leaf);
        if (!event) return unreadable = event.error(), false;
        if (const auto* one = get_if<SubjectErased>(&event->data)) {
          const std::string& subject = one->subject.value();
          found.subjects.insert(subject);
          found.keys.emplace_back(KeyName::subject(id, subject), event->time);
        }
        if (const auto* one = get_if<BucketDestroyed>(&event->data)) {
          found.buckets.push_back(*one);
          found.keys.emplace_back(KeyName::bucket(id, one->retention.text, one->month.text),
                                  event->time);
        }
        return true;
      }));
  RECOURSE_TRY(std::move(unreadable));
  return found;
}

Result<bool> lives(const KeyStore& keys, const KeyName& name) {
  const Result<Key> key = keys.find(name);
  if (!key && key.error().code == ErrorCode::io) return key.error();
  return key.ok();
}

Status apply_to(Ledger& ledger, const LedgerInfo& info, const NoteDestruction& note,
                AppliedDestructions& applied) {
  KeyStore& keys = ledger.keys();
  const LedgerId id = info.ledger;
  const LogSize size = ledger.head(id).size;
  RECOURSE_LET(const LogSize from, keys.carried_out(id));
  if (from >= size) return {};
  RECOURSE_LET(const Recorded found, destructions_since(ledger, id, from, size));
  std::vector<KeyName> names;
  for (const auto& [name, at] : found.keys) {
    names.push_back(name);
    RECOURSE_LET(const bool lived, lives(keys, name));
    if (lived) ++(name.kind() == KeyName::Kind::subject ? applied.subjects : applied.buckets);
    if (note) RECOURSE_TRY(note(info.origin, std::span(&name, 1), at));
  }
  if (names.empty() && size.value() - from.value() < kShortWalk) return {};
  if (!names.empty()) RECOURSE_TRY(keys.destroy(names));
  std::vector<SealedPlace> places;
  const auto add = [&](const MetSealed& met) {
    places.push_back({met.event.subject, met.event.position, met.ordinal});
  };
  if (!found.subjects.empty())
    RECOURSE_TRY(
        each_sealed_of(ledger, id, Position(0), Position(size.value()), found.subjects, add));
  for (const BucketDestroyed& bucket : found.buckets)
    RECOURSE_TRY(each_sealed_in_bucket(ledger, id, bucket.retention.text, bucket.month.text, add));
  RECOURSE_LET(const std::uint64_t removed, ledger.forget(id, places));
  applied.vault_rows += removed;
  return keys.set_carried_out(id, size);
}

}  // namespace

Status mark_carried_out(Ledger& ledger) {
  for (const LedgerInfo& info : ledger.ledgers()) {
    const LogSize size = ledger.head(info.ledger).size;
    RECOURSE_LET(const LogSize mark, ledger.keys().carried_out(info.ledger));
    if (mark.value() + kShortWalk > size.value()) continue;
    RECOURSE_TRY(ledger.keys().set_carried_out(info.ledger, size));
  }
  return {};
}

Result<AppliedDestructions> apply_destructions(Ledger& ledger, const NoteDestruction& note) {
  AppliedDestructions applied;
  for (const LedgerInfo& info : ledger.ledgers())
    RECOURSE_TRY(apply_to(ledger, info, note, applied));
  return applied;
}

}  // namespace recourse
