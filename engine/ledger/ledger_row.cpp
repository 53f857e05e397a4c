#include "engine/ledger/ledger_row.h"

#include <algorithm>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr char kNeverContinued = 1;
constexpr char kContinued = 2;

bool take_text(std::string_view& rest, std::string& text) {
  if (rest.size() < 2) return false;
  const std::size_t size = get_u16(rest);
  rest.remove_prefix(2);
  if (rest.size() < size) return false;
  text = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

bool take_u64(std::string_view& rest, std::uint64_t& value) {
  if (rest.size() < sizeof value) return false;
  value = get_u64(rest);
  rest.remove_prefix(sizeof value);
  return true;
}

bool take_closed(std::string_view& rest, ClosedLog& log) {
  std::uint64_t size = 0, lost_to = 0;
  if (!take_text(rest, log.origin) || !take_u64(rest, size) || rest.size() < log.kept.root.size())
    return false;
  std::copy_n(as_bytes(rest), log.kept.root.size(), log.kept.root.begin());
  rest.remove_prefix(log.kept.root.size());
  if (!take_u64(rest, lost_to)) return false;
  log.kept.size = LogSize(size);
  log.lost_to = LogSize(lost_to);
  return true;
}

bool take_all_closed(std::string_view& rest, std::vector<ClosedLog>& closed) {
  if (rest.size() < 2) return false;
  const std::size_t count = get_u16(rest);
  rest.remove_prefix(2);
  for (std::size_t i = 0; i < count; ++i)
    if (!take_closed(rest, closed.emplace_back())) return false;
  return count > 0;
}

void put_text(std::string& out, const std::string& text) {
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

}  // namespace

std::string ledger_row_bytes(const LedgerInfo& info) {
  std::string out(1, info.closed.empty() ? kNeverContinued : kContinued);
  put_text(out, info.origin);
  put_text(out, info.tenant.value());
  if (info.closed.empty()) return out;
  put_u16(out, static_cast<std::uint16_t>(info.closed.size()));
  for (const ClosedLog& log : info.closed) {
    put_text(out, log.origin);
    put_u64(out, log.kept.size.value());
    out.append(as_text(log.kept.root));
    put_u64(out, log.lost_to.value());
  }
  return out;
}

Result<LedgerInfo> parse_ledger_row(LedgerId ledger, std::string_view bytes) {
  const char version = bytes.empty() ? kNeverContinued : bytes[0];
  if (version != kNeverContinued && version != kContinued)
    return Error{ErrorCode::unsupported, "a ledger's row was written by a newer program"};
  std::string_view rest = bytes.substr(std::min<std::size_t>(1, bytes.size()));
  std::string origin, tenant;
  std::vector<ClosedLog> closed;
  if (!take_text(rest, origin) || !take_text(rest, tenant) ||
      (version == kContinued && !take_all_closed(rest, closed)) || !rest.empty())
    return Error{ErrorCode::corrupt,
                 "the row of ledger " + std::to_string(ledger.value()) + " is ill-formed"};
  return LedgerInfo{ledger, TenantId(std::move(tenant)), std::move(origin), std::move(closed)};
}

}  // namespace recourse
