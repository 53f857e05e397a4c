#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/writer/folded_view.h"

namespace recourse {

/// Rows of one projection, made from a log that holds events which it cannot fold.
struct CarefulBuild {
  ViewState state;
  std::vector<ParkedEvent> parked;
  std::optional<FoldedView::Fault> fault;  ///< It stands right before this event then.
  std::size_t rows = 0;
  std::string file;  ///< The sorted file with the rows; empty without rows.
};

/// Makes them step by step up to `end`, so that an event which fails leaves nothing behind: several
/// times slower than a ViewBuild. They are made in a directory of their own beside `sst_file`, in
/// which they end as rows of `generation`; or only counted when `sst_file` is empty. Errors: io.
Result<CarefulBuild> build_with_care(const Ledger& ledger, LedgerId id, const ProjectionKind& kind,
                                     LogSize end, std::uint32_t generation, const ParkList& parks,
                                     const std::string& sst_file);

}  // namespace recourse
