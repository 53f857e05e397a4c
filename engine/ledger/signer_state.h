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

/// Compares heads that were signed with what the ledger holds: each must be one of its heads, but
/// for those beyond the end of a log that was closed by a declared loss. `data_dir`: for what the
/// text of an error advises. Errors: corrupt when a ledger is behind or beside; io.
Status check_signed_heads(const Ledger& ledger, const SignerState& state,
                          const std::filesystem::path& data_dir);

/// Whether a declared loss says that nothing is left of the log `origin`, which is not here: its
/// log.continued stands with that of the meta ledger. False when that cannot be read.
bool is_given_up(const Ledger& ledger, std::string_view origin);

/// check_signed_heads() for the memory in `data_dir`. No memory is no contradiction.
Status check_signed_state(const Ledger& ledger, const std::filesystem::path& data_dir);

}  // namespace recourse
