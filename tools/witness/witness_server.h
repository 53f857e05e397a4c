#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "api/http/server.h"
#include "engine/base/time.h"
#include "tools/witness/cosign.h"

namespace recourse::witness {

/// A witness of logs: decides, persists, then cosigns, one request after the other. Threads: any.
class Witness {
 public:
  /// `clock` outlives the witness.
  Witness(WitnessKey key, std::vector<NoteKey> logs, CosignedHeads heads, const Clock& clock);

  /// What add-checkpoint answers. 500 when the head could not be persisted: then it is not
  /// cosigned.
  Answer add_checkpoint(std::string_view body);

 private:
  const WitnessKey key_;
  const std::vector<NoteKey> logs_;
  const Clock& clock_;
  std::mutex mutex_;
  CosignedHeads heads_;  ///< Guarded by mutex_.
};

/// POST /add-checkpoint, and nothing else. `witness` outlives the server. Errors: those of
/// http::Server::start.
Result<std::unique_ptr<http::Server>> serve(Witness& witness, const std::string& address,
                                            std::uint16_t port);

}  // namespace recourse::witness
