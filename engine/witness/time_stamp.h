#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/ledger/checkpoint.h"
#include "engine/witness/post_port.h"

namespace recourse {

// Time stamps of RFC 3161, by OpenSSL. All pure but ask_time_stamp: any thread.

/// What is stamped of a head: SHA-256 of its three lines, without any signature.
Hash stamped_hash(const Checkpoint& head);

/// A TimeStampReq in DER over `imprint`, which asks for the authority's certificate too.
std::string time_stamp_request(const Hash& imprint, std::uint64_t nonce);

/// Checks a TimeStampResp in DER: granted, over `imprint`, and with `request` for that one. With
/// `ca_file` (PEM) also its signature and that one of those authorities vouches for the signer;
/// without it nothing says who made it. Returns when it says that it was made. Errors: invalid;
/// unauthenticated when the signature or the chain does not hold; not_found, io for the file.
Result<Timestamp> check_time_stamp(std::string_view response, const Hash& imprint,
                                   const std::optional<std::string>& request,
                                   const std::string& ca_file);

/// Whom to ask, and who vouches for it.
struct TimeStampAuthority {
  std::string url;
  std::string ca_file;  ///< Empty: the signature is not checked.
};

/// Asks for the time stamp of a head and checks it. Errors: those of the port and of
/// check_time_stamp; unavailable for an answer that is none.
Result<std::string> ask_time_stamp(PostPort& port, const TimeStampAuthority& authority,
                                   const Checkpoint& head, Random& random);

}  // namespace recourse
