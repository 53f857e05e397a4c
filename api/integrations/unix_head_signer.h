#pragma once

#include <memory>
#include <string>

#include "engine/ledger/head_signer.h"

namespace recourse {

/// The signer behind a Unix socket (`recourse signer`). Each question is a connection of its own
/// and takes ten seconds at most. Threads: one at a time.
std::unique_ptr<HeadSigner> unix_head_signer(std::string path);

}  // namespace recourse
