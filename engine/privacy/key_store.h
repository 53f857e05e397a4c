#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/privacy/kek.h"
#include "engine/privacy/key_name.h"
#include "engine/privacy/secret.h"

namespace recourse {

enum class KeyStoreMode {
  create,     ///< Makes the database when it is absent: a first start.
  existing,   ///< Refuses when it is absent: an empty store would read as if all were erased.
  read_only,  ///< As it is now, beside a running server; later keys are seen by opening it again.
};

struct KeyStoreOptions {
  KeyStoreMode mode = KeyStoreMode::existing;
  std::size_t cached_keys = 65'536;  ///< Unwrapped keys and subject ids kept in memory, each.
};

/// The keys that make sealed values readable, each wrapped under the KEK, in a database of their
/// own: destroying one erases what it sealed, wherever copies of the ledger lie. Bytes:
/// docs/format/keys.md. Threads: all functions from any thread; those that write wait for each
/// other.
class KeyStore {
 public:
  /// `random` outlives the store. Errors: not_found; unauthenticated when `kek` is not the one this
  /// store was made or last re-wrapped with; locked; unsupported; corrupt; disk_full; io.
  static Result<std::unique_ptr<KeyStore>> open(const std::filesystem::path& directory,
                                                const Kek& kek, Random& random,
                                                KeyStoreOptions options = {});
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  /// The key, pending ones included. Errors: not_found when there never was one; erased when it was
  /// destroyed; corrupt; io.
  Result<Key> find(const KeyName& name) const;

  /// The key, drawn now when there is none. A drawn key is pending: it is in memory only until
  /// sync(). Errors: erased: a destroyed name never gets a key again, so that destructions can be
  /// applied again after a restore (draw a new subject instead); forbidden when read-only; corrupt;
  /// io.
  Result<Key> obtain(const KeyName& name);

  /// Puts all pending keys and directory rows on stable storage in one write. Call it before the
  /// ledger's batch that uses them: a crash may leave unused keys, never sealed values without
  /// keys. Nothing pending costs nothing. Errors: disk_full, io, corrupt; from then on every write
  /// is refused until the store is opened again, since nobody knows what reached the disk.
  Status sync();

  /// Destroys the keys for ever, with the directory rows of subjects, on stable storage when this
  /// returns. Names without a key are marked destroyed too, so it can be repeated; what is marked
  /// already keeps its mark. Old bytes may
  /// remain in the database's files until compact(), and in backups until rewrap().
  Status destroy(std::span<const KeyName> names);
  Status destroy(const KeyName& name) { return destroy(std::span(&name, 1)); }

  /// Rewrites the database's files without what was destroyed. Slow: not on the writer's thread.
  Status compact();

  /// The subject id of a person's e-mail or other address, drawn now with its key, both pending,
  /// when there is none. Case and surrounding white space do not count. Errors: invalid when empty
  /// or over 512 bytes; forbidden when read-only; corrupt; io.
  Result<SubjectId> obtain_subject(LedgerId ledger, std::string_view address);

  /// Errors: not_found, also after an erasure; invalid; corrupt; io.
  Result<SubjectId> find_subject(LedgerId ledger, std::string_view address) const;

  /// The names of all living bucket keys of a ledger, by class and month, for retention.
  Result<std::vector<KeyName>> buckets(LedgerId ledger) const;

  /// Wraps every living key under `next` and redraws the directory's key, in one synced write, then
  /// compacts: older copies of this database are unreadable once the old KEK is gone.
  /// REQUIRES: next.epoch is greater than epoch(). The file of `next` is on stable storage already.
  Status rewrap(const Kek& next);

  std::uint64_t epoch() const;

  /// Puts all files of the database, as of one moment within this call, into the new directory
  /// `to`. Keys that are pending are not in it. Returned: the epoch of the KEK that opens it.
  /// Errors: conflict when `to` is there; disk_full, io.
  Result<std::uint64_t> copy_to(const std::filesystem::path& to) const;

  /// The epoch in which a key was destroyed; nothing while it lives, or when there never was one.
  Result<std::optional<std::uint64_t>> destroyed_in(const KeyName& name) const;

  /// Whether a subject's address is in the directory. Errors: corrupt; io.
  Result<bool> is_filed(const KeyName& subject) const;

  struct Census {
    std::uint64_t living = 0;
    std::uint64_t destroyed_now = 0;  ///< In this epoch: older copies of them can still be read.
  };
  /// Counts keys, in one walk over the database.
  Result<Census> census() const;

  /// Up to which size of a ledger the destructions that it records are carried out here; 0 at
  /// first. It lies with the keys, so a restored store knows less.
  Result<LogSize> carried_out(LedgerId ledger) const;
  Status set_carried_out(LedgerId ledger, LogSize size);

  /// The event at `at` says that something is destroyed, and that takes a while longer: the mark
  /// stays before it, whoever sets it, until end_destruction() is called. What never ends, since it
  /// failed, is made good by the next start of the program.
  void begin_destruction(LedgerId ledger, LogSize at);
  void end_destruction(LedgerId ledger, LogSize at);

  /// How many keys were destroyed since this store was opened: what was derived from its keys
  /// before this changed must be derived anew.
  std::uint64_t destructions() const;

 private:
  struct Impl;
  explicit KeyStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
