#include "engine/writer/rebuild.h"

#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>

#include <algorithm>
#include <filesystem>

#include "engine/writer/decision_state.h"
#include "engine/writer/two_threads.h"

namespace recourse {
namespace {

constexpr std::size_t kChunk = 16'384;
/// Events folded before changed rows are written out, so that memory stays bounded.
constexpr std::uint64_t kSpillEvery = 5'000'000;

/// Empty until rows were spilled, so that a small rebuild never asks the database for a row that
/// cannot be there.
class BuildSource final : public RowSource {
 public:
  explicit BuildSource(std::unique_ptr<RowSource> spilled) : spilled_(std::move(spilled)) {}
  void begin_reading() { reading_ = true; }
  std::optional<std::string> load(std::string_view key) const override {
    return reading_ ? spilled_->load(key) : std::nullopt;
  }

 private:
  std::unique_ptr<RowSource> spilled_;
  bool reading_ = false;
};

struct Build {
  ProjectionKind kind;
  ViewState live;
  std::uint32_t generation = 0;
  std::uint64_t end = 0;
  std::unique_ptr<BuildSource> source;
  std::unique_ptr<Digest> digest;
  std::unique_ptr<Projection> projection;
  std::vector<std::pair<std::string, std::string>> rows;
  std::string file;
  Status outcome;
};

Status write_sorted_file(Build& build, LedgerId id, const std::string& path) {
  std::sort(build.rows.begin(), build.rows.end());
  rocksdb::Options options;
  options.compression = rocksdb::kLZ4Compression;
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options);
  rocksdb::Status status = writer.Open(path);
  for (auto at = build.rows.begin(); status.ok() && at != build.rows.end(); ++at)
    status = writer.Put(ViewStore::row_key(build.kind.number, id, build.generation, at->first),
                        ViewStore::stored_row(at->second));
  if (status.ok()) status = writer.Finish();
  if (!status.ok())
    return Error{ErrorCode::io,
                 "the rebuilt rows cannot be written to " + path + ": " + status.ToString()};
  build.file = path;
  return {};
}

class Rebuild {
 public:
  Rebuild(const Ledger& ledger, ViewStore& views, LedgerId id, const RebuildOptions& options)
      : ledger_(ledger), views_(views), id_(id), options_(options) {
    const LogSize head = ledger.head(id).size;
    for (const ProjectionKind& kind : all_projections()) {
      if (!wanted(kind)) continue;
      Build build;
      build.kind = kind;
      build.live = views.state(kind.number, id);
      build.generation = build.live.generation + 1;
      // A view that is there is compared where it stands; a new one goes up to the head.
      build.end =
          has_live(build) && !options.switch_over ? build.live.applied.value() : head.value();
      build.source = std::make_unique<BuildSource>(views.source(kind.number, id, build.generation));
      build.digest = std::make_unique<Digest>();
      build.projection = kind.make(*build.source, *build.digest);
      end_ = std::max(end_, build.end);
      builds_.push_back(std::move(build));
    }
  }

  Result<std::vector<RebuiltView>> run() {
    for (const Build& build : builds_)
      if (options_.switch_over)
        RECOURSE_TRY(views_.drop_rows(build.kind.number, id_, build.generation));
    RECOURSE_TRY(fold());
    on_two_threads(builds_.size(), [&](std::size_t i) { finish(builds_[i]); });
    std::vector<RebuiltView> views;
    for (Build& build : builds_) {
      RECOURSE_TRY(build.outcome);
      views.push_back(report(build));
    }
    if (options_.switch_over) RECOURSE_TRY(take_in());
    return views;
  }

 private:
  bool wanted(const ProjectionKind& kind) const {
    return options_.projections.empty() ||
           std::find(options_.projections.begin(), options_.projections.end(), kind.name) !=
               options_.projections.end();
  }
  static bool has_live(const Build& build) {
    return build.live.version == build.kind.version && build.live.applied.value() > 0;
  }

  Status fold() {
    std::vector<std::string> lines;
    std::vector<RecordedEvent> events;
    Status failed;
    std::uint64_t first = 0;
    const auto fold_chunk = [&]() -> Status {
      RECOURSE_TRY(parse(lines, events));
      on_two_threads(builds_.size(), [&](std::size_t i) {
        Build& build = builds_[i];
        for (const RecordedEvent& event : events)
          if (event.position.value() < build.end) build.projection->apply(event);
      });
      first += lines.size();
      lines.clear();
      if (options_.progress) options_.progress(id_, first, end_);
      if (first / kSpillEvery != (first - events.size()) / kSpillEvery) return spill();
      return {};
    };
    RECOURSE_TRY(
        ledger_.scan(id_, Position(0), Position(end_), [&](Position, std::string_view leaf) {
          lines.emplace_back(leaf);
          if (lines.size() == kChunk) failed = fold_chunk();
          return failed.ok();
        }));
    RECOURSE_TRY(failed);
    if (!lines.empty()) RECOURSE_TRY(fold_chunk());
    return {};
  }

  static Status parse(const std::vector<std::string>& lines, std::vector<RecordedEvent>& events) {
    events.resize(lines.size());
    constexpr std::size_t kSlice = 512;
    std::vector<Status> outcomes((lines.size() + kSlice - 1) / kSlice);
    on_two_threads(outcomes.size(), [&](std::size_t slice) {
      const std::size_t end = std::min(lines.size(), (slice + 1) * kSlice);
      for (std::size_t i = slice * kSlice; i < end && outcomes[slice].ok(); ++i) {
        auto event = read_leaf(lines[i]);
        if (event) {
          events[i] = std::move(*event);
        } else {
          outcomes[slice] = event.error();
        }
      }
    });
    for (const Status& outcome : outcomes) RECOURSE_TRY(outcome);
    return {};
  }

  Status spill() {
    if (!options_.switch_over) return {};  // Only digests are wanted; memory holds the rows.
    for (Build& build : builds_) {
      const auto batch = views_.batch();
      build.projection->flush([&](std::string_view key, std::string_view json) {
        batch->put(build.kind.number, id_, build.generation, key, json);
      });
      RECOURSE_TRY(batch->write());
      build.source->begin_reading();
    }
    spilled_ = true;
    return {};
  }

  void finish(Build& build) {
    build.projection->flush([&](std::string_view key, std::string_view json) {
      if (spilled_ || !json.empty()) build.rows.emplace_back(key, json);
    });
    if (!options_.switch_over || spilled_ || build.rows.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(options_.scratch_dir, ignored);
    build.outcome = write_sorted_file(build, id_,
                                      options_.scratch_dir + "/" + std::to_string(id_.value()) +
                                          "-" + std::string(build.kind.name) + ".sst");
  }

  RebuiltView report(const Build& build) const {
    RebuiltView view;
    view.projection = build.kind.name;
    view.ledger = id_;
    view.size = LogSize(build.end);
    view.had_live = has_live(build);
    view.live = build.live.digest.value();
    view.rebuilt = build.digest->value();
    // Rows behind the head are compared where they stand by a check; after a switch the live ones
    // were at the head too, because whoever switches has caught up first.
    view.equal = view.had_live && view.live == view.rebuilt;
    view.rows = build.rows.size();
    return view;
  }

  Status take_in() {
    for (Build& build : builds_) {
      std::vector<std::string> files;
      if (!build.file.empty()) files.push_back(build.file);
      if (spilled_) {
        const auto batch = views_.batch();
        for (const auto& [key, json] : build.rows)
          batch->put(build.kind.number, id_, build.generation, key, json);
        RECOURSE_TRY(batch->write());
      }
      ViewState state;
      state.applied = LogSize(build.end);
      state.digest = *build.digest;
      state.version = build.kind.version;
      state.generation = build.generation;
      RECOURSE_TRY(views_.ingest(files, build.kind.number, id_, state));
    }
    std::error_code ignored;
    std::filesystem::remove_all(options_.scratch_dir, ignored);
    return {};
  }

  const Ledger& ledger_;
  ViewStore& views_;
  const LedgerId id_;
  const RebuildOptions& options_;
  std::vector<Build> builds_;
  std::uint64_t end_ = 0;
  bool spilled_ = false;
};

}  // namespace

Result<std::vector<RebuiltView>> rebuild(const Ledger& ledger, ViewStore& views, LedgerId id,
                                         const RebuildOptions& options) {
  return Rebuild(ledger, views, id, options).run();
}

}  // namespace recourse
