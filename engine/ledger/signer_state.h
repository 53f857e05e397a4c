#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "engine/ledger/ledger.h"

namespace recourse {

/// What the signer has signed last for each origin: its memory, apart from the ledger's.
/// Bytes: docs/format/ledger.md.
struct SignerState {
  std::map<std::string, TreeHead> signed_heads;  ///< By origin.

  std::string text() const;
  /// Errors: corrupt, unsupported.
  static Result<SignerState> parse(std::string_view text);
  bool operator==(const SignerState&) const = default;
};

std::filesystem::path signer_state_path(const std::filesystem::path& data_dir);

/// Errors: not_found before the first signature; corrupt, unsupported, io.
Result<SignerState> read_signer_state(const std::filesystem::path& data_dir);

/// The same for a memory that lies elsewhere. `data_dir`: for what the text of an error advises.
Status check_signed_heads(const Ledger& ledger, const SignerState& state,
                          const std::filesystem::path& data_dir);

/// Compares what was signed with what the ledger holds: each signed head must be one of its heads.
/// No state is no contradiction. Errors: corrupt when a ledger is behind or beside; io.
Status check_signed_state(const Ledger& ledger, const std::filesystem::path& data_dir);

}  // namespace recourse
