#include "tests/conformance/shared_data.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <array>
#include <cstdlib>

namespace recourse {

std::optional<std::filesystem::path> shared_data(std::string_view name) {
  const char* set = std::getenv("RECOURSE_SHARED_DATA");
  const std::filesystem::path folder =
      set ? std::filesystem::path(set)
          : std::filesystem::path(RECOURSE_SOURCE_DIR) / "../shared/data";
  std::filesystem::path path = folder / name;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  MESSAGE("skipped: there is no ", path.string());
  return std::nullopt;
}

std::string contents(const std::filesystem::path& file) {
  const gzFile in = gzopen(file.c_str(), "rb");  // reads what is not packed as it is
  REQUIRE_MESSAGE(in, file.string());
  std::string out;
  std::array<char, 65536> buffer;
  int read = 0;
  while ((read = gzread(in, buffer.data(), buffer.size())) > 0) {
    out.append(buffer.data(), static_cast<std::size_t>(read));
  }
  CHECK_MESSAGE(read == 0, file.string());
  gzclose(in);
  return out;
}

}  // namespace recourse
