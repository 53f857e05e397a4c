#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/ledger/checkpoint.h"
#include "engine/ledger/signer_state.h"

namespace recourse {

/// A head to be signed, with the proof that it continues the one that was signed last.
struct HeadToSign {
  Checkpoint head;
  std::uint64_t old_size = 0;  ///< 0: there is none.
  std::vector<Hash> proof;     ///< Empty from size 0.
};

/// Whoever holds the log key outside of the engine's process, with a memory of its own of what was
/// signed. Threads: one at a time.
class HeadSigner {
 public:
  virtual ~HeadSigner() = default;

  /// The public halves of its keys, newest first: all that ever signed.
  virtual Result<std::vector<Ed25519PublicKey>> keys() = 0;
  /// What it signed last for each log. Errors: unavailable when it does not answer.
  virtual Result<SignerState> signed_heads() = 0;
  /// Signature lines for each head, in order: for all or, on an error, for none. It checks each
  /// proof and remembers before it answers. Errors: corrupt when it refuses a head; unavailable
  /// when it does not answer: what it signed then is signed again, with the same bytes.
  virtual Result<std::vector<std::string>> sign(std::span<const HeadToSign> heads) = 0;
};

}  // namespace recourse
