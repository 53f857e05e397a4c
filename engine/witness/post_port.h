#pragma once

#include <string>

#include "engine/base/result.h"

namespace recourse {

/// The way to witnesses and time-stamping authorities: one POST, one answer. Threads: any, several
/// at once.
class PostPort {
 public:
  struct Answer {
    int status = 0;
    std::string content_type;
    std::string body;  ///< At most 64 KiB.
  };

  virtual ~PostPort() = default;
  /// Comes back within seconds, whatever the other side does. Errors: unavailable when there was no
  /// answer; too_large for one that is too long; invalid for a URL that is none.
  virtual Result<Answer> post(const std::string& url, const std::string& content_type,
                              const std::string& body) = 0;
  /// Lets what is under way come back at once; nothing is sent any more.
  virtual void stop() = 0;
};

}  // namespace recourse
