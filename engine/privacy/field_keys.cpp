#include "engine/privacy/field_keys.h"

#include <functional>
#include <mutex>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/privacy/lru_map.h"
#include "engine/privacy/seal.h"

namespace recourse {
namespace {

constexpr std::size_t kShards = 16;  // Threads that open texts of different tickets rarely meet.

/// Every part with its length, so that no two names have the same text.
std::string cache_key(const FieldKeyName& name) {
  std::string key;
  key.reserve(128);
  const auto add = [&key](std::string_view part) {
    put_u32(key, static_cast<std::uint32_t>(part.size()));
    key.append(part);
  };
  put_u32(key, name.ledger.value());
  add(name.origin);
  add(name.retention);
  add(name.month);
  for (const std::string& subject : name.subjects) add(subject);
  return key;
}

}  // namespace

struct FieldKeys::Shard {
  std::mutex mutex;
  LruMap<FieldKey> keys{1};
  std::uint64_t destructions = 0;  ///< Of the store, when `keys` was last known to be true.

  /// REQUIRES: mutex held. Forgets everything if a key was destroyed since.
  void follow(std::uint64_t now) {
    if (destructions == now) return;
    keys.clear();
    destructions = now;
  }
};

FieldKeys::FieldKeys(KeyStore& store, std::size_t capacity)
    : store_(store), shard_count_(kShards), shards_(new Shard[kShards]) {
  for (std::size_t i = 0; i < shard_count_; ++i) {
    shards_[i].keys = LruMap<FieldKey>(std::max<std::size_t>(1, capacity / kShards));
    shards_[i].destructions = store.destructions();
  }
}

FieldKeys::~FieldKeys() = default;

Result<FieldKey> FieldKeys::find(const FieldKeyName& name) { return get(name, false); }
Result<FieldKey> FieldKeys::obtain(const FieldKeyName& name) { return get(name, true); }

Result<FieldKey> FieldKeys::get(const FieldKeyName& name, bool draw) {
  const std::string cached_as = cache_key(name);
  Shard& shard = shards_[std::hash<std::string>()(cached_as) % shard_count_];
  const std::uint64_t before = store_.destructions();
  {
    const std::lock_guard lock(shard.mutex);
    shard.follow(store_.destructions());
    if (const FieldKey* const key = shard.keys.find(cached_as)) return *key;
  }
  const auto stored = [&](const KeyName& key) {
    return draw ? store_.obtain(key) : store_.find(key);
  };
  std::vector<Key> subjects;
  subjects.reserve(name.subjects.size() + 1);
  for (const std::string& subject : name.subjects) {
    RECOURSE_LET(Key key, stored(KeyName::subject(name.ledger, subject)));
    subjects.push_back(key);
  }
  if (subjects.empty()) {
    RECOURSE_LET(Key key, stored(KeyName::tenant(name.ledger)));
    subjects.push_back(key);
  }
  RECOURSE_LET(const Key bucket, stored(KeyName::bucket(name.ledger, name.retention, name.month)));
  const FieldKey derived = derive_field_key(subjects, bucket, name.origin);
  const std::lock_guard lock(shard.mutex);
  shard.follow(store_.destructions());
  // Not when a key was destroyed while this one was derived: it may be one of ours.
  if (shard.destructions == before) shard.keys.put(cached_as, derived);
  return derived;
}

}  // namespace recourse
