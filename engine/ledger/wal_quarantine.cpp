#include "engine/ledger/wal_quarantine.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>

#include "engine/ledger/durable_file.h"
#include "engine/ledger/wal_tail.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

Error failed(const std::error_code& error, const fs::path& path) {
  return system_error("keep the write-ahead log in", path, error.value());
}

std::vector<fs::path> logs_of(const fs::path& database) {
  std::vector<fs::path> logs;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(database, ignored))
    if (entry.path().extension() == ".log" && entry.file_size(ignored) > 0)
      logs.push_back(entry.path());
  std::sort(logs.begin(), logs.end());
  return logs;
}

/// Numbers of the quarantined opens, ascending.
std::vector<std::uint64_t> numbers_in(const fs::path& quarantine) {
  std::vector<std::uint64_t> numbers;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(quarantine, ignored)) {
    const std::string name = entry.path().filename();
    std::uint64_t number = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), number);
    if (read.ec == std::errc() && read.ptr == name.data() + name.size()) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

Result<WalQuarantine> WalQuarantine::keep(const fs::path& data_dir, const fs::path& database) {
  WalQuarantine kept;
  const std::vector<fs::path> logs = logs_of(database);
  if (logs.empty()) return kept;
  const fs::path quarantine = data_dir / "quarantine";
  std::vector<std::uint64_t> numbers = numbers_in(quarantine);
  for (; numbers.size() >= kQuarantinesKept; numbers.erase(numbers.begin() + 1)) {
    std::error_code ignored;
    fs::remove_all(quarantine / std::to_string(numbers[1]), ignored);
  }
  const fs::path directory = quarantine / std::to_string(numbers.empty() ? 1 : numbers.back() + 1);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return failed(error, directory);
  for (const fs::path& log : logs) {
    const fs::path copy = directory / log.filename();
    fs::create_hard_link(log, copy, error);
    if (error && !fs::copy_file(log, copy, error)) return failed(error, copy);
    RECOURSE_LET(const bool whole, wal_ends_whole(copy));
    kept.torn_ |= !whole;
  }
  RECOURSE_TRY(sync_directory(directory));
  RECOURSE_TRY(sync_directory(quarantine));
  kept.directory_ = directory;
  return kept;
}

void WalQuarantine::release() {
  if (!directory_) return;
  // Should this fail, the next open removes it as one of the older ones.
  std::error_code ignored;
  fs::remove_all(*directory_, ignored);
  directory_.reset();
}

}  // namespace recourse
