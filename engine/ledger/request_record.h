#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/ledger.h"

namespace recourse {

/// What `requests` holds under a request key. Bytes: docs/format/ledger.md.
std::string request_record_bytes(const StoredRequest& request);
/// Errors: corrupt, unsupported.
Result<StoredRequest> parse_request_record(std::string_view bytes);

/// The pointer under which a request's salt is sealed: no leaf has a value there.
inline constexpr std::string_view kRequestPointer = "/request";

}  // namespace recourse
