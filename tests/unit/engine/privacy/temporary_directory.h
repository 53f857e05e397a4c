#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "engine/base/assert.h"

namespace recourse {

/// An empty directory that goes with its test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    // In memory where there is such a place: these tests sync often and never lose power.
    const bool memory = ::access("/dev/shm", W_OK) == 0;
    const std::filesystem::path root = memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    std::string name = (root / "recourse-keys-XXXXXX").string();
    RECOURSE_ASSERT(::mkdtemp(name.data()) != nullptr, "the system has room for a test");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::filesystem::path operator/(const char* name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace recourse
