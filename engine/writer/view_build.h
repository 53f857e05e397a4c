#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/view_store.h"

namespace recourse {

/// One projection of one ledger on its way to a new generation of rows, beside the one that is
/// served: events are folded, then the rows written in pieces, then it is ended. Threads: one at a
/// time, but pieces side by side; several builds side by side.
class ViewBuild {
 public:
  /// Takes in the events before `end`. Borrows `views`.
  ViewBuild(const ProjectionKind& kind, ViewStore& views, LedgerId ledger, LogSize end);
  ~ViewBuild();

  const ProjectionKind& kind() const { return kind_; }
  const ViewState& live() const { return live_; }
  LogSize end() const { return end_; }
  std::size_t rows() const { return rows_; }
  Hash digest() const;

  /// Folds what of `events`, which follow on those before, lies before the end. Where one cannot
  /// be folded, needs_care() from then on and nothing more is folded.
  void fold(std::span<const RecordedEvent> events);
  /// There is an event that cannot be folded: fold_with_care() has to make the rows.
  bool needs_care() const { return needs_care_; }
  void mark_for_care() { needs_care_ = true; }

  /// Writes changed rows to the new generation, so that memory stays bounded. Errors: io.
  Status spill();

  /// After the last event: cuts what is left to be written into pieces.
  void cut();
  std::size_t pieces() const { return pieces_.size(); }
  /// Writes the rows of one piece as a sorted file, `<path>-<piece>.sst`, or only counts them when
  /// `path` is empty. Errors: io.
  Status write(std::size_t piece, const std::string& path);
  /// After all pieces: brings the digest and the counts up to date.
  void sum_up();
  /// Gives back the memory of the rows, which takes as long as folding some of them.
  void drop_rows() { projection_.reset(); }

  /// The sorted files, none of them empty.
  const std::vector<std::string>& files() const { return files_; }
  /// What ViewStore::switch_to() needs.
  ViewStore::NewView made() const;

 private:
  class Source;
  /// Rows of one table from `first` to before `last`.
  struct Part {
    FlushedTable* table;
    std::size_t first, last;
  };
  /// Rows whose keys follow on one another.
  struct Piece {
    std::vector<Part> parts;
    Digest digest;
    std::size_t rows = 0;
    std::string file;
  };

  ProjectionKind kind_;
  ViewStore& views_;
  LedgerId ledger_;
  ViewState live_;
  std::uint32_t generation_;
  LogSize end_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Digest> digest_;
  std::unique_ptr<Projection> projection_;
  bool spilled_ = false, needs_care_ = false;
  std::size_t rows_ = 0;
  std::vector<Piece> pieces_;
  std::vector<std::string> files_;
};

}  // namespace recourse
