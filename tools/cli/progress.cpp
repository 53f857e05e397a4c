#include "tools/cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kBarWidth = 30;

}  // namespace

Progress::Progress(std::string what, bool quiet)
    : what_(std::move(what)),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1),
      began_(std::chrono::steady_clock::now()),
      next_(began_ + (terminal_ ? 200ms : 2s)) {}

Progress::~Progress() { end(); }

void Progress::show(std::uint64_t done, std::uint64_t total) {
  const Time now = std::chrono::steady_clock::now();
  if (quiet_ || now < next_) return;
  next_ = now + (terminal_ ? 100ms : 5s);
  draw(done, total, std::chrono::duration<double>(now - began_).count());
}

void Progress::draw(std::uint64_t done, std::uint64_t total, double seconds) {
  std::string line = what_ + ' ';
  if (terminal_ && total > 0) {
    const std::size_t full = static_cast<std::size_t>(
        static_cast<double>(kBarWidth) *
        std::min(1.0, static_cast<double>(done) / static_cast<double>(total)));
    line += '[' + std::string(full, '#') + std::string(kBarWidth - full, '.') + "] ";
  }
  line += grouped(done);
  if (total > 0) line += " of " + grouped(total);
  if (seconds > 0.5)
    line += ", " + grouped(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)) +
            " a second";
  std::fprintf(stderr, terminal_ ? "\r\033[K%s" : "%s\n", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::rename(std::string what) { what_ = std::move(what); }

void Progress::end() {
  if (drawn_ && terminal_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace recourse::cli
