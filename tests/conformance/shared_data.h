#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace recourse {

/// A file or folder of the published vectors: below the directory in RECOURSE_SHARED_DATA, else
/// beside the repository in shared/data. They are not part of the repository: without them a test
/// says so and passes.
std::optional<std::filesystem::path> shared_data(std::string_view name);

/// The bytes of a file, unpacked when it is gzip. A file that cannot be read fails the test.
std::string contents(const std::filesystem::path& file);

}  // namespace recourse
