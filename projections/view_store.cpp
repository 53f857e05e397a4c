#include "projections/view_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <optional>

#include "projections/queue_fronts.h"
#include "projections/view_options.h"

namespace recourse {
namespace {

constexpr char kRow = 'r';
constexpr char kParked = 'k';
constexpr char kIntent = 'i';

Error failed(std::string_view what, const rocksdb::Status& status) {
  return {status.IsCorruption() ? ErrorCode::corrupt : ErrorCode::io,
          "views database: " + std::string(what) + ": " + status.ToString() +
              "; rows are derived, so `recourse rebuild` makes them again"};
}

std::string guarded(std::string_view json) {
  std::string out;
  out.reserve(8 + json.size());
  ViewStore::append_stored_row(out, json);
  return out;
}

/// The text behind the checksum, or nothing when they disagree.
std::optional<std::string_view> unguarded(std::string_view stored) {
  if (stored.size() < 8) return std::nullopt;
  const std::string_view json = stored.substr(8);
  if (get_u64(stored) != checksum(json)) return std::nullopt;
  return json;
}

std::string state_key(std::uint8_t projection, LedgerId ledger, ViewSlot slot = ViewSlot::live) {
  std::string key(1, static_cast<char>(slot));
  key.push_back(static_cast<char>(projection));
  put_u32(key, ledger.value());
  return key;
}

std::string intent_key(std::uint8_t projection, LedgerId ledger) {
  std::string key = state_key(projection, ledger);
  key.front() = kIntent;
  return key;
}

std::string encode_state(const ViewState& state) {
  std::string out;
  put_u64(out, state.applied.value());
  out += as_text(state.digest.value());
  put_u32(out, state.version);
  put_u32(out, state.generation);
  return out;
}

ViewState decode_state(std::string_view bytes) {
  RECOURSE_ASSERT(bytes.size() == 48, "a view's state has 48 bytes");
  ViewState state;
  state.applied = LogSize(get_u64(bytes));
  Hash digest;
  std::copy(bytes.begin() + 8, bytes.begin() + 40, digest.begin());
  state.digest = Digest::from(digest);
  state.version = get_u32(bytes.substr(40));
  state.generation = get_u32(bytes.substr(44));
  return state;
}

std::string build_key(char kind, std::uint8_t projection, LedgerId ledger,
                      std::uint32_t generation) {
  std::string key(1, kind);
  put_u32(key, generation);
  key.push_back(static_cast<char>(projection));
  put_u32(key, ledger.value());
  return key;
}

std::string parked_key(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
                       Position position) {
  std::string key = build_key(kParked, projection, ledger, generation);
  put_u64(key, position.value());
  return key;
}

std::string parked_value(const ParkedEvent& event) {
  return guarded(event.type + '\n' + event.cause);
}

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

class ViewStore::Impl {
 public:
  std::unique_ptr<rocksdb::DB> db;
  std::string secondary_dir;
  QueueFronts queues;

  ~Impl() {
    db.reset();
    std::error_code ignored;
    if (!secondary_dir.empty()) std::filesystem::remove_all(secondary_dir, ignored);
  }
};

namespace {

/// The keys of the rows that a batch puts.
class PutKeys final : public rocksdb::WriteBatch::Handler {
 public:
  explicit PutKeys(const std::function<void(std::string_view)>& visit) : visit_(visit) {}
  rocksdb::Status PutCF(std::uint32_t, const rocksdb::Slice& key, const rocksdb::Slice&) override {
    visit_(view(key));
    return {};
  }
  rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return {}; }

 private:
  const std::function<void(std::string_view)>& visit_;
};

class StoreBatch final : public ViewStore::Batch {
 public:
  StoreBatch(rocksdb::DB& db, QueueFronts& queues) : db_(db), queues_(queues) {}

  void put(std::uint8_t projection, LedgerId ledger, std::uint32_t generation, std::string_view key,
           std::string_view json) override {
    const std::string full = ViewStore::row_key(projection, ledger, generation, key);
    if (json.empty()) {
      batch_.Delete(full);
    } else {
      batch_.Put(full, guarded(json));
    }
  }

  void set_state(std::uint8_t projection, LedgerId ledger, const ViewState& state,
                 ViewSlot slot) override {
    batch_.Put(state_key(projection, ledger, slot), guarded(encode_state(state)));
  }

  void park(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
            const ParkedEvent& event) override {
    batch_.Put(parked_key(projection, ledger, generation, event.position), parked_value(event));
  }

  Status write() override {
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const rocksdb::Status status = db_.Write(options, &batch_);
    if (!status.ok()) return failed("a write failed", status);
    queues_.written([this](const auto& visit) {
      PutKeys keys(visit);
      const rocksdb::Status read = batch_.Iterate(&keys);
      RECOURSE_ASSERT(read.ok(), "a batch that was written can be read");
    });
    return {};
  }

 private:
  rocksdb::DB& db_;
  QueueFronts& queues_;
  rocksdb::WriteBatch batch_;
};

class StoredRows final : public RowSource {
 public:
  StoredRows(rocksdb::DB& db, std::uint8_t projection, LedgerId ledger, std::uint32_t generation)
      : db_(db), prefix_(ViewStore::row_key(projection, ledger, generation, "")) {}

  std::optional<std::string> load(std::string_view key) const override {
    std::string full = prefix_;
    full += key;
    std::string stored;
    const rocksdb::Status status = db_.Get(rocksdb::ReadOptions(), full, &stored);
    if (status.IsNotFound()) return std::nullopt;
    RECOURSE_ASSERT(status.ok(), "views can be read: rebuild them with `recourse rebuild`");
    const auto json = unguarded(stored);
    RECOURSE_ASSERT(json.has_value(), "a stored row has its checksum: `recourse rebuild`");
    return std::string(*json);
  }

 private:
  rocksdb::DB& db_;
  std::string prefix_;
};

}  // namespace

ViewStore::ViewStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ViewStore::~ViewStore() = default;

Result<std::unique_ptr<ViewStore>> ViewStore::open(const std::string& data_dir) {
  auto impl = std::make_unique<Impl>();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(view_options(), data_dir + "/views", &db);
  if (!status.ok()) return failed("cannot be opened", status);
  impl->db.reset(db);
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(impl)));
}

Result<std::unique_ptr<ViewStore>> ViewStore::open_read_only(const std::string& data_dir) {
  auto impl = std::make_unique<Impl>();
  std::string pattern = (std::filesystem::temp_directory_path() / "recourse-views-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    return Error{ErrorCode::io, "no temporary directory for reading the views beside a server"};
  impl->secondary_dir = pattern;
  rocksdb::Options options = view_options();
  options.create_if_missing = false;
  options.max_open_files = -1;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::OpenAsSecondary(options, data_dir + "/views", pattern, &db);
  if (!status.ok()) return failed("cannot be opened for reading", status);
  impl->db.reset(db);
  return std::unique_ptr<ViewStore>(new ViewStore(std::move(impl)));
}

std::string ViewStore::row_key(std::uint8_t projection, LedgerId ledger, std::uint32_t generation,
                               std::string_view key) {
  std::string out = build_key(kRow, projection, ledger, generation);
  out.append(key);
  return out;
}

void ViewStore::append_stored_row(std::string& out, std::string_view json) {
  put_u64(out, checksum(json));
  out.append(json);
}

ViewState ViewStore::state(std::uint8_t projection, LedgerId ledger) const {
  return slot(projection, ledger, ViewSlot::live).value_or(ViewState());
}

std::uint32_t ViewStore::next_generation(std::uint8_t projection, LedgerId ledger) const {
  std::uint32_t highest = 0;
  for (const ViewSlot one : {ViewSlot::live, ViewSlot::candidate, ViewSlot::previous})
    if (const auto found = slot(projection, ledger, one))
      highest = std::max(highest, found->generation);
  return highest + 1;
}

std::optional<ViewState> ViewStore::slot(std::uint8_t projection, LedgerId ledger,
                                         ViewSlot slot) const {
  std::string stored;
  const rocksdb::Status status =
      impl_->db->Get(rocksdb::ReadOptions(), state_key(projection, ledger, slot), &stored);
  if (status.IsNotFound()) return std::nullopt;
  RECOURSE_ASSERT(status.ok(), "views can be read: rebuild them with `recourse rebuild`");
  const auto bytes = unguarded(stored);
  RECOURSE_ASSERT(bytes.has_value(), "a view's state has its checksum: `recourse rebuild`");
  return decode_state(*bytes);
}

std::unique_ptr<ViewStore::Batch> ViewStore::batch() {
  return std::make_unique<StoreBatch>(*impl_->db, impl_->queues);
}

Status ViewStore::flush() {
  const rocksdb::Status status = impl_->db->Flush(rocksdb::FlushOptions());
  if (!status.ok()) return failed("a flush failed", status);
  return {};
}

Result<std::string> ViewStore::row(std::uint8_t projection, LedgerId ledger,
                                   std::string_view key) const {
  std::uint32_t generation = state(projection, ledger).generation;
  for (;;) {
    std::string stored;
    const rocksdb::Status status = impl_->db->Get(
        rocksdb::ReadOptions(), row_key(projection, ledger, generation, key), &stored);
    if (status.IsNotFound()) {
      // Perhaps it is only that this generation was dropped since.
      const std::uint32_t now = state(projection, ledger).generation;
      if (now == generation) return Error{ErrorCode::not_found, "no such row"};
      generation = now;
      continue;
    }
    if (!status.ok()) return failed("a read failed", status);
    const auto json = unguarded(stored);
    if (!json) return failed("a row is damaged", rocksdb::Status::Corruption("checksum"));
    return std::string(*json);
  }
}

namespace {

/// An iterator over the rows under a prefix, with the bounds that it borrows.
struct RowIterator {
  std::string base, first, end;
  rocksdb::Slice lower, upper;
  std::unique_ptr<rocksdb::Iterator> at;

  /// `known`: nothing of it lies before this key; empty for the prefix itself.
  RowIterator(rocksdb::DB& db, std::string row_key_base, std::string_view prefix,
              std::string_view known = {})
      : base(std::move(row_key_base)),
        first(known.empty() ? base + std::string(prefix) : std::string(known)),
        end(base + std::string(prefix) + '\xff') {
    // 0xff cannot start the rest of a key: keys are ASCII.
    lower = first;
    upper = end;
    rocksdb::ReadOptions options;
    options.iterate_lower_bound = &lower;
    options.iterate_upper_bound = &upper;
    at.reset(db.NewIterator(options));
  }

  /// To the first row to visit: the one past `from`, if that is given.
  void start(std::string_view from, bool forward) {
    if (from.empty()) {
      forward ? at->SeekToFirst() : at->SeekToLast();
      return;
    }
    const std::string key = base + std::string(from);
    forward ? at->Seek(key) : at->SeekForPrev(key);
    if (at->Valid() && view(at->key()) == key) forward ? at->Next() : at->Prev();
  }

  /// From where it stands until `visit` has enough.
  Status visit_all(bool forward,
                   const std::function<bool(std::string_view key, std::string_view json)>& visit) {
    for (; at->Valid(); forward ? at->Next() : at->Prev()) {
      const auto json = unguarded(view(at->value()));
      if (!json) return failed("a row is damaged", rocksdb::Status::Corruption("checksum"));
      if (!visit(view(at->key()).substr(base.size()), *json)) return {};
    }
    if (!at->status().ok()) return failed("a scan failed", at->status());
    return {};
  }
};

}  // namespace

Status ViewStore::each(
    std::uint8_t projection, LedgerId ledger, std::string_view prefix, std::string_view from,
    Order order,
    const std::function<bool(std::string_view key, std::string_view json)>& visit) const {
  const bool forward = order == Order::forward;
  std::uint32_t generation = state(projection, ledger).generation;
  std::optional<RowIterator> rows;
  for (;;) {
    rows.emplace(*impl_->db, row_key(projection, ledger, generation, ""), prefix);
    // The iterator stands on a moment. If the generation is still served after it, all of its rows
    // were there in that moment.
    const std::uint32_t now = state(projection, ledger).generation;
    if (now == generation) break;
    generation = now;
  }
  rows->start(from, forward);
  return rows->visit_all(forward, visit);
}

Status ViewStore::each_queued(
    std::uint8_t projection, LedgerId ledger, std::string_view prefix,
    const std::function<bool(std::string_view key, std::string_view json)>& visit) const {
  // Who reads beside the writer is not told of rows that come in.
  if (!impl_->secondary_dir.empty())
    return each(projection, ledger, prefix, "", Order::forward, visit);
  for (;;) {
    const std::uint32_t generation = state(projection, ledger).generation;
    const std::string base = row_key(projection, ledger, generation, "");
    const std::string queue = base + std::string(prefix);
    const QueueFronts::Look look = impl_->queues.begin(queue);
    RowIterator rows(*impl_->db, base, prefix, look.from);
    if (state(projection, ledger).generation != generation) continue;  // As in each().
    rows.at->SeekToFirst();
    if (rows.at->status().ok())
      impl_->queues.found(queue, look, rows.at->Valid() ? view(rows.at->key()) : rows.end);
    return rows.visit_all(/*forward=*/true, visit);
  }
}

std::unique_ptr<RowSource> ViewStore::source(std::uint8_t projection, LedgerId ledger,
                                             std::uint32_t generation) const {
  return std::make_unique<StoredRows>(*impl_->db, projection, ledger, generation);
}

namespace {

/// All rows of one generation of one projection of one ledger, [begin, end), and what it leaves
/// out.
struct Generation {
  std::string begin, end, parked_begin, parked_end;

  Generation(std::uint8_t projection, LedgerId ledger, std::uint32_t generation)
      : begin(build_key(kRow, projection, ledger, generation)),
        end(build_key(kRow, projection, LedgerId(ledger.value() + 1), generation)),
        parked_begin(build_key(kParked, projection, ledger, generation)),
        parked_end(build_key(kParked, projection, LedgerId(ledger.value() + 1), generation)) {}

  void remove(rocksdb::WriteBatch& batch) const {
    batch.DeleteRange(begin, end);
    batch.DeleteRange(parked_begin, parked_end);
  }

  bool any(rocksdb::DB& db) const {
    const rocksdb::Slice upper(end);
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> at(db.NewIterator(options));
    at->Seek(begin);
    return at->Valid() || !at->status().ok();
  }
};

}  // namespace

std::vector<ParkedEvent> ViewStore::parked(std::uint8_t projection, LedgerId ledger,
                                           std::uint32_t generation) const {
  const Generation rows(projection, ledger, generation);
  const rocksdb::Slice upper(rows.parked_end);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at(impl_->db->NewIterator(options));
  std::vector<ParkedEvent> events;
  for (at->Seek(rows.parked_begin); at->Valid(); at->Next()) {
    const auto text = unguarded(view(at->value()));
    const std::size_t line = text ? text->find('\n') : std::string_view::npos;
    RECOURSE_ASSERT(line != std::string_view::npos, "views can be read: `recourse rebuild`");
    events.push_back({Position(get_u64(view(at->key()).substr(rows.parked_begin.size()))),
                      std::string(text->substr(0, line)), std::string(text->substr(line + 1))});
  }
  RECOURSE_ASSERT(at->status().ok(), "views can be read: `recourse rebuild`");
  return events;
}

Status ViewStore::switch_to(const std::vector<NewView>& views, LedgerId ledger,
                            const std::vector<std::string>& sst_files) {
  if (!sst_files.empty()) {
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    const rocksdb::Status status = impl_->db->IngestExternalFile(sst_files, options);
    if (!status.ok()) return failed("rebuilt views cannot be taken in", status);
  }
  std::vector<Generation> old;
  rocksdb::WriteBatch switched;
  for (const NewView& view : views) {
    const std::uint32_t served = state(view.projection, ledger).generation;
    RECOURSE_ASSERT(view.state.generation != served, "a build has a generation of its own");
    impl_->queues.forget(row_key(view.projection, ledger, served, ""));
    switched.Put(state_key(view.projection, ledger), guarded(encode_state(view.state)));
    old.emplace_back(view.projection, ledger, served).remove(switched);
    for (const ParkedEvent& event : view.parked)
      switched.Put(parked_key(view.projection, ledger, view.state.generation, event.position),
                   parked_value(event));
  }
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = impl_->db->Write(options, &switched);
  if (!status.ok()) return failed("rebuilt views cannot be switched to", status);
  RECOURSE_TRY(flush());
  // Files that hold nothing but old rows can go now instead of being compacted away. Where this
  // fails, compaction does it.
  for (const Generation& rows : old) {
    const rocksdb::Slice begin(rows.begin), end(rows.end);
    (void)rocksdb::DeleteFilesInRange(impl_->db.get(), impl_->db->DefaultColumnFamily(), &begin,
                                      &end, /*include_end=*/false);
  }
  return {};
}

Status ViewStore::promote(std::uint8_t projection, LedgerId ledger, ViewSlot from) {
  const auto next = slot(projection, ledger, from);
  RECOURSE_ASSERT(next && from != ViewSlot::live, "there is a build to be served");
  const ViewState served = state(projection, ledger);
  rocksdb::WriteBatch batch;
  const auto gone = slot(projection, ledger, ViewSlot::previous);
  if (gone && from != ViewSlot::previous)
    Generation(projection, ledger, gone->generation).remove(batch);
  batch.Delete(state_key(projection, ledger, from));
  batch.Put(state_key(projection, ledger, ViewSlot::previous), guarded(encode_state(served)));
  batch.Put(state_key(projection, ledger), guarded(encode_state(*next)));
  impl_->queues.forget(row_key(projection, ledger, served.generation, ""));
  impl_->queues.forget(row_key(projection, ledger, next->generation, ""));
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = impl_->db->Write(options, &batch);
  if (!status.ok()) return failed("another build cannot be switched to", status);
  return flush();
}

std::optional<ViewStore::Intent> ViewStore::intent(std::uint8_t projection, LedgerId ledger) const {
  std::string stored;
  const rocksdb::Status status =
      impl_->db->Get(rocksdb::ReadOptions(), intent_key(projection, ledger), &stored);
  if (status.IsNotFound()) return std::nullopt;
  const auto bytes = unguarded(stored);
  RECOURSE_ASSERT(status.ok() && bytes && bytes->size() == 12,
                  "views can be read: rebuild them with `recourse rebuild`");
  return Intent{get_u32(bytes->substr(8)), LogSize(get_u64(*bytes))};
}

Status ViewStore::set_intent(std::uint8_t projection, LedgerId ledger,
                             const std::optional<Intent>& intent) {
  rocksdb::WriteBatch batch;
  if (intent) {
    std::string value;
    put_u64(value, intent->deployment.value());
    put_u32(value, intent->generation);
    batch.Put(intent_key(projection, ledger), guarded(value));
  } else {
    batch.Delete(intent_key(projection, ledger));
  }
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = impl_->db->Write(options, &batch);
  if (!status.ok()) return failed("a switch cannot be noted", status);
  return flush();
}

Status ViewStore::drop_slot(std::uint8_t projection, LedgerId ledger, ViewSlot which) {
  RECOURSE_ASSERT(which != ViewSlot::live, "rows that are served stay where they are");
  const auto found = slot(projection, ledger, which);
  if (!found) return {};
  rocksdb::WriteBatch batch;
  batch.Delete(state_key(projection, ledger, which));
  Generation(projection, ledger, found->generation).remove(batch);
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = impl_->db->Write(options, &batch);
  if (!status.ok()) return failed("a build cannot be dropped", status);
  return flush();
}

std::function<Status(const ViewStore::RowDifference&)> ViewStore::comparison(
    std::uint8_t projection, LedgerId ledger, std::uint32_t before, std::uint32_t after) const {
  // Iterators stand on the moment they were made in.
  const auto one =
      std::make_shared<RowIterator>(*impl_->db, row_key(projection, ledger, before, ""), "");
  const auto two =
      std::make_shared<RowIterator>(*impl_->db, row_key(projection, ledger, after, ""), "");
  return [one, two](const RowDifference& visit) -> Status {
    one->at->SeekToFirst();
    two->at->SeekToFirst();
    const auto key = [](const RowIterator& rows) {
      return view(rows.at->key()).substr(rows.base.size());
    };
    while (one->at->Valid() || two->at->Valid()) {
      const bool first = one->at->Valid() && (!two->at->Valid() || key(*one) <= key(*two));
      const bool second = two->at->Valid() && (!one->at->Valid() || key(*two) <= key(*one));
      const auto old_row = first ? unguarded(view(one->at->value())) : std::string_view();
      const auto new_row = second ? unguarded(view(two->at->value())) : std::string_view();
      if (!old_row || !new_row)
        return failed("a row is damaged", rocksdb::Status::Corruption("checksum"));
      if (*old_row != *new_row && !visit(key(first ? *one : *two), *old_row, *new_row)) return {};
      if (first) one->at->Next();
      if (second) two->at->Next();
    }
    if (!one->at->status().ok()) return failed("a scan failed", one->at->status());
    if (!two->at->status().ok()) return failed("a scan failed", two->at->status());
    return {};
  };
}

Status ViewStore::drop_rows(std::uint8_t projection, LedgerId ledger, std::uint32_t generation) {
  RECOURSE_ASSERT(generation != state(projection, ledger).generation,
                  "rows that are served stay where they are");
  const Generation rows(projection, ledger, generation);
  if (!rows.any(*impl_->db) && parked(projection, ledger, generation).empty()) return {};
  rocksdb::WriteBatch batch;
  rows.remove(batch);
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status status = impl_->db->Write(options, &batch);
  if (!status.ok()) return failed("an old view cannot be dropped", status);
  return flush();
}

}  // namespace recourse
