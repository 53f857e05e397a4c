#include "engine/privacy/seal.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

constexpr std::string_view kSealLabel = "recourse/seal/v1\n";
constexpr std::string_view kDeriveLabel = "recourse/derive/v1\n";

/// One block of HKDF-SHA-256 (RFC 5869) with an empty salt; an HMAC key of no bytes is that salt.
template <class Tag>
Secret<Tag> hkdf(std::string_view key_material, std::string_view label, std::string_view info) {
  Hash extracted = hmac_sha256("", {key_material});
  Hash expanded = hmac_sha256(as_text(extracted), {label, info, std::string_view("\x01", 1)});
  const Secret<Tag> key(expanded);
  OPENSSL_cleanse(extracted.data(), extracted.size());
  OPENSSL_cleanse(expanded.data(), expanded.size());
  return key;
}

Error fault(std::string_view event_id, std::string_view pointer, std::string_view what) {
  return {ErrorCode::corrupt, "the sealed value at " + std::string(pointer) + " of event " +
                                  std::string(event_id) + std::string(what)};
}

Error does_not_open(std::string_view event_id, std::string_view pointer) {
  return fault(event_id, pointer, " does not open: damaged, or of another key");
}

Error not_committed(std::string_view event_id, std::string_view pointer) {
  return fault(event_id, pointer, " is not the one the event commits to");
}

void append_header(std::string& out, std::string_view event_id, std::string_view pointer) {
  out.reserve(out.size() + kSealLabel.size() + event_id.size() + pointer.size() + 2);
  out.append(kSealLabel).append(event_id).append(1, '\n').append(pointer).append(1, '\n');
}

}  // namespace

std::string SealHeader::bytes() const {
  std::string out;
  append_header(out, event_id, pointer);
  return out;
}

Hash commit(const Rho& rho, const SealHeader& header, std::string_view jcs_value) {
  return hmac_sha256(as_text(rho), {header.bytes(), jcs_value});
}

FieldKey derive_field_key(std::span<const Key> subjects, const Key& bucket,
                          std::string_view origin) {
  RECOURSE_ASSERT(!subjects.empty(), "a sealed value has a subject's or the tenant's key");
  std::string material;
  material.reserve((subjects.size() + 1) * 32);
  for (const Key& subject : subjects) material.append(subject.view());
  material.append(bucket.view());
  const FieldKey key = hkdf<struct FieldKeyTag>(material, kSealLabel, origin);
  OPENSSL_cleanse(material.data(), material.size());
  return key;
}

Key derive_key(const Key& key, std::string_view purpose) {
  return hkdf<struct KeyTag>(key.view(), kDeriveLabel, purpose);
}

std::string seal(const FieldKey& key, const SealHeader& header, const SealNonce& nonce,
                 const Rho& rho, std::string_view jcs_value) {
  std::string record;
  record.reserve(nonce.size() + rho.size() + jcs_value.size() + kGcmTagSize);
  record.append(as_text(nonce));
  aes_gcm_seal(record, key.view(), nonce, header.bytes(), {as_text(rho), jcs_value});
  return record;
}

Result<Opened> open(const FieldKey& key, const SealHeader& header, std::string_view record) {
  Opened opened;
  constexpr std::size_t nonce_size = SealNonce{}.size();
  if (record.size() < nonce_size) return does_not_open(header.event_id, header.pointer);
  Result<std::string> plain = aes_gcm_open(key.view(), record.substr(0, nonce_size), header.bytes(),
                                           record.substr(nonce_size));
  if (!plain || plain->size() < opened.rho.size())
    return does_not_open(header.event_id, header.pointer);
  std::copy_n(plain->begin(), opened.rho.size(), opened.rho.begin());
  opened.value = plain->substr(opened.rho.size());
  return opened;
}

Status check(const Hash& commitment, const Opened& opened, const SealHeader& header) {
  if (commit(opened.rho, header, opened.value) == commitment) return {};
  return not_committed(header.event_id, header.pointer);
}

Result<SealOpener::Text> SealOpener::open(std::string_view event_id, std::string_view pointer,
                                          const Hash& commitment, std::string_view record) {
  constexpr std::size_t nonce_size = SealNonce{}.size();
  constexpr std::size_t rho_size = Rho{}.size();
  header_.clear();
  append_header(header_, event_id, pointer);
  if (record.size() < nonce_size ||
      !gcm_.open(plain_, record.substr(0, nonce_size), header_, record.substr(nonce_size)) ||
      plain_.size() < rho_size)
    return does_not_open(event_id, pointer);
  const std::string_view plain = plain_;
  const Text text{plain.substr(0, rho_size), plain.substr(rho_size)};
  if (hmac_sha256(text.rho, {header_, text.value}) != commitment)
    return not_committed(event_id, pointer);
  return text;
}

}  // namespace recourse
