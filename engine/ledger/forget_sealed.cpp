// Sealed values leave the vault once nobody may open them any more.

#include <rocksdb/write_batch.h>

#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/row_key.h"

namespace recourse {
namespace {

constexpr int kMaxTogether = 10'000;

/// The rows of `places` that are there. A request's salt lies beside its first event: without it
/// the idempotency key alone decides.
Status each_row(const Store& store, LedgerId ledger, std::span<const SealedPlace> places,
                const std::function<Status(const std::string&)>& visit) {
  std::optional<Position> salt_of;
  for (const SealedPlace& place : places) {
    VaultKey key{ledger, subject_group(place.subject), place.position, place.ordinal};
    for (const bool salt : {false, true}) {
      if (salt && salt_of == place.position) continue;
      if (salt) {
        key.ordinal = kRequestSalt;
        salt_of = place.position;
      }
      const std::string row = key.bytes();
      const Result<std::string> stored = store.get(Family::vault, row);
      if (!stored && stored.error().code == ErrorCode::not_found) continue;
      if (!stored && stored.error().code != ErrorCode::corrupt) return stored.error();
      RECOURSE_TRY(visit(row));
    }
  }
  return {};
}

}  // namespace

Result<std::uint64_t> Ledger::count_sealed(LedgerId ledger,
                                           std::span<const SealedPlace> places) const {
  std::uint64_t rows = 0;
  RECOURSE_TRY(each_row(*impl_->store, ledger, places, [&](const std::string&) {
    ++rows;
    return Status();
  }));
  return rows;
}

Result<std::uint64_t> Ledger::forget(LedgerId ledger, std::span<const SealedPlace> places) {
  std::uint64_t rows = 0;
  rocksdb::WriteBatch batch;
  const auto write = [&]() -> Status {
    if (batch.Count() == 0) return {};
    RECOURSE_TRY(impl_->store->write(batch));
    batch.Clear();
    return {};
  };
  RECOURSE_TRY(each_row(*impl_->store, ledger, places, [&](const std::string& row) -> Status {
    if (const rocksdb::Status deleted = batch.Delete(impl_->store->family(Family::vault), row);
        !deleted.ok())
      return impl_->store->read_error(deleted);
    ++rows;
    if (batch.Count() < kMaxTogether) return {};
    return write();
  }));
  RECOURSE_TRY(write());
  return rows;
}

Status Ledger::compact_vault() { return impl_->store->compact(Family::vault); }

}  // namespace recourse
