#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/head_signer.h"

namespace recourse {

// What an engine and the process that holds its log key say to each other, one request a
// connection: docs/operations/witness.md. All pure.

inline constexpr std::string_view kAskKeys = "keys\n";
inline constexpr std::string_view kAskHeads = "heads\n";
/// No request and no answer is longer: some ten thousand logs in one round.
inline constexpr std::size_t kMaxSigningBytes = std::size_t{32} << 20;

std::string sign_request(std::span<const HeadToSign> heads);
/// Errors: invalid.
Result<std::vector<HeadToSign>> parse_sign_request(std::string_view request);

/// `ok`, a line feed and what was asked for.
std::string signing_answer(const Result<std::string>& body);
/// The body of an answer, or the error that it is. Errors: also invalid.
Result<std::string> parse_signing_answer(std::string_view answer);

/// One base64 line for each key; the number of lines before the lines of each head.
std::string keys_body(std::span<const Ed25519PublicKey> keys);
Result<std::vector<Ed25519PublicKey>> parse_keys_body(std::string_view body);
std::string lines_body(std::span<const std::string> lines);
Result<std::vector<std::string>> parse_lines_body(std::string_view body);

}  // namespace recourse
