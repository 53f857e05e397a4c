#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "engine/ledger/commit_chain.h"
#include "engine/ledger/data_lock.h"
#include "engine/ledger/durable_heads.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/leaf_reader.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/stage.h"
#include "engine/ledger/store.h"
#include "engine/privacy/field_keys.h"
#include "engine/privacy/key_store.h"

namespace recourse {

/// A directory for the files of a read-only database, removed with what is in it.
class ScratchDirectory {
 public:
  /// Errors: io.
  static Result<ScratchDirectory> make();
  ~ScratchDirectory();
  ScratchDirectory(ScratchDirectory&& other) noexcept;
  ScratchDirectory& operator=(ScratchDirectory&& other) noexcept;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

/// What the ledger's source files share. Members are destroyed from the last to the first: the
/// stage before what it borrows, the lock after the databases are closed.
class Ledger::Impl {
 public:
  explicit Impl(const LedgerOptions& given);

  const LedgerOptions options;
  const std::filesystem::path data_dir;
  SystemRandom system_random;
  SystemClock system_clock;
  Random& random;
  const Clock& clock;

  std::optional<DataLock> lock;             ///< Absent when read-only.
  std::optional<ScratchDirectory> scratch;  ///< Only when read-only.
  std::unique_ptr<KeyStore> keys;           ///< Absent when read-only and without the KEK.
  std::unique_ptr<FieldKeys> field_keys;
  Key deployment_secret;
  Hash request_secret{}, pseudonym_secret{};  ///< Derived from it once, for the hot path.
  std::unique_ptr<Store> store;
  DurableHeads durable;

  // The writer's, absent when read-only.
  std::optional<HeadFile> head;
  Anchor
      last;  ///< The commit that the next one follows: that of `head`, unless a loss is declared.
  std::uint64_t lost_commit = 0;  ///< Number of the HEAD that this log is behind or beside.
  bool head_accepted = false;     ///< HEAD was lost and made anew from the log.
  std::optional<Error> broken;  ///< After a failed write: every further append is refused with it.
  std::unique_ptr<Stage> stage;

  std::filesystem::path head_path() const { return data_dir / "HEAD"; }
  std::filesystem::path database_path() const { return data_dir / "ledger"; }
  std::filesystem::path keys_path() const { return data_dir / "keys"; }
  std::filesystem::path kek_path() const;

  // open_procedure.cpp
  Status open();
  // open_read_only.cpp
  Status open_read_only();
  Status refresh();

  Status open_keys(KeyStoreMode mode);

  /// Refuses what an open ledger without a writer cannot do. Errors: the one that broke it.
  Status writable() const;
  /// Errors: not_found for an unknown ledger or a position at or beyond the head.
  Result<LeafReader> reader_of(LedgerId ledger, Position position) const;
  /// The hashes of a ledger's tree up to `size`. Errors: not_found, invalid beyond the head.
  Result<TileHashes> hashes(LedgerId ledger, LogSize size) const;

 private:
  Status make_directory(bool& first_start);
  Status compare_with_head(bool first_start, const std::optional<std::filesystem::path>& kept);
  /// The log does not reach `anchor`, the HEAD: goes on with it as it is if that was declared.
  Status accept_loss(const Anchor& anchor, std::uint64_t newest, Error missing);
  Status recover();
};

}  // namespace recourse
