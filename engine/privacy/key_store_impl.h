#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/privacy/key_record.h"
#include "engine/privacy/key_store.h"
#include "engine/privacy/lru_map.h"

namespace recourse {

/// What the key store's source files share. Locks are taken in the order in which they stand here.
struct KeyStore::Impl {
  Impl(std::filesystem::path directory, const Kek& kek_, Random& random_,
       const KeyStoreOptions& options)
      : path(std::move(directory)),
        read_only(options.mode == KeyStoreMode::read_only),
        random(random_),
        kek(kek_),
        keys(options.cached_keys),
        subjects(options.cached_keys) {}

  const std::filesystem::path path;
  const bool read_only;
  Random& random;
  std::unique_ptr<rocksdb::DB> db;

  /// Held by whoever adds, writes or destroys keys.
  std::mutex write_mutex;
  /// Positions of destructions that are not carried out whole yet. Guarded by write_mutex.
  std::multiset<std::pair<LedgerId, LogSize>> unfinished;
  /// After a failed write nobody knows what the disk holds. Guarded by write_mutex.
  std::optional<Error> broken;

  /// Unique while rewrap() exchanges the KEK together with what it wraps.
  mutable std::shared_mutex epoch_mutex;
  Kek kek;
  Key directory_key;  ///< Of the HMACs under which addresses are filed.

  mutable std::mutex memory_mutex;
  mutable LruMap<Key> keys;                              ///< By the bytes of the key's name.
  mutable LruMap<SubjectId> subjects;                    ///< By the directory row's key.
  std::unordered_map<std::string, std::string> pending;  ///< Records not yet written.
  std::atomic<std::uint64_t> destructions{0};            ///< Changed under memory_mutex only.

  /// The database's own initial records, or the check that `kek` is theirs.
  Status unlock(KeyStoreMode mode);
  Status initialise();

  /// The stored or pending record. Errors: not_found; corrupt; io.
  Result<std::string> record(std::string_view name) const;
  /// Unwraps it, with errors that name `what`. REQUIRES: epoch_mutex held.
  Result<WipedText> unwrapped(std::string_view name, std::string_view what) const;
  Result<Key> find(const KeyName& name) const;

  /// REQUIRES, these: write_mutex held.
  Status writable() const;
  void add_pending(const std::string& name, std::initializer_list<std::string_view> parts);
  Status write_synced(rocksdb::WriteBatch& batch, std::string_view doing);
  Status sync();

  /// REQUIRES, these: epoch_mutex held.
  std::string directory_row(const Key& under, LedgerId ledger, std::string_view address) const;
  Result<SubjectId> find_subject(const std::string& row) const;
};

/// Keys of the database that name no key of anybody, docs/format/keys.md.
inline constexpr std::string_view kCheckRecord = "c";
inline constexpr std::string_view kDirectoryKeyRecord = "h";
inline constexpr char kDirectoryRow = 'd';
inline constexpr char kCarriedOutRow = 'a';

}  // namespace recourse
