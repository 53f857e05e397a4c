#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"

namespace recourse {

/// A sealed value in the vault, with what is needed to open it and nothing that tells its content.
/// Bytes: docs/format/ledger.md.
struct VaultRecord {
  Hash commitment{};  ///< `c` of the leaf; zero for a request's salt.
  std::string event_id;
  std::string pointer;    ///< JSON pointer in the leaf; /request for a request's salt.
  std::string retention;  ///< Class, names the bucket key together with `month`.
  std::string month;      ///< 2026-01
  std::vector<std::string> subjects;
  std::string sealed;  ///< nonce || ciphertext || tag

  bool operator==(const VaultRecord&) const = default;
};

/// The same, borrowed from the record's bytes.
struct VaultRecordView {
  Hash commitment{};
  std::string_view event_id, pointer, retention, month;
  /// Class, month and subjects as they lie in the record: equal for records under one key.
  std::string_view key_name;
  std::string_view packed_subjects;  ///< (length:u8 subject id)*
  std::string_view sealed;

  std::vector<std::string> subjects() const;
};

std::string vault_record_bytes(const VaultRecord& record);
/// Errors: corrupt, unsupported.
Result<VaultRecord> parse_vault_record(std::string_view bytes);
Result<VaultRecordView> view_vault_record(std::string_view bytes);

/// Whether texts of these lengths fit the record. Events are checked with it before they are
/// staged.
bool fits_vault_record(const VaultRecord& record);

}  // namespace recourse
