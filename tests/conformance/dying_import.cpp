#include "tests/conformance/dying_import.h"

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>

extern char** environ;

namespace recourse {
namespace {

constexpr int kDied = 77;
constexpr const char* kDirectory = "RECOURSE_DYING_IMPORT";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  REQUIRE_MESSAGE(value != nullptr, name);
  return value;
}

TEST_CASE("the import of another process, which dies" * doctest::skip()) {
  if (std::getenv(kDirectory) == nullptr) return;  // Somebody runs the skipped ones too.
  ImportOptions options;
  options.format = variable("RECOURSE_DYING_FORMAT") == "transcript" ? ImportFormat::transcript
                                                                     : ImportFormat::servicenow;
  options.file = variable("RECOURSE_DYING_FILE");
  options.source = variable("RECOURSE_DYING_SOURCE");
  options.batch = std::stoull(variable("RECOURSE_DYING_BATCH"));
  const bool reading = variable("RECOURSE_DYING_READING") == "1";
  int left = std::stoi(variable("RECOURSE_DYING_REPORT"));
  options.progress = [&](const ImportProgress& progress) {
    if (progress.reading == reading && --left == 0) ::_exit(kDied);
  };
  ImportDesk desk{std::filesystem::path(variable(kDirectory))};
  (void)desk.import(options);
}

}  // namespace

void import_and_die(ImportDesk& desk, const ImportOptions& options, DeathAt death) {
  desk.close();
  const auto set = [](const char* name, const std::string& value) {
    REQUIRE(::setenv(name, value.c_str(), 1) == 0);
  };
  set(kDirectory, desk.directory().string());
  set("RECOURSE_DYING_FORMAT",
      options.format == ImportFormat::transcript ? "transcript" : "servicenow");
  set("RECOURSE_DYING_FILE", options.file.string());
  set("RECOURSE_DYING_SOURCE", options.source);
  set("RECOURSE_DYING_BATCH", std::to_string(options.batch));
  set("RECOURSE_DYING_READING", death.reading ? "1" : "0");
  set("RECOURSE_DYING_REPORT", std::to_string(death.report));
  std::string program = "/proc/self/exe", skipped = "--no-skip",
              test = "--test-case=the import of another process?*";
  std::array<char*, 4> arguments{program.data(), skipped.data(), test.data(), nullptr};
  pid_t child = 0;
  REQUIRE(::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ) == 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(::unsetenv(kDirectory) == 0);
  REQUIRE_MESSAGE(WEXITSTATUS(status) == kDied, "the import ended before it could die");
}

}  // namespace recourse
