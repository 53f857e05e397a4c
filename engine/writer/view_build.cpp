#include "engine/writer/view_build.h"

#include <algorithm>

#include "projections/row_file.h"

namespace recourse {
namespace {

/// What one thread writes at once: enough for a file, and little beside what all threads write.
constexpr std::size_t kRowsOfAPiece = 32'768;

}  // namespace

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
      generation_(views.next_generation(kind.number, ledger)),
      end_(end),
      source_(std::make_unique<Source>(views.source(kind.number, ledger, generation_))),
      digest_(std::make_unique<Digest>()),
      projection_(kind.make(*source_, *digest_)) {}

ViewBuild::~ViewBuild() = default;

Hash ViewBuild::digest() const { return digest_->value(); }

void ViewBuild::fold(std::span<const RecordedEvent> events) {
  for (const RecordedEvent& event : events) {
    if (needs_care_ || event.position.value() >= end_.value()) return;
    needs_care_ = !projection_->fold(event).ok();
  }
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

void ViewBuild::cut() {
  std::size_t room = 0;
  for (FlushedTable* table : in_key_order(projection_->tables())) {
    const std::size_t rows = table->order_changes();
    for (std::size_t first = 0; first < rows;) {
      if (room == 0) {
        pieces_.emplace_back();
        room = kRowsOfAPiece;
      }
      const std::size_t last = std::min(rows, first + room);
      pieces_.back().parts.push_back({table, first, last});
      room -= last - first;
      first = last;
    }
  }
}

Status ViewBuild::write(std::size_t number, const std::string& path) {
  Piece& piece = pieces_[number];
  const std::string name = path + '-' + std::to_string(number) + ".sst";
  RowFile file(name, kind_.number, ledger_, generation_);
  // Rows that were spilled lie in the database already, older than what is written now.
  const auto late = spilled_ ? views_.batch() : nullptr;
  const auto sink = [&](std::string_view key, std::string_view json) {
    if (late != nullptr) {
      late->put(kind_.number, ledger_, generation_, key, json);
    } else if (!path.empty() && !json.empty()) {
      file.put(key, json);
    }
    if (!json.empty()) ++piece.rows;
  };
  for (const Part& part : piece.parts)
    part.table->hand_over(part.first, part.last, piece.digest, sink);
  if (late != nullptr) return late->write();
  RECOURSE_TRY(file.finish());
  if (!path.empty() && piece.rows > 0) piece.file = name;
  return {};
}

void ViewBuild::sum_up() {
  for (const Piece& piece : pieces_) {
    digest_->add(piece.digest.value());
    rows_ += piece.rows;
    if (!piece.file.empty()) files_.push_back(piece.file);
  }
}

ViewStore::NewView ViewBuild::made() const {
  return {kind_.number, {end_, *digest_, kind_.version, generation_}};
}

}  // namespace recourse
