#pragma once

#include <string>
#include <string_view>

namespace recourse {

struct Scrubbed {
  std::string text;
  bool changed = false;  ///< Something was replaced by "[redacted]".
};

/// Replaces credentials in text from outside before the first byte of it is stored: bearer tokens,
/// Authorization and API-key headers (as header lines and as JSON members), and keys whose kind is
/// known by their prefix (sk-, xoxb-, AKIA, ghp_, …). Conservative: what merely might be a secret
/// stays, since a ticket's text is evidence too. Scrubbing twice changes nothing more. Any thread.
Scrubbed scrub(std::string_view text);

}  // namespace recourse
