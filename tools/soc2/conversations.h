#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "tools/soc2/history.h"
#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// Conversations whose first message of an AI is in the period, and whether the customer was told
/// by then that an AI writes (AI Act, Article 50(1)). A disclosure counts for its ticket, and not
/// after the moment of that message. Imported messages and notes are none. Threads: one.
class Conversations {
 public:
  /// `history`: of the leaves before this one.
  void see(const Seen& seen, const History& history);

  std::uint64_t count() const;
  /// First messages before which nothing was told.
  Table untold() const;

 private:
  struct Conversation {
    std::optional<Row> first;  ///< Message of an AI.
    bool within = false;       ///< The period.
    bool told = false;
  };

  std::unordered_map<std::string, Conversation> by_ticket_;
};

}  // namespace recourse::soc2
