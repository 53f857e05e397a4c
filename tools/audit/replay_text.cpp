#include "tools/audit/replay_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "tools/audit/replay_blocks.h"
#include "tools/audit/wrap.h"

namespace recourse {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::size_t kShownValue = 100;      ///< Bytes of a value in a line.
constexpr std::size_t kWrappedValue = 2'000;  ///< The same where lines are wrapped.
constexpr std::size_t kNarrowest = 30;        ///< Columns of a value, however narrow it is.

BlockStyle block_style(const TextStyle& style) {
  return {style.bookkeeping, style.width > 0 ? kWrappedValue : kShownValue};
}

std::string painted(std::string_view text, std::string_view colour, const TextStyle& style) {
  if (!style.colour || text.empty()) return std::string(text);
  return std::string(colour).append(text).append(kReset);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string value_of(const ReplayLine& line, const TextStyle& style) {
  if (!line.before) return line.text;
  return painted(*line.before, kYellow, style) + " → " + painted(line.text, kGreen, style);
}

void append_block(std::string& out, const ReplayBlock& block, const TextStyle& style) {
  out += "        " + painted(block.heading, kDim, style) + "\n";
  std::size_t width = 0;
  for (const ReplayLine& line : block.lines) width = std::max(width, line.name.size());
  constexpr std::size_t kIndent = 10;
  const std::size_t before = kIndent + width + 2;
  const std::size_t columns =
      style.width == 0 ? 0 : std::max(kNarrowest, style.width - std::min(style.width, before));
  for (const ReplayLine& line : block.lines) {
    std::string name = std::string(kIndent, ' ') + padded(line.name, width) + "  ";
    for (const std::string& part : wrapped(value_of(line, style), columns)) {
      out += name + part + "\n";
      name.assign(before, ' ');
    }
  }
}

}  // namespace

std::string to_text(const ReplayStep& step, const TextStyle& style) {
  std::array<char, 24> position;
  std::snprintf(position.data(), position.size(), "%6llu",
                static_cast<unsigned long long>(step.position.value()));
  std::string out = painted(position.data(), kBold, style) + "  " + to_rfc3339(step.time) + "  " +
                    painted(spoken_type(step.type), kBold, style) + "\n";
  for (const ReplayBlock& block : blocks_of(step, block_style(style)))
    append_block(out, block, style);
  return out + "\n";
}

std::string to_text(const std::vector<EntityChange>& changes, const TextStyle& style) {
  std::string out;
  for (const ReplayBlock& block : blocks_of(changes, block_style(style)))
    append_block(out, block, style);
  return out.empty() ? "        no difference\n" : out;
}

}  // namespace recourse
