#include "engine/ledger/ledger_row.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr char kRowVersion = 1;

bool take_text(std::string_view& rest, std::string& text) {
  if (rest.size() < 2) return false;
  const std::size_t size = get_u16(rest);
  rest.remove_prefix(2);
  if (rest.size() < size) return false;
  text = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

void put_text(std::string& out, const std::string& text) {
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

}  // namespace

std::string ledger_row_bytes(const LedgerInfo& info) {
  std::string out(1, kRowVersion);
  put_text(out, info.origin);
  put_text(out, info.tenant.value());
  return out;
}

Result<LedgerInfo> parse_ledger_row(LedgerId ledger, std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != kRowVersion)
    return Error{ErrorCode::unsupported, "a ledger's row was written by a newer program"};
  std::string_view rest = bytes.substr(std::min<std::size_t>(1, bytes.size()));
  std::string origin, tenant;
  if (!take_text(rest, origin) || !take_text(rest, tenant) || !rest.empty())
    return Error{ErrorCode::corrupt,
                 "the row of ledger " + std::to_string(ledger.value()) + " is ill-formed"};
  return LedgerInfo{ledger, TenantId(std::move(tenant)), std::move(origin)};
}

}  // namespace recourse
