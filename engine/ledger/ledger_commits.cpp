#include <string>

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"
#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/row_key.h"

namespace recourse {

Status Ledger::each_commit(const std::function<bool(const CommitRecord&)>& visit) const {
  const std::uint64_t newest = commit_number();
  const auto row = impl_->store->iterate(Family::commits);
  Hash previous{};
  std::uint64_t number = 1;
  for (row->Seek(commit_key(number)); number <= newest; row->Next(), ++number) {
    const auto damaged = [&](std::string_view how) {
      return Error{ErrorCode::corrupt,
                   "the record of commit " + std::to_string(number) + " " + std::string(how)};
    };
    if (!row->Valid()) {
      if (row->status().ok()) return damaged("is missing");
      return impl_->store->read_error(row->status());
    }
    if (row->key().ToStringView() != commit_key(number)) return damaged("is missing");
    const Result<std::string_view> bytes =
        unframe(row->key().ToStringView(), row->value().ToStringView());
    if (!bytes) return damaged("does not match its checksum");
    RECOURSE_LET(const CommitRecord record, CommitRecord::parse(*bytes));
    if (record.number != number) return damaged("is of another commit");
    if (record.previous != previous) return damaged("does not follow the one before it");
    previous = sha256(*bytes);
    if (!visit(record)) return {};
  }
  return {};
}

}  // namespace recourse
