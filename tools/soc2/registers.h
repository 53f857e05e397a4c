#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/soc2/examine.h"
#include "tools/soc2/history.h"

namespace recourse::soc2 {

/// Collects what the sections E, F, G, I and J list, and how often each type of event came.
/// Threads: one.
class Registers {
 public:
  explicit Registers(const Source& source);

  /// `history`: of the leaves before this one.
  void see(const Seen& seen, const History& history);

  /// Events of the period by type, without their version: recourse.effect.dispatched.
  const std::map<std::string, std::uint64_t, std::less<>>& counts() const { return counts_; }
  std::uint64_t sealed() const { return sealed_; }
  std::uint64_t erased() const { return erased_; }
  std::uint64_t disclosed() const { return disclosed_; }

  /// Moves the tables into the package.
  void fill(Package& package) &&;

 private:
  /// Which agents ran as which version on which model.
  struct Runs {
    Timestamp first, last;
    std::uint64_t count = 0;
  };

  const Source& source_;
  std::map<std::string, std::size_t, std::less<>> table_of_;  ///< Type -> table.
  std::vector<Table> tables_;
  std::map<std::vector<std::string>, Runs> runs_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t sealed_ = 0, erased_ = 0, disclosed_ = 0;
};

/// The members of an event's data that are clear and short, as a reader finds them: "name value;".
std::string clear_details(const EventData& data);

}  // namespace recourse::soc2
