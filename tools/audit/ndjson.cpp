#include "tools/audit/ndjson.h"

#include <algorithm>

namespace recourse {

Result<std::uint64_t> export_ndjson(const Ledger& ledger, const NdjsonOptions& options,
                                    std::ostream& out) {
  const std::optional<LedgerInfo> info = ledger.find_tenant(options.tenant);
  if (!info) return Error{ErrorCode::not_found, "there is no tenant " + options.tenant.value()};
  Position from(0);
  Position to(ledger.head(info->ledger).size.value());
  if (options.from) {
    RECOURSE_LET(from, first_from(ledger, info->ledger, *options.from));
  }
  if (options.to) {
    RECOURSE_LET(const Position asked, first_from(ledger, info->ledger, *options.to));
    to = std::min(to, asked);
  }
  std::uint64_t count = 0;
  RECOURSE_TRY(ledger.scan(info->ledger, from, to, [&](Position, std::string_view leaf) {
    if (!passes(options.filter, leaf)) return true;
    out.write(leaf.data(), static_cast<std::streamsize>(leaf.size())).put('\n');
    ++count;
    return out.good();
  }));
  out.flush();
  if (!out) return Error{ErrorCode::io, "the export could not be written"};
  return count;
}

}  // namespace recourse
