#include "engine/ledger/request_record.h"

#include <algorithm>

namespace recourse {
namespace {

constexpr char kRequestVersion = 1;
constexpr std::size_t kBytes = 1 + 8 + 4 + 8 + 32;

}  // namespace

std::string request_record_bytes(const StoredRequest& request) {
  std::string out(1, kRequestVersion);
  put_u64(out, request.first.value());
  put_u32(out, request.count);
  put_u64(out, request.subject_group);
  return out.append(as_text(request.fingerprint));
}

Result<StoredRequest> parse_request_record(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != kRequestVersion)
    return Error{ErrorCode::unsupported, "a request's record was written by a newer program"};
  if (bytes.size() != kBytes) return Error{ErrorCode::corrupt, "a request's record is ill-formed"};
  StoredRequest request;
  request.first = Position(get_u64(bytes.substr(1)));
  request.count = get_u32(bytes.substr(9));
  request.subject_group = get_u64(bytes.substr(13));
  std::copy_n(as_bytes(bytes.substr(21)), request.fingerprint.size(), request.fingerprint.begin());
  return request;
}

}  // namespace recourse
