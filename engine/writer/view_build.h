#pragma once

#include <memory>
#include <span>
#include <string>

#include "projections/projection.h"
#include "projections/view_store.h"

namespace recourse {

/// One projection of one ledger on its way to a new generation of rows, beside the one that is
/// served. Threads: one at a time; several builds side by side.
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

  /// Folds what of `events`, which follow on those before, lies before the end.
  void fold(std::span<const RecordedEvent> events);

  /// Writes changed rows to the new generation, so that memory stays bounded. Errors: io.
  Status spill();

  /// Brings the digest up to date after the last event. Rows that were not spilled are written
  /// as a sorted file at `path`, or only counted when it is empty. Nothing is folded after it.
  /// Errors: io.
  Status finish(const std::string& path);

  /// The sorted file, if there is one.
  const std::string& file() const { return file_; }
  /// What ViewStore::switch_to() needs.
  ViewStore::NewView made() const;

 private:
  class Source;
  Status write(const std::string& path);

  ProjectionKind kind_;
  ViewStore& views_;
  LedgerId ledger_;
  ViewState live_;
  std::uint32_t generation_;
  LogSize end_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Digest> digest_;
  std::unique_ptr<Projection> projection_;
  bool spilled_ = false;
  std::size_t rows_ = 0;
  std::string file_;
};

}  // namespace recourse
