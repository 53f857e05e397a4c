#include "engine/ledger/row_key.h"

#include "engine/base/bytes.h"

namespace recourse {

std::string ledger_key(LedgerId ledger) {
  std::string key;
  put_u32(key, ledger.value());
  return key;
}

std::string leaf_key(LedgerId ledger, Position position) {
  std::string key = ledger_key(ledger);
  put_u64(key, position.value());
  return key;
}

Position position_of_leaf_key(std::string_view key) {
  RECOURSE_ASSERT(key.size() == 12, "a leaf's key has 12 bytes");
  return Position(get_u64(key.substr(4)));
}

std::string tile_key(LedgerId ledger, unsigned level, std::uint64_t index) {
  std::string key = ledger_key(ledger);
  key += static_cast<char>(level);
  put_u64(key, index);
  return key;
}

std::string request_row_key(LedgerId ledger, const Hash& request_key) {
  return ledger_key(ledger).append(as_text(request_key));
}

std::string commit_key(std::uint64_t number) {
  std::string key;
  put_u64(key, number);
  return key;
}

std::string checkpoint_key(LedgerId ledger, LogSize size) {
  std::string key = ledger_key(ledger);
  put_u64(key, size.value());
  return key;
}

std::string time_stamp_prefix(LedgerId ledger) {
  std::string key = ledger_key(LedgerId(~std::uint32_t{0}));
  key.append("stamp").append(ledger_key(ledger));
  return key;
}

std::string time_stamp_key(LedgerId ledger, LogSize size) {
  std::string key = time_stamp_prefix(ledger);
  put_u64(key, size.value());
  return key;
}

std::uint64_t subject_group(std::string_view subject) { return checksum(subject); }

std::string VaultKey::bytes() const {
  std::string key;
  key.reserve(22);
  put_u32(key, ledger.value());
  put_u64(key, group);
  put_u64(key, position.value());
  put_u16(key, ordinal);
  return key;
}

std::string VaultKey::prefix() const {
  std::string key = ledger_key(ledger);
  put_u64(key, group);
  return key;
}

Result<VaultKey> VaultKey::parse(std::string_view bytes) {
  if (bytes.size() != 22) return Error{ErrorCode::corrupt, "a key of the vault has 22 bytes"};
  return VaultKey{LedgerId(get_u32(bytes)), get_u64(bytes.substr(4)),
                  Position(get_u64(bytes.substr(12))), get_u16(bytes.substr(20))};
}

}  // namespace recourse
