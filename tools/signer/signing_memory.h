#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/ledger/durable_file.h"
#include "engine/ledger/head_signer.h"

namespace recourse::signer {

/// A log key with the memory of what it signed, in a directory of its own: `log.key`, `signed`.
/// Signs a head only when it continues what it signed last of that log. A log that goes on under
/// its next name after a declared loss (<origin>/2, /3, …) is a new one to it, and from its first
/// head on the one before is closed. Threads: one.
class SigningMemory {
 public:
  /// Makes the directory and draws the key when neither is there. Errors: locked; forbidden when
  /// others may read the key; corrupt for a damaged memory or one without a key; io.
  static Result<SigningMemory> open(const std::filesystem::path& directory, Random& random);
  /// The same without drawing anything. Errors: not_found without a key; as above.
  static Result<SigningMemory> reopen(const std::filesystem::path& directory);
  /// Begins with a key and a memory that were elsewhere before, or goes on where a crash ended
  /// that: then `memory` takes the place of an older one. Errors: conflict when another key is
  /// there, or one that has signed what `memory` does not know.
  static Result<SigningMemory> adopt(const std::filesystem::path& directory,
                                     const std::vector<std::string>& seeds, SignerState memory);

  const SignerState& state() const { return state_; }
  /// Newest first.
  std::vector<Ed25519PublicKey> keys() const;
  /// As HeadSigner::sign: all of them or none, on stable storage before they are signed.
  Result<std::vector<std::string>> sign(std::span<const HeadToSign> heads);

  /// What a request of signing_text.h is answered.
  std::string answer(std::string_view request);

 private:
  SigningMemory(std::filesystem::path directory, OpenFile lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}
  static Result<SigningMemory> locked(const std::filesystem::path& directory);
  Status load();
  Status check_goes_on(const std::vector<std::string>& seeds, const SignerState& state) const;

  std::filesystem::path directory_;
  OpenFile lock_;
  std::vector<Ed25519Key> generations_;  ///< Newest last.
  SignerState state_;
};

}  // namespace recourse::signer
