#pragma once

#include "api/routes/call.h"

namespace recourse::routes {

/// A command that was refused, for the log: an auditor asks who tried. Made before the command is
/// handed on.
class Refusal {
 public:
  explicit Refusal(const Command& command);
  /// For what no command describes. `target`: the id of what it was about, or nothing.
  Refusal(std::string command, std::string target)
      : command_(std::move(command)), target_(std::move(target)) {}

  /// Sees to it that it stands in the log as command.rejected, if `error` says something about who
  /// asked or what it was about: forbidden, conflict. Not that an executor came second, which is no
  /// more than everyday.
  void note(const Call& call, const Error& error) const;

 private:
  std::string command_, target_;
  bool taking_ = false;
};

}  // namespace recourse::routes
