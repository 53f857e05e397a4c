#include "tools/cli/pager.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

extern char** environ;

namespace recourse::cli {
namespace {

bool is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

bool is_on_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::string rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::string folder = rest.substr(0, rest.find(':'));
    rest.erase(0, folder.size() + 1);
    if (::access((folder + '/' + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// A command for the shell; empty: none. less: quit when it fits, keep colours and the screen.
std::string pager_command() {
  const char* const own = std::getenv("PAGER");
  if (own != nullptr) return own;
  return is_on_path("less") ? "less -FRX" : "";
}

/// Starts `command` with `input` as its standard input. -1: it could not be.
pid_t start(const std::string& command, int input, int other_end) {
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return -1;
  ::posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, input);
  ::posix_spawn_file_actions_addclose(&actions, other_end);
  std::string shell = "sh", option = "-c", text = command;
  std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  pid_t child = -1;
  const int failed = ::posix_spawn(&child, "/bin/sh", &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -1;
}

}  // namespace

Pager::Pager(bool wanted) {
  const std::string command = wanted && is_terminal() ? pager_command() : "";
  if (command.empty()) return;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), 0) != 0) return;
  child_ = start(command, ends[0], ends[1]);
  ::close(ends[0]);
  if (child_ >= 0) {
    std::fflush(stdout);
    terminal_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    ::dup2(ends[1], STDOUT_FILENO);
  }
  ::close(ends[1]);
}

Pager::~Pager() {
  if (child_ < 0) return;
  std::fflush(stdout);
  ::dup2(terminal_, STDOUT_FILENO);
  ::close(terminal_);
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
}

std::size_t terminal_columns() {
  if (!is_terminal()) return 0;
  ::winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

bool wants_colour(const char* asked) {
  if (std::strcmp(asked, "auto") != 0) return std::strcmp(asked, "always") == 0;
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
  return is_terminal() && !dumb && (refused == nullptr || *refused == '\0');
}

}  // namespace recourse::cli
