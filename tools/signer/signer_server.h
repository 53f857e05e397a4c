#pragma once

#include <functional>
#include <string>

#include "tools/signer/signing_memory.h"

namespace recourse::signer {

/// Answers at a Unix socket that its owner alone may use, one connection after the other, until
/// `stopped` says so; it is asked a few times a second. Errors: locked when somebody listens there;
/// invalid for a path that is too long; io.
Status serve(SigningMemory& memory, const std::string& path, const std::function<void()>& ready,
             const std::function<bool()>& stopped);

}  // namespace recourse::signer
