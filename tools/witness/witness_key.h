#pragma once

#include <filesystem>
#include <string>

#include "engine/base/random.h"
#include "engine/ledger/note_key.h"

namespace recourse::witness {

/// What a witness signs with, and under which name.
struct WitnessKey {
  std::string name;
  Ed25519Key key;

  /// <name>+<8 hex>+<base64>, of type 0x04: what logs and verifiers are given.
  NoteKey verifier() const;
};

/// Reads a file of one line, PRIVATE+KEY+<name>+<8 hex>+<base64 of 0x04 and the seed>. Errors:
/// not_found; forbidden when others than its owner may read it; invalid; io.
Result<WitnessKey> read_witness_key(const std::filesystem::path& path);

/// Writes a new key, durable when this returns. Errors: conflict when the file is there; invalid
/// for a name that no key may have; io, disk_full.
Result<WitnessKey> create_witness_key(const std::filesystem::path& path, const std::string& name,
                                      Random& random);

}  // namespace recourse::witness
