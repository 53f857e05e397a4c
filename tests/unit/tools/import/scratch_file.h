#pragma once

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/base/assert.h"

namespace recourse {

/// A file with given bytes that goes away with the test.
class ScratchFile {
 public:
  explicit ScratchFile(std::string_view bytes, std::string_view suffix = ".txt") {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("recourse-import-" + std::to_string(::getpid()) + "-" + std::to_string(count++) +
             std::string(suffix));
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// One gzip member.
inline std::string gzip(std::string_view text) {
  z_stream zlib{};
  RECOURSE_ASSERT(deflateInit2(&zlib, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK,
                  "deflate starts");
  std::string bytes(deflateBound(&zlib, static_cast<uLong>(text.size())) + 64, '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(bytes.data());
  zlib.avail_out = static_cast<uInt>(bytes.size());
  RECOURSE_ASSERT(deflate(&zlib, Z_FINISH) == Z_STREAM_END, "deflate ends");
  bytes.resize(bytes.size() - zlib.avail_out);
  deflateEnd(&zlib);
  return bytes;
}

}  // namespace recourse
