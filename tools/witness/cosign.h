#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "tools/witness/cosigned_heads.h"
#include "tools/witness/witness_key.h"

namespace recourse::witness {

/// What a witness answers, as HTTP says it.
struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

/// The decision about one request.
struct Decision {
  Answer answer;                                ///< Of a refusal; of an acceptance it has no body.
  std::optional<CosignedHeads::Head> accepted;  ///< To be persisted, then cosigned.
  bool contradiction = false;  ///< The log signed two heads that cannot both be true.
  std::string origin, note;    ///< What was asked, once its signature held.
};

/// Decides by the rules of c2sp.org/tlog-witness: 400 malformed, 404 unknown origin, 403 no trusted
/// signature, 409 another size or root than known, 422 no consistency. A log is known by its exact
/// name: with the key of a deployment's meta log nothing is said about the logs of its tenants,
/// which sign with the same key pair under other names. Only a log whose loss was declared goes on
/// under a name that follows (<origin>/2, /3, …): it is a new log with the key of the first, and
/// once it was cosigned the one before is closed, 403. Pure.
Decision decide(std::string_view body, std::span<const NoteKey> logs, const CosignedHeads& known);

}  // namespace recourse::witness
