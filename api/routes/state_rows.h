#pragma once

#include <limits>

#include "api/routes/read.h"
#include "projections/row_codec.h"

namespace recourse::routes {

/// Rows of decision_state, shown.
struct StateRows {
  std::string items;                ///< JSON objects with commas between.
  std::optional<std::string> last;  ///< Key of the last one, when there are more.
};

/// The rows of type Row whose keys begin with `prefix`, in the order of their keys: all, or a page
/// of them. `show(row)` is a row's JSON; an empty one leaves it out. Errors: corrupt, naming
/// `what`.
template <class Row, class Show>
Result<StateRows> state_rows(const Call& call, LedgerId ledger, std::string_view prefix,
                             std::string_view what, const Show& show,
                             const PageRequest* page = nullptr) {
  const std::size_t limit = page != nullptr ? page->limit : std::numeric_limits<std::size_t>::max();
  StateRows rows;
  std::size_t count = 0;
  bool more = false, damaged = false;
  RECOURSE_TRY(call.app.views.each(
      view::decision_state(), ledger, prefix, page != nullptr ? page->from : std::string(),
      ViewStore::Order::forward, [&](std::string_view key, std::string_view json) {
        more = count == limit;
        if (more) return false;
        Row row;
        damaged = !decode_row(json, row);
        if (damaged) return false;
        const std::string shown = show(row);
        if (shown.empty()) return true;
        if (count++ > 0) rows.items += ',';
        rows.items += shown;
        rows.last = std::string(key);
        return true;
      }));
  if (damaged) return Error{ErrorCode::corrupt, std::string(what) + " cannot be read: rebuild"};
  if (!more) rows.last.reset();
  return rows;
}

}  // namespace recourse::routes
