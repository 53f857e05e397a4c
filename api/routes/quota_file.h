#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace recourse::routes::served {

/// What a quota counted for one caller in one bucket of its window. Bytes:
/// docs/format/throttles.md.
struct QuotaRecord {
  std::array<std::uint8_t, 16> caller{};  ///< Keyed hash: no address or name is in the file.
  std::int64_t bucket = 0;
  std::uint32_t window_s = 0;
  std::uint32_t used = 0;
  std::uint32_t reserved = 0;  ///< What may have been used without a record on stable storage.
};

/// The file behind the quotas: records are appended, the last one of a caller and bucket counts.
/// Threads: one at a time.
class QuotaFile {
 public:
  /// Reads what is there, oldest first; damaged records are left out. `boot` names this run of the
  /// operating system: what an earlier one wrote without a sync may be lost, so `used` is then what
  /// was reserved. Errors: io, disk_full; unsupported for a file of something else.
  static Result<QuotaFile> open(std::string path, std::vector<QuotaRecord>& found,
                                std::string_view boot = boot_id());
  QuotaFile(QuotaFile&& other) noexcept;
  QuotaFile& operator=(QuotaFile&& other) noexcept;
  ~QuotaFile();

  /// In one write, which survives the end of this process, and the end of power when `synced`.
  /// Errors: disk_full, io.
  Status append(std::span<const QuotaRecord> records, bool synced);
  /// In place of everything that was appended. Errors: as append(); then the old file stays.
  Status replace(std::span<const QuotaRecord> records);
  std::uint64_t size_bytes() const { return size_bytes_; }

  /// Changes whenever the operating system starts; empty where it does not say, which is taken for
  /// another start each time.
  static std::string_view boot_id();

 private:
  QuotaFile(std::string path, std::string header)
      : path_(std::move(path)), header_(std::move(header)) {}

  std::string path_, header_;
  int file_ = -1;
  std::uint64_t size_bytes_ = 0;
};

}  // namespace recourse::routes::served
