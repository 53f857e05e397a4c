#pragma once

#include <map>
#include <utility>
#include <vector>

#include "engine/ledger/tile_tail.h"

namespace recourse {

/// Full tiles as a database would keep them; a tile written twice is a failure of the test.
class TileStore {
 public:
  void put(std::vector<CompletedTile>& completed) {
    for (CompletedTile& tile : completed) {
      const bool added =
          tiles_.emplace(std::pair(tile.level, tile.index), std::move(tile.bytes)).second;
      RECOURSE_ASSERT(added, "a full tile is emitted once");
    }
    completed.clear();
  }
  TileLoader loader() const {
    return [this](unsigned level, std::uint64_t index) -> Result<std::string> {
      ++loads_;
      const auto found = tiles_.find({level, index});
      if (found == tiles_.end()) return Error{ErrorCode::not_found, tile_path({level, index})};
      return found->second;
    };
  }
  void damage(unsigned level, std::uint64_t index) { tiles_.at({level, index}).pop_back(); }
  std::size_t size() const { return tiles_.size(); }
  int loads() const { return loads_; }

 private:
  std::map<std::pair<unsigned, std::uint64_t>, std::string> tiles_;
  mutable int loads_ = 0;
};

}  // namespace recourse
