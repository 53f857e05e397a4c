#pragma once

#include <filesystem>
#include <memory>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/privacy/key_store.h"

namespace recourse {

/// How the key store and the file of its KEK move to the next epoch together. While a rotation is
/// under way the next key stands in `<key file>.next`; a crash at any moment leaves a pair that
/// opens.

/// Opens the store with the key file that fits. In mode `create`, and only when neither the file
/// nor the store exists, a first key file is drawn. Errors: those of read_kek, create_kek and
/// KeyStore::open.
Result<std::unique_ptr<KeyStore>> open_key_store(const std::filesystem::path& directory,
                                                 const std::filesystem::path& kek_file,
                                                 Random& random, KeyStoreOptions options = {});

/// Draws the next KEK into `<key file>.next` and wraps every key under it. From here on a backup
/// must hold the next key. Errors: conflict when the rotation before this one is not finished;
/// those of create_kek and KeyStore::rewrap.
Status begin_kek_rotation(KeyStore& store, const std::filesystem::path& kek_file, Random& random);

/// Puts the next key file in place of the old one, which is overwritten: keys destroyed in the old
/// epoch are unreadable in every older copy of the store. Call it after a verified backup.
/// Errors: not_found when no rotation is under way; conflict when it was not begun on this store.
Status finish_kek_rotation(KeyStore& store, const std::filesystem::path& kek_file);

}  // namespace recourse
