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
};

Result<Recorded> destructions_since(const Ledger& ledger, LedgerId id, LogSize from, LogSize to) {
  const std::string erased = '"' + std::string(SubjectErased::kType) + '"';
  const std::string ended = '"' + std::string(BucketDestroyed::kType) + '"';
  Recorded found;
  Status unreadable;
  RECOURSE_TRY(ledger.scan(id, Position(from.value()), Position(to.value()),
                           [&](Position, std::string_view leaf) {
                             if (leaf.find(erased) == leaf.npos && leaf.find(ended) == leaf.npos)
                               return true;
                             const Result<RecordedEvent> event = read_leaf(leaf);
                             if (!event) return unreadable = event.error(), false;
                             if (const auto* one = get_if<SubjectErased>(&event->data))
                               found.subjects.insert(one->subject.value());
                             if (const auto* one = get_if<BucketDestroyed>(&event->data))
                               found.buckets.push_back(*one);
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

Status apply_to(Ledger& ledger, LedgerId id, AppliedDestructions& applied) {
  KeyStore& keys = ledger.keys();
  const LogSize size = ledger.head(id).size;
  RECOURSE_LET(const LogSize from, keys.carried_out(id));
  if (from >= size) return {};
  RECOURSE_LET(const Recorded found, destructions_since(ledger, id, from, size));
  std::vector<KeyName> names;
  for (const std::string& subject : found.subjects) {
    names.push_back(KeyName::subject(id, subject));
    RECOURSE_LET(const bool lived, lives(keys, names.back()));
    applied.subjects += lived ? 1 : 0;
  }
  for (const BucketDestroyed& bucket : found.buckets) {
    names.push_back(KeyName::bucket(id, bucket.retention.text, bucket.month.text));
    RECOURSE_LET(const bool lived, lives(keys, names.back()));
    applied.buckets += lived ? 1 : 0;
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

Result<AppliedDestructions> apply_destructions(Ledger& ledger) {
  AppliedDestructions applied;
  for (const LedgerInfo& info : ledger.ledgers())
    RECOURSE_TRY(apply_to(ledger, info.ledger, applied));
  return applied;
}

}  // namespace recourse
