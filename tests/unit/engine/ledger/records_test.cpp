#include <doctest/doctest.h>

#include "engine/ledger/commit_record.h"
#include "engine/ledger/ledger_row.h"
#include "engine/ledger/request_record.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/vault_record.h"

namespace recourse {
namespace {

CommitRecord sample_commit() {
  CommitRecord record;
  record.number = 7;
  record.previous[3] = 9;
  record.heads = {{LedgerId(0), {LogSize(4), Hash{1}}}, {LedgerId(2), {LogSize(900), Hash{2}}}};
  return record;
}

VaultRecord sample_value() {
  VaultRecord record;
  record.commitment[0] = 5;
  record.event_id = "evt_01";
  record.pointer = "/data/args";
  record.retention = "pii-24m";
  record.month = "2026-01";
  record.subjects = {"sub_a", "sub_b"};
  record.sealed = std::string(70, 's');
  return record;
}

/// Cut short anywhere, or of a newer version, a record is refused and never half understood.
template <class Parse>
void check_strict(const std::string& bytes, std::size_t needed, const Parse& parse) {
  for (std::size_t size = 0; size < needed; ++size)
    CHECK(parse(bytes.substr(0, size)).error().code == ErrorCode::corrupt);
  std::string newer = bytes;
  newer[0] = 2;
  CHECK(parse(newer).error().code == ErrorCode::unsupported);
}

TEST_CASE("commit records read back") {
  const CommitRecord record = sample_commit();
  CHECK(CommitRecord::parse(record.bytes()).value() == record);
  CHECK(CommitRecord::parse(record.bytes() + "x").error().code == ErrorCode::corrupt);
  check_strict(record.bytes(), record.bytes().size(), &CommitRecord::parse);
}

TEST_CASE("vault records read back") {
  const VaultRecord record = sample_value();
  const std::string bytes = vault_record_bytes(record);
  CHECK(parse_vault_record(bytes).value() == record);
  check_strict(bytes, bytes.size() - record.sealed.size(), &parse_vault_record);
}

TEST_CASE("vault records under one key have one name of it, and others another") {
  const VaultRecord record = sample_value();
  const auto key_name = [](const VaultRecord& of) {
    const std::string bytes = vault_record_bytes(of);
    return std::string(view_vault_record(bytes).value().key_name);
  };
  VaultRecord same = record;
  same.event_id += "2";
  same.pointer = "/data/else";
  same.commitment[0] ^= 1;
  same.sealed += "more";
  CHECK(key_name(same) == key_name(record));
  const auto differs = [&](const auto& change) {
    VaultRecord other = record;
    change(other);
    return key_name(other) != key_name(record);
  };
  CHECK(differs([](VaultRecord& other) { other.retention = "ops-7y"; }));
  CHECK(differs([](VaultRecord& other) { other.month = "2026-02"; }));
  CHECK(differs([](VaultRecord& other) { other.subjects.pop_back(); }));
  CHECK(differs([](VaultRecord& other) { other.subjects = {"sub_b", "sub_a"}; }));
  CHECK(differs([](VaultRecord& other) { other.subjects.clear(); }));
}

TEST_CASE("texts that do not fit a vault record are known before") {
  VaultRecord record = sample_value();
  CHECK(fits_vault_record(record));
  record.subjects.assign(255, "sub");
  CHECK(parse_vault_record(vault_record_bytes(record)).value() == record);
  record.subjects.emplace_back("sub");
  CHECK_FALSE(fits_vault_record(record));
  record.subjects = {std::string(256, 'x')};
  CHECK_FALSE(fits_vault_record(record));
}

TEST_CASE("request records and ledger rows read back") {
  StoredRequest request;
  request.first = Position(1ULL << 40);
  request.count = 3;
  request.subject_group = 77;
  request.fingerprint[31] = 1;
  const std::string bytes = request_record_bytes(request);
  const StoredRequest read = parse_request_record(bytes).value();
  CHECK(read.first == request.first);
  CHECK(read.count == 3);
  CHECK(read.subject_group == 77);
  CHECK(read.fingerprint == request.fingerprint);
  check_strict(bytes, bytes.size(), &parse_request_record);

  const LedgerInfo info{LedgerId(4), TenantId("acme"), "example.com/t/00"};
  const std::string row = ledger_row_bytes(info);
  CHECK(parse_ledger_row(LedgerId(4), row)->origin == info.origin);
  CHECK(parse_ledger_row(LedgerId(4), row)->tenant == info.tenant);
  for (std::size_t i = 0; i < row.size(); ++i)
    CHECK(parse_ledger_row({}, row.substr(0, i)).error().code == ErrorCode::corrupt);
  CHECK(parse_ledger_row({}, row + "x").error().code == ErrorCode::corrupt);
  // Version 2 is that of a ledger that was continued: continued_ledger_test.cpp.
  CHECK(parse_ledger_row({}, "\x03" + row.substr(1)).error().code == ErrorCode::unsupported);
}

TEST_CASE("keys sort as the log does, and a ticket's values lie together") {
  CHECK(leaf_key(LedgerId(1), Position(255)) < leaf_key(LedgerId(1), Position(256)));
  CHECK(leaf_key(LedgerId(1), Position(~0ULL)) < leaf_key(LedgerId(2), Position(0)));
  const VaultKey key{LedgerId(1), subject_group("tkt_1"), Position(9), 3};
  CHECK(key.bytes().starts_with(key.prefix()));
  const VaultKey read = VaultKey::parse(key.bytes()).value();
  CHECK(read.group == key.group);
  CHECK(read.position == key.position);
  CHECK(read.ordinal == key.ordinal);
  CHECK(VaultKey::parse("short").error().code == ErrorCode::corrupt);
}

}  // namespace
}  // namespace recourse
