#include "tools/cli/log_lines.h"

#include <spdlog/formatter.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "engine/base/time.h"
#include "engine/event/canonical_json.h"

namespace recourse::cli {
namespace {

class JsonLines final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const Timestamp time(
        std::chrono::floor<std::chrono::microseconds>(message.time.time_since_epoch()));
    const auto level = spdlog::level::to_string_view(message.level);
    std::string line = R"({"level":)";
    append_canonical_string(line, std::string_view(level.data(), level.size()));
    line += R"(,"message":)";
    append_canonical_string(line, std::string_view(message.payload.data(), message.payload.size()));
    line += R"(,"time":")" + to_rfc3339(time) + "\"}\n";
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonLines>();
  }
};

}  // namespace

void set_log(std::string_view format, std::string_view level) {
  if (format == "json") {
    spdlog::set_formatter(std::make_unique<JsonLines>());
  } else {
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  spdlog::set_level(spdlog::level::from_str(std::string(level)));
}

}  // namespace recourse::cli
