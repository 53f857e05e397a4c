#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/report/sample_package.h"
#include "tools/report/report.h"

/// usage: write_sample FOLDER     Writes the files of the sample package for others to read.
int main(int argc, char** argv) {
  if (argc != 2) return 64;
  const auto files = recourse::soc2::write_report(recourse::soc2::sample_package());
  if (!files) {
    std::fprintf(stderr, "%s\n", files.error().message.c_str());
    return 1;
  }
  for (const recourse::soc2::File& file : *files) {
    const std::filesystem::path path = std::filesystem::path(argv[1]) / file.path;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << file.bytes;
  }
  return 0;
}
