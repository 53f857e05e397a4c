#include "engine/privacy/key_record.h"

#include "engine/base/bytes.h"
#include "engine/privacy/aes_gcm.h"

namespace recourse {
namespace {

constexpr char kVersion = 1;
constexpr char kWrapped = 'w';
constexpr char kDestroyed = 'x';
constexpr std::size_t kHeadSize = 1 + 1 + 8;  // version, state, epoch
constexpr std::size_t kChecksumSize = 8;

struct Record {
  bool destroyed;
  std::uint64_t epoch;
  std::string_view body;  // nonce || ciphertext || tag
};

std::string head(char state, std::uint64_t epoch) {
  std::string record{kVersion, state};
  put_u64(record, epoch);
  return record;
}

std::uint64_t guard(std::string_view name, std::string_view record) {
  return checksum(std::string(name).append(record));
}

Result<Record> parse(std::string_view name, std::string_view record) {
  const Error damaged{ErrorCode::corrupt, "a record of the key store is damaged"};
  if (record.size() < kHeadSize + kChecksumSize) return damaged;
  const std::string_view guarded = record.substr(0, record.size() - kChecksumSize);
  if (get_u64(record.substr(guarded.size())) != guard(name, guarded)) return damaged;
  if (record[0] != kVersion || (record[1] != kWrapped && record[1] != kDestroyed))
    return Error{ErrorCode::unsupported, "the key store was written by a newer program"};
  return Record{record[1] == kDestroyed, get_u64(record.substr(2)), guarded.substr(kHeadSize)};
}

}  // namespace

std::string wrap_record(const Kek& kek, std::string_view name, Random& random,
                        std::initializer_list<std::string_view> parts) {
  std::string record = head(kWrapped, kek.epoch);
  const GcmNonce nonce = random.bytes<GcmNonce{}.size()>();
  record.append(as_text(nonce));
  aes_gcm_seal(record, kek.key.view(), nonce, name, parts);
  put_u64(record, guard(name, record));
  return record;
}

std::string destroyed_record(std::uint64_t epoch, std::string_view name) {
  std::string record = head(kDestroyed, epoch);
  put_u64(record, guard(name, record));
  return record;
}

Result<WipedText> unwrap_record(const Kek& kek, std::string_view name, std::string_view record) {
  RECOURSE_LET(const Record parsed, parse(name, record));
  if (parsed.destroyed) return Error{ErrorCode::erased, "the key was destroyed"};
  constexpr std::size_t nonce_size = GcmNonce{}.size();
  if (parsed.body.size() < nonce_size + kGcmTagSize)
    return Error{ErrorCode::corrupt, "a record of the key store is damaged"};
  Result<std::string> text = aes_gcm_open(kek.key.view(), parsed.body.substr(0, nonce_size), name,
                                          parsed.body.substr(nonce_size));
  if (!text)
    return Error{ErrorCode::unauthenticated,
                 "a record of the key store is wrapped under another key"};
  return WipedText(std::move(text).value());
}

Result<std::uint64_t> epoch_of_record(std::string_view name, std::string_view record) {
  RECOURSE_LET(const Record parsed, parse(name, record));
  return parsed.epoch;
}

Result<bool> is_destroyed_record(std::string_view name, std::string_view record) {
  RECOURSE_LET(const Record parsed, parse(name, record));
  return parsed.destroyed;
}

}  // namespace recourse
