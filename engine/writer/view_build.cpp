#include "engine/writer/view_build.h"

#include "projections/sorted_rows.h"

namespace recourse {

/// Empty until rows were spilled, so that a small rebuild never asks the database for a row that
/// cannot be there.
class ViewBuild::Source final : public RowSource {
 public:
  explicit Source(std::unique_ptr<RowSource> spilled) : spilled_(std::move(spilled)) {}
  void begin_reading() { reading_ = true; }
  std::optional<std::string> load(std::string_view key) const override {
    return reading_ ? spilled_->load(key) : std::nullopt;
  }

 private:
  std::unique_ptr<RowSource> spilled_;
  bool reading_ = false;
};

ViewBuild::ViewBuild(const ProjectionKind& kind, ViewStore& views, LedgerId ledger, LogSize end)
    : kind_(kind),
      views_(views),
      ledger_(ledger),
      live_(views.state(kind.number, ledger)),
      generation_(live_.generation + 1),
      end_(end),
      source_(std::make_unique<Source>(views.source(kind.number, ledger, generation_))),
      digest_(std::make_unique<Digest>()),
      projection_(kind.make(*source_, *digest_)) {}

ViewBuild::~ViewBuild() = default;

Hash ViewBuild::digest() const { return digest_->value(); }

void ViewBuild::fold(std::span<const RecordedEvent> events) {
  for (const RecordedEvent& event : events)
    if (event.position.value() < end_.value()) projection_->apply(event);
}

Status ViewBuild::spill() {
  const auto batch = views_.batch();
  projection_->flush([&](std::string_view key, std::string_view json) {
    batch->put(kind_.number, ledger_, generation_, key, json);
    ++rows_;
  });
  RECOURSE_TRY(batch->write());
  source_->begin_reading();
  spilled_ = true;
  return {};
}

Status ViewBuild::finish(const std::string& path) {
  const Status outcome = spilled_ ? spill() : write(path);
  projection_.reset();  // Its rows take as long to free as to fold; here other builds go on.
  return outcome;
}

Status ViewBuild::write(const std::string& path) {
  SortedRows rows;
  projection_->flush([&](std::string_view key, std::string_view json) {
    if (json.empty()) return;
    ++rows_;
    if (!path.empty()) rows.add(key, json);
  });
  if (path.empty() || rows_ == 0) return {};
  RECOURSE_TRY(rows.write_file(path, kind_.number, ledger_, generation_));
  file_ = path;
  return {};
}

ViewStore::NewView ViewBuild::made() const {
  return {kind_.number, {end_, *digest_, kind_.version, generation_}};
}

}  // namespace recourse
