#include "tools/audit/sealed_check.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "engine/privacy/key_store.h"
#include "engine/privacy/seal.h"

namespace recourse {
namespace {

constexpr std::uint64_t kVaultWorthThreads = 1024;
constexpr std::string_view kRestoreVault = "restore the ledger's vault from a verified backup";

/// The values of one slice of the ledger. Threads: one.
class SealedSlice {
 public:
  SealedSlice(const Ledger& ledger, const LedgerInfo& info,
              const std::function<bool(std::uint64_t)>& pace)
      : ledger_(ledger), info_(info), pace_(pace), findings_(info.origin, SIZE_MAX) {}

  /// Errors: io.
  Status check(Position from, Position to) {
    Position next = from;
    while (next < to) {
      Status failed;
      const Status status =
          ledger_.scan(info_.ledger, next, to, [&](Position position, std::string_view leaf) {
            next = Position(position.value() + 1);
            if (leaf.find("\"$sealed\":") != leaf.npos) failed = check_leaf(position, leaf);
            if (failed && pace_ && !pace_(leaf.size()))
              failed = Error{ErrorCode::unavailable, "it was stopped"};
            return failed.ok();
          });
      RECOURSE_TRY(failed);
      if (status) return {};
      if (status.error().code != ErrorCode::corrupt) return status;
      next = Position(next.value() + 1);  // An unreadable leaf is the tree check's finding.
    }
    return {};
  }

  std::uint64_t opened() const { return opened_; }
  std::uint64_t erased() const { return erased_; }
  std::uint64_t missing() const { return missing_; }
  const Findings& findings() const { return findings_; }

 private:
  Status check_leaf(Position position, std::string_view leaf) {
    Result<RecordedEvent> event = read_leaf(leaf);
    if (!event) {
      findings_.add(Integrity::could_not_tell, "the sealed values of an event could not be found",
                    "verify with the newest program, and with --strict", position);
      return {};
    }
    Status status;
    SealedOrdinal ordinal = 0;
    for_each_sealed(event->data, [&](const std::string& pointer, Sealed& sealed) {
      if (status) status = check_value(*event, ordinal, pointer, sealed);
      ++ordinal;
    });
    return status;
  }

  Status check_value(const RecordedEvent& event, SealedOrdinal ordinal, const std::string& pointer,
                     const Sealed& sealed) {
    const Result<OpenedValue> value =
        ledger_.open_value(info_.ledger, event.subject, event.position, ordinal);
    const auto damaged = [&](std::string_view what) {
      ++missing_;
      findings_.add(Integrity::damaged, what, kRestoreVault, event.position);
    };
    if (value) {
      Rho rho{};
      const SealHeader header{event.id.value(), pointer};
      const bool whole = value->rho.size() == rho.size();
      if (whole) std::copy_n(as_bytes(value->rho), rho.size(), rho.begin());
      if (whole && commit(rho, header, value->json) == sealed.commitment) {
        ++opened_;
      } else {
        damaged("a sealed value is not the one that its leaf commits to");
      }
      return {};
    }
    if (value.error().code == ErrorCode::io) return value.error();
    if (value.error().code != ErrorCode::erased) {
      damaged("a sealed value cannot be opened");
      return {};
    }
    RECOURSE_LET(const bool destroyed, key_destroyed(event, sealed));
    if (destroyed) {
      ++erased_;
    } else {
      damaged("a sealed value is gone although none of its keys was destroyed");
    }
    return {};
  }

  /// Whether an erasure or the end of a retention period explains a missing value.
  Result<bool> key_destroyed(const RecordedEvent& event, const Sealed& sealed) const {
    std::vector<KeyName> names = {
        KeyName::bucket(info_.ledger, sealed.retention, month_of(event.time))};
    for (const std::string& subject : sealed.subjects)
      names.push_back(KeyName::subject(info_.ledger, subject));
    if (sealed.subjects.empty()) names.push_back(KeyName::tenant(info_.ledger));
    for (const KeyName& name : names) {
      const Result<Key> key = ledger_.keys().find(name);
      if (!key && key.error().code == ErrorCode::erased) return true;
      if (!key && key.error().code == ErrorCode::io) return key.error();
    }
    return false;
  }

  const Ledger& ledger_;
  const LedgerInfo& info_;
  const std::function<bool(std::uint64_t)>& pace_;
  Findings findings_;
  std::uint64_t opened_ = 0, erased_ = 0, missing_ = 0;
};

}  // namespace

Status check_sealed(const Ledger& ledger, LedgerReport& report, Findings& findings,
                    const std::function<bool(std::uint64_t)>& pace) {
  const auto start = std::chrono::steady_clock::now();
  const std::uint64_t size = report.head.size.value();
  const std::uint64_t parts =
      pace || size < kVaultWorthThreads ? 1 : std::max(1U, std::thread::hardware_concurrency());
  std::deque<SealedSlice> slices;
  std::vector<Status> results(parts);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < parts; ++i) {
      slices.emplace_back(ledger, report.info, pace);
      threads.emplace_back([&, i, slice = &slices.back()] {
        results[i] = slice->check(Position(size / parts * i),
                                  Position(i + 1 == parts ? size : size / parts * (i + 1)));
      });
    }
  }
  for (std::uint64_t i = 0; i < parts; ++i) {
    RECOURSE_TRY(results[i]);
    findings.add(slices[i].findings());
    report.sealed_opened += slices[i].opened();
    report.sealed_erased += slices[i].erased();
    report.sealed_missing += slices[i].missing();
  }
  report.sealed_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {};
}

}  // namespace recourse
