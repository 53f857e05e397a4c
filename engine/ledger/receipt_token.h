#pragma once

#include <string>
#include <string_view>

#include "engine/ledger/note_key.h"

namespace recourse {

// Receipts as compact JWS (RFC 7515) with Ed25519 (RFC 8037): docs/format/receipt.md. All pure: any
// thread.

/// Base64 of RFC 4648 section 5 without padding. Decoding is strict: no stray bits.
std::string to_base64url(std::string_view bytes);
Result<std::string> from_base64url(std::string_view text);

/// `payload` (JSON) signed by `name`. The header is {"alg":"EdDSA","kid":<name>+<id, 8 hex
/// digits>,"typ":"recourse-receipt"}, so the same payload gives the same token for ever.
/// REQUIRES: is_note_key_name(name).
std::string sign_receipt_token(std::string_view name, const Ed25519Key& key,
                               std::string_view payload);

/// The payload, once the signature is known to hold. Errors: invalid for what is no such token;
/// unauthenticated when it names another key, or the signature does not hold.
Result<std::string> verify_receipt_token(std::string_view token, const NoteKey& key);

}  // namespace recourse
