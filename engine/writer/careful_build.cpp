#include "engine/writer/careful_build.h"

#include <algorithm>
#include <filesystem>

#include "projections/row_file.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStep = 10'000;

/// A views database for the time being.
class Workshop {
 public:
  ~Workshop() {
    store_.reset();
    std::error_code ignored;
    if (!directory_.empty()) fs::remove_all(directory_, ignored);
  }

  Status open(const fs::path& where) {
    directory_ = (where / "rows-XXXXXX").string();
    if (mkdtemp(directory_.data()) == nullptr) {
      directory_.clear();
      return Error{ErrorCode::io, "no directory can be made in " + where.string()};
    }
    RECOURSE_LET(store_, ViewStore::open(directory_));
    return {};
  }

  ViewStore& store() { return *store_; }

 private:
  std::string directory_;
  std::unique_ptr<ViewStore> store_;
};

}  // namespace

Result<CarefulBuild> build_with_care(const Ledger& ledger, LedgerId id, const ProjectionKind& kind,
                                     LogSize end, std::uint32_t generation, const ParkList& parks,
                                     const std::string& sst_file) {
  Workshop workshop;
  RECOURSE_TRY(workshop.open(sst_file.empty() ? fs::temp_directory_path()
                                              : fs::path(sst_file).parent_path()));
  ViewStore& store = workshop.store();
  ViewState start;
  start.version = kind.version;
  FoldedView view(kind, id, ViewSlot::live, start, store);
  while (!view.fault() && view.state().applied < end) {
    const std::uint64_t next = view.state().applied.value() + kStep;
    RECOURSE_TRY(view.advance(ledger, store, LogSize(std::min(end.value(), next)), parks));
  }
  CarefulBuild made{view.state(), view.take_parked(), view.fault(), 0, ""};
  made.state.generation = generation;
  RowFile file(sst_file, kind.number, id, generation);
  RECOURSE_TRY(store.each(kind.number, id, "", "", ViewStore::Order::forward,
                          [&](std::string_view key, std::string_view json) {
                            if (!sst_file.empty()) file.put(key, json);
                            ++made.rows;
                            return true;
                          }));
  if (sst_file.empty() || made.rows == 0) return made;
  RECOURSE_TRY(file.finish());
  made.file = sst_file;
  return made;
}

}  // namespace recourse
