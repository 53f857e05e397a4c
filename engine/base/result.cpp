#include "engine/base/result.h"

namespace recourse {

std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::unauthenticated:
      return "unauthenticated";
    case ErrorCode::forbidden:
      return "forbidden";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::version_conflict:
      return "version_conflict";
    case ErrorCode::key_reused:
      return "key_reused";
    case ErrorCode::in_progress:
      return "in_progress";
    case ErrorCode::precondition_missing:
      return "precondition_missing";
    case ErrorCode::too_large:
      return "too_large";
    case ErrorCode::limited:
      return "limited";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::unknown_outcome:
      return "unknown_outcome";
    case ErrorCode::disk_full:
      return "disk_full";
    case ErrorCode::locked:
      return "locked";
    case ErrorCode::corrupt:
      return "corrupt";
    case ErrorCode::erased:
      return "erased";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::io:
      return "io";
  }
  return "unnamed";
}

}  // namespace recourse
