#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace recourse {

/// The bytes of a file; empty when there is none.
inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace recourse
