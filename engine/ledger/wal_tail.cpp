#include "engine/ledger/wal_tail.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "engine/ledger/durable_file.h"

namespace recourse {
namespace {

// The log format of RocksDB and LevelDB: blocks of 32 KiB; fragments of masked CRC-32C (4 bytes),
// payload length (2), both little-endian, type (1), payload; fewer than 7 bytes at a block's end
// are filled with zeros.
constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kRecordHeader = 7;
constexpr std::size_t kWalked = 8 << 20;

enum Fragment : unsigned { full = 1, first = 2, middle = 3, last = 4 };

/// What a byte does to the sum when 0 to 7 others follow it: eight at once cost little more than
/// one.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr CrcTables crc_tables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1 ? 0x82F63B78U : 0U);
    tables[0][i] = value;
  }
  for (std::size_t behind = 1; behind < 8; ++behind)
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint32_t value = tables[behind - 1][i];
      tables[behind][i] = value >> 8 ^ tables[0][value & 0xff];
    }
  return tables;
}

std::uint32_t little_endian(std::string_view bytes, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  static constexpr CrcTables tables = crc_tables();
  std::uint32_t crc = ~0U;
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    const std::uint32_t low = crc ^ little_endian(bytes, 4);
    const std::uint32_t high = little_endian(bytes.substr(4), 4);
    crc = tables[7][low & 0xff] ^ tables[6][low >> 8 & 0xff] ^ tables[5][low >> 16 & 0xff] ^
          tables[4][low >> 24] ^ tables[3][high & 0xff] ^ tables[2][high >> 8 & 0xff] ^
          tables[1][high >> 16 & 0xff] ^ tables[0][high >> 24];
  }
  for (const char byte : bytes)
    crc = crc >> 8 ^ tables[0][(crc ^ static_cast<std::uint8_t>(byte)) & 0xff];
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

/// `bytes` start at a block.
bool ends_whole(std::string_view bytes) {
  bool open_record = false;
  while (!bytes.empty()) {
    std::string_view block = bytes.substr(0, kBlock);
    bytes.remove_prefix(block.size());
    const bool last_block = bytes.empty();
    while (block.size() >= kRecordHeader) {
      const std::size_t length = little_endian(block.substr(4), 2);
      const unsigned type = static_cast<std::uint8_t>(block[6]);
      if (type < full || type > last || kRecordHeader + length > block.size()) return false;
      if (little_endian(block, 4) != masked_crc32c(block.substr(6, 1 + length))) return false;
      open_record = type == first || type == middle;
      block.remove_prefix(kRecordHeader + length);
    }
    if (last_block && !block.empty()) return false;
  }
  return !open_record;
}

}  // namespace

Result<bool> wal_ends_whole(const std::filesystem::path& log) {
  RECOURSE_LET(const OpenFile file, OpenFile::open(log, O_RDONLY));
  const off_t size = ::lseek(file.descriptor(), 0, SEEK_END);
  if (size < 0) return system_error("read", log, errno);
  const auto total = static_cast<std::size_t>(size);
  const std::size_t start = total > kWalked ? (total - kWalked) / kBlock * kBlock : 0;
  std::string bytes(total - start, '\0');
  std::size_t got = 0;
  while (got < bytes.size()) {
    const ssize_t count = ::pread(file.descriptor(), bytes.data() + got, bytes.size() - got,
                                  static_cast<off_t>(start + got));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read", log, errno);
    if (count == 0) break;
    got += static_cast<std::size_t>(count);
  }
  return ends_whole(std::string_view(bytes).substr(0, got));
}

}  // namespace recourse
