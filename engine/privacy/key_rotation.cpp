#include "engine/privacy/key_rotation.h"

#include <string>

#include "engine/privacy/kek.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

fs::path next_of(const fs::path& kek_file) { return kek_file.string() + ".next"; }

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

Result<std::unique_ptr<KeyStore>> open_key_store(const fs::path& directory,
                                                 const fs::path& kek_file, Random& random,
                                                 KeyStoreOptions options) {
  const fs::path next_file = next_of(kek_file);
  Result<Kek> kek = read_kek(kek_file);
  if (!kek && kek.error().code == ErrorCode::not_found && options.mode == KeyStoreMode::create &&
      !is_there(next_file) && !is_there(directory / "CURRENT"))
    kek = create_kek(kek_file, 1, random);
  Result<std::unique_ptr<KeyStore>> store =
      kek ? KeyStore::open(directory, *kek, random, options) : kek.error();
  if (store || !is_there(next_file)) return store;
  // A rotation was interrupted: after the store was re-wrapped (the old key is of yesterday), or
  // while the old file was being overwritten.
  const Result<Kek> next = read_kek(next_file);
  if (!next) return store;
  Result<std::unique_ptr<KeyStore>> later = KeyStore::open(directory, *next, random, options);
  return later ? std::move(later) : std::move(store);
}

Status begin_kek_rotation(KeyStore& store, const fs::path& kek_file, Random& random) {
  const fs::path next_file = next_of(kek_file);
  Result<Kek> next =
      is_there(next_file) ? read_kek(next_file) : create_kek(next_file, store.epoch() + 1, random);
  if (!next) return next.error();
  if (next->epoch <= store.epoch())
    return Error{ErrorCode::conflict, "the last rotation of " + kek_file.string() +
                                          " is not finished: finish it before the next"};
  return store.rewrap(*next);
}

Status finish_kek_rotation(KeyStore& store, const fs::path& kek_file) {
  const fs::path next_file = next_of(kek_file);
  RECOURSE_LET(const Kek next, read_kek(next_file));
  if (next.epoch != store.epoch())
    return Error{ErrorCode::conflict, "the key store is in epoch " + std::to_string(store.epoch()) +
                                          ", not yet in that of " + next_file.string()};
  return replace_kek(kek_file, next_file);
}

}  // namespace recourse
