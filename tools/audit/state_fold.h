#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/digest.h"
#include "projections/projection.h"

namespace recourse {

/// One row that an event changed. Empty JSON: the row was not there.
struct RowChange {
  std::string entity;  ///< Id of the ticket or the action.
  std::string before, after;
};

/// Tickets and actions as they were, by folding events through the projections that keep the live
/// rows. Holds every row it has seen. Threads: one.
class StateFold {
 public:
  StateFold();

  /// Events in the order of their positions; those of other tickets may be left out.
  /// Returned: tickets before their actions.
  std::vector<RowChange> apply(const RecordedEvent& event);

  /// The row's canonical JSON by the id of the ticket or action; null when there is none.
  const std::string* row(const std::string& entity) const;
  /// All rows by id, as they are now.
  std::map<std::string, std::string> rows() const;

 private:
  class Rows final : public RowSource {
   public:
    std::optional<std::string> load(std::string_view key) const override;
    std::map<std::string, std::string, std::less<>> by_key;
  };
  struct View {
    Rows rows;
    Digest digest;
    std::unique_ptr<Projection> projection;
  };
  void flush(View& view, std::vector<RowChange>& changes);

  View tickets_, actions_;
  std::map<std::string, std::string> keys_;  ///< Id -> row key, in either view.
};

}  // namespace recourse
