#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace recourse::http {

/// Makes and reads the opaque cursors of lists: base64url (RFC 4648, 5, no padding) of the payload
/// followed by 16 bytes of HMAC-SHA-256 over the scope and the payload. Whoever changes a cursor,
/// or shows it in another scope, gets nothing. The payload can be read by its holder. Any thread.
class CursorSeal {
 public:
  /// `key`: at least 16 secret bytes. Cursors live as long as the key.
  explicit CursorSeal(std::string key);

  /// `scope` names where the cursor is good: the tenant, and the list when that matters.
  std::string seal(std::string_view scope, std::string_view payload) const;
  /// The payload. Errors: invalid.
  Result<std::string> open(std::string_view scope, std::string_view cursor) const;

 private:
  std::string key_;
};

}  // namespace recourse::http
