#include "engine/writer/rebuild.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "engine/event/leaf.h"
#include "engine/writer/careful_build.h"
#include "engine/writer/chunk_pipeline.h"
#include "engine/writer/decision_state.h"
#include "engine/writer/two_threads.h"
#include "engine/writer/view_build.h"

namespace recourse {
namespace {

/// Small enough for the caches, large enough that a scan's start does not show.
constexpr std::uint64_t kChunk = 1'024;
/// Events folded before changed rows are written out.
constexpr std::uint64_t kSpillEvery = 5'000'000 / kChunk * kChunk;

class Rebuild {
 public:
  Rebuild(const Ledger& ledger, ViewStore& views, LedgerId id, const RebuildOptions& options)
      : ledger_(ledger), views_(views), id_(id), options_(options) {
    const LogSize head = ledger.head(id).size;
    for (const ProjectionKind& kind : options.kinds.empty() ? all_projections() : options.kinds) {
      if (!wanted(kind)) continue;
      // A view that is there is compared where it stands; a new one goes up to the head.
      const ViewState live = views.state(kind.number, id);
      const bool compared = is_live(kind, live) && !options.switch_over;
      const LogSize end = options.at ? *options.at : compared ? live.applied : head;
      builds_.push_back(std::make_unique<ViewBuild>(kind, views, id, end));
      end_ = std::max(end_, end.value());
    }
  }

  Result<std::vector<RebuiltView>> run() {
    RECOURSE_TRY(prepare());
    RECOURSE_TRY(run_on_two_threads(work()));
    RECOURSE_TRY(write_rows());
    RECOURSE_TRY(build_rest_with_care());
    std::vector<RebuiltView> views;
    for (const auto& build : builds_) views.push_back(report(*build));
    RECOURSE_TRY(end());
    return views;
  }

 private:
  struct Events {
    std::vector<RecordedEvent> list;
    bool broken_off = false;  ///< The next event cannot be read.
  };

  bool wanted(const ProjectionKind& kind) const {
    return options_.projections.empty() ||
           std::find(options_.projections.begin(), options_.projections.end(), kind.name) !=
               options_.projections.end();
  }
  static bool is_live(const ProjectionKind& kind, const ViewState& state) {
    return state.version == kind.version && state.applied.value() > 0;
  }

  Status prepare() const {
    if (!options_.switch_over) return {};
    for (const auto& build : builds_)
      RECOURSE_TRY(views_.drop_rows(build->kind().number, id_, build->made().state.generation));
    std::error_code failed;
    std::filesystem::create_directories(options_.scratch_dir, failed);
    if (failed)
      return Error{ErrorCode::io, "the directory " + options_.scratch_dir +
                                      " cannot be made: " + failed.message()};
    return {};
  }

  ChunkWork work() {
    ChunkWork work;
    work.chunks = (end_ + kChunk - 1) / kChunk;
    work.consumers = builds_.size();
    work.read = [this](std::size_t chunk, std::size_t slot) { return read(chunk, slots_[slot]); };
    work.consume = [this](std::size_t build, std::size_t chunk, std::size_t slot) {
      return fold(*builds_[build], chunk, slots_[slot]);
    };
    work.progress = [this](std::size_t done) {
      if (options_.progress) options_.progress(id_, std::min(end_, done * kChunk), end_);
    };
    return work;
  }

  Status read(std::size_t chunk, Events& events) const {
    const std::uint64_t first = chunk * kChunk;
    const std::uint64_t last = std::min(end_, first + kChunk);
    events.list.resize(last - first);
    std::size_t at = 0;
    const Status scanned =
        ledger_.scan(id_, Position(first), Position(last), [&](Position, std::string_view leaf) {
          const bool readable = read_for_fold(leaf, events.list[at]).ok();
          if (readable) ++at;
          return readable;
        });
    if (!scanned && scanned.error().code != ErrorCode::corrupt) return scanned;
    events.broken_off = at < events.list.size();
    events.list.resize(at);
    return {};
  }

  Status fold(ViewBuild& build, std::size_t chunk, const Events& events) const {
    build.fold(events.list);
    const std::uint64_t unread = chunk * kChunk + events.list.size();
    if (events.broken_off && unread < build.end().value()) build.mark_for_care();
    if (build.needs_care()) return {};
    const std::uint64_t folded = (chunk + 1) * kChunk;
    // Where only digests are wanted, nothing is written and memory holds the rows.
    if (!options_.switch_over || folded % kSpillEvery != 0) return {};
    return build.spill();
  }

  /// What all builds hold is written by both threads, whichever build it is of.
  Status write_rows() const {
    std::vector<Job> cuts, pieces;
    for (const auto& owned : builds_) {
      ViewBuild* const build = owned.get();
      if (build->needs_care()) continue;
      cuts.push_back([build] {
        build->cut();
        return Status();
      });
    }
    RECOURSE_TRY(do_on_two_threads(cuts));
    for (const auto& build : builds_) {
      const std::string path = path_of(*build);
      for (std::size_t piece = 0; piece < build->pieces(); ++piece)
        pieces.push_back([&build, piece, path] { return build->write(piece, path); });
    }
    RECOURSE_TRY(do_on_two_threads(pieces));
    for (const auto& build : builds_) build->sum_up();
    return {};
  }

  /// Projections that cannot fold each event, which shows while all are folded together.
  Status build_rest_with_care() {
    ParkList parks;
    for (const auto& build : builds_) {
      if (!build->needs_care()) continue;
      if (careful_.empty()) {
        RECOURSE_TRY(parks.open(options_.park_file));
        RECOURSE_TRY(parks.learn(ledger_));
      }
      build->drop_rows();
      const std::uint32_t generation = build->made().state.generation;
      if (options_.switch_over)
        RECOURSE_TRY(views_.drop_rows(build->kind().number, id_, generation));
      const std::string path = path_of(*build);
      RECOURSE_LET(careful_[build.get()],
                   build_with_care(ledger_, id_, build->kind(), build->end(), generation, parks,
                                   path.empty() ? path : path + ".sst"));
    }
    return {};
  }

  /// One thread switches to the new rows while another one gives memory back.
  Status end() {
    std::vector<Job> jobs;
    if (options_.switch_over) jobs.push_back([this] { return switch_over(); });
    for (const auto& build : builds_)
      jobs.push_back([&build] {
        build->drop_rows();
        return Status();
      });
    return do_on_two_threads(jobs);
  }

  /// Where its rows are written, and nowhere when only digests are wanted.
  std::string path_of(const ViewBuild& build) const {
    if (!options_.switch_over) return "";
    return options_.scratch_dir + "/" + std::to_string(id_.value()) + "-" +
           std::string(build.kind().name);
  }

  RebuiltView report(const ViewBuild& build) const {
    RebuiltView view;
    view.projection = build.kind().name;
    view.ledger = id_;
    view.size = build.end();
    view.had_live = is_live(build.kind(), build.live()) && build.live().applied == build.end();
    view.live = build.live().digest.value();
    view.rebuilt = build.digest();
    view.rows = build.rows();
    if (const auto careful = careful_.find(&build); careful != careful_.end())
      report_careful(careful->second, view);
    // Rows behind the head are compared where they stand by a check; after a switch the live ones
    // were at the head too, because whoever switches has caught up first.
    view.equal = view.had_live && view.live == view.rebuilt;
    return view;
  }

  static void report_careful(const CarefulBuild& made, RebuiltView& view) {
    view.size = made.state.applied;
    view.rebuilt = made.state.digest.value();
    view.rows = made.rows;
    view.parked = made.parked;
    if (!made.fault) return;
    view.had_live = false;  // There is no digest at the position that was asked for.
    view.stopped = "event " + std::to_string(made.fault->position.value()) + ": " +
                   made.fault->cause;
  }

  Status switch_over() {
    std::vector<ViewStore::NewView> made;
    std::vector<std::string> files;
    for (const auto& build : builds_) {
      if (const auto careful = careful_.find(build.get()); careful != careful_.end()) {
        const CarefulBuild& rows = careful->second;
        if (rows.fault) continue;
        made.push_back({build->kind().number, rows.state, rows.parked});
        if (!rows.file.empty()) files.push_back(rows.file);
        continue;
      }
      made.push_back(build->made());
      files.insert(files.end(), build->files().begin(), build->files().end());
    }
    RECOURSE_TRY(views_.switch_to(made, id_, files));
    std::error_code ignored;
    std::filesystem::remove_all(options_.scratch_dir, ignored);
    return {};
  }

  const Ledger& ledger_;
  ViewStore& views_;
  const LedgerId id_;
  const RebuildOptions& options_;
  std::vector<std::unique_ptr<ViewBuild>> builds_;
  std::array<Events, kChunkSlots> slots_;
  std::map<const ViewBuild*, CarefulBuild> careful_;
  std::uint64_t end_ = 0;
};

}  // namespace

Result<std::vector<RebuiltView>> rebuild(const Ledger& ledger, ViewStore& views, LedgerId id,
                                         const RebuildOptions& options) {
  return Rebuild(ledger, views, id, options).run();
}

}  // namespace recourse
