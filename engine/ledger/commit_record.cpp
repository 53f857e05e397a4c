#include "engine/ledger/commit_record.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

constexpr char kCommitVersion = 1;
constexpr std::size_t kFixed = 1 + 8 + 32 + 4;
constexpr std::size_t kPerLedger = 4 + 8 + 32;

Hash hash_at(std::string_view bytes) {
  Hash hash;
  std::copy_n(as_bytes(bytes), hash.size(), hash.begin());
  return hash;
}

}  // namespace

std::string CommitRecord::bytes() const {
  std::string out(1, kCommitVersion);
  out.reserve(kFixed + heads.size() * kPerLedger);
  put_u64(out, number);
  out.append(as_text(previous));
  put_u32(out, static_cast<std::uint32_t>(heads.size()));
  for (const LedgerHead& changed : heads) {
    put_u32(out, changed.ledger.value());
    put_u64(out, changed.head.size.value());
    out.append(as_text(changed.head.root));
  }
  return out;
}

Hash CommitRecord::hash() const { return sha256(bytes()); }

Result<CommitRecord> CommitRecord::parse(std::string_view bytes) {
  const Error damaged{ErrorCode::corrupt, "a commit record is ill-formed"};
  if (bytes.empty()) return damaged;
  if (bytes[0] != kCommitVersion)
    return Error{ErrorCode::unsupported, "a commit record was written by a newer program"};
  if (bytes.size() < kFixed) return damaged;
  CommitRecord record;
  record.number = get_u64(bytes.substr(1));
  record.previous = hash_at(bytes.substr(9));
  const std::size_t count = get_u32(bytes.substr(41));
  bytes.remove_prefix(kFixed);
  if (bytes.size() != count * kPerLedger) return damaged;
  for (; !bytes.empty(); bytes.remove_prefix(kPerLedger)) {
    LedgerHead& read = record.heads.emplace_back();
    read.ledger = LedgerId(get_u32(bytes));
    read.head = {LogSize(get_u64(bytes.substr(4))), hash_at(bytes.substr(12))};
  }
  return record;
}

}  // namespace recourse
