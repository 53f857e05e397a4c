#include "tools/bench/raw_store.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "engine/base/sha256.h"
#include "engine/ledger/store_options.h"
#include "tools/bench/stopwatch.h"

namespace recourse::bench {
namespace {

Error failed(const rocksdb::Status& status) {
  return {ErrorCode::io, "the raw database of the benchmark: " + status.ToString()};
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors() {
  const auto cache = block_cache();
  std::vector<rocksdb::ColumnFamilyDescriptor> all{{"default", rocksdb::ColumnFamilyOptions()}};
  for (unsigned i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    all.emplace_back(std::string(name(family)), family_options(family, cache));
  }
  return all;
}

/// Position of `family` among the handles, behind "default".
std::size_t slot(Family family) { return static_cast<std::size_t>(family) + 1; }

/// The i-th of `groups` equal shares of `count` things.
std::pair<std::size_t, std::size_t> share(std::size_t count, std::size_t i, std::size_t groups) {
  return {count * i / groups, count * (i + 1) / groups};
}

}  // namespace

Result<RawRecords> read_raw(const std::string& ledger_dir) {
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(database_options(), ledger_dir,
                                                              descriptors(), &handles, &opened);
  if (!status.ok()) return failed(status);
  const std::unique_ptr<rocksdb::DB> db(opened);
  RawRecords records;
  const auto read = [&](Family family, std::vector<RawRecord>& into) {
    const std::unique_ptr<rocksdb::Iterator> at(
        db->NewIterator(rocksdb::ReadOptions(), handles[slot(family)]));
    for (at->SeekToFirst(); at->Valid(); at->Next())
      into.push_back(
          {static_cast<unsigned>(slot(family)), at->key().ToString(), at->value().ToString()});
  };
  read(Family::leaves, records.leaves);
  read(Family::vault, records.vault);
  read(Family::tree, records.tree);
  read(Family::requests, records.requests);
  read(Family::commits, records.commits);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return records;
}

Result<std::unique_ptr<RawStore>> RawStore::open(const std::string& dir) {
  std::filesystem::create_directories(dir);
  std::unique_ptr<RawStore> store(new RawStore);
  store->dir_ = dir;
  rocksdb::DBOptions options = database_options();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(options, dir + "/db", descriptors(), &store->families_, &db);
  if (!status.ok()) return failed(status);
  store->db_.reset(db);
  return store;
}

RawStore::~RawStore() {
  for (auto* family : families_) db_->DestroyColumnFamilyHandle(family);
}

Result<double> RawStore::append(const RawRecords& records, std::size_t leaves_per_batch) {
  const int head = ::open((dir_ + "/head").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (head < 0) return Error{ErrorCode::io, "cannot write " + dir_ + "/head"};
  const std::string anchor(512, 'h');
  const std::size_t groups = std::max<std::size_t>(1, records.leaves.size() / leaves_per_batch);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::Status status;
  bool anchored = true;
  const auto start = SteadyClock::now();
  for (std::size_t g = 0; g < groups && status.ok() && anchored; ++g) {
    rocksdb::WriteBatch batch;
    const auto put = [&](const std::vector<RawRecord>& from) {
      const auto [first, last] = share(from.size(), g, groups);
      for (std::size_t i = first; i < last; ++i)
        batch.Put(families_[from[i].family], from[i].key, from[i].value);
    };
    put(records.leaves);
    put(records.vault);
    put(records.tree);
    status = db_->Write(synced, &batch);
    anchored = ::pwrite(head, anchor.data(), anchor.size(), g % 2 == 0 ? 0 : 512) == 512 &&
               ::fdatasync(head) == 0;
  }
  const double took = seconds_since(start);
  ::close(head);
  if (!status.ok()) return failed(status);
  if (!anchored) return Error{ErrorCode::io, "cannot sync " + dir_ + "/head"};
  return static_cast<double>(records.leaves.size()) / took;
}

Result<double> RawStore::synced_writes(const RawRecords& records, std::size_t threads,
                                       double seconds) {
  // What one proposal stores: two leaves, two sealed values and a salt, one request key.
  if (records.leaves.size() < 2 || records.vault.empty())
    return Error{ErrorCode::invalid, "the benchmark has no records to write"};
  std::atomic<std::uint64_t> next{0}, done{0};
  std::atomic<bool> stop{false}, broken{false};
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto work = [&] {
    while (!stop) {
      const std::uint64_t n = next++;
      std::string key;
      put_u64(key, n);
      const auto record = [&](const std::vector<RawRecord>& from, std::uint64_t i) {
        return from[static_cast<std::size_t>(i % from.size())];
      };
      rocksdb::WriteBatch batch;
      for (std::uint64_t k = 0; k < 2; ++k) {
        const RawRecord leaf = record(records.leaves, 2 * n + k);
        batch.Put(families_[leaf.family], key + static_cast<char>(k), leaf.value);
      }
      for (std::uint64_t k = 0; k < 3; ++k) {
        const RawRecord sealed = record(records.vault, 3 * n + k);
        batch.Put(families_[sealed.family], sealed.key + key, sealed.value);
      }
      batch.Put(families_[slot(Family::requests)], as_text(sha256(key)), std::string(60, 'r'));
      if (!db_->Write(synced, &batch).ok()) broken = stop = true;
      ++done;
    }
  };
  const auto start = SteadyClock::now();
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < threads; ++i) writers.emplace_back(work);
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  stop = true;
  for (std::thread& writer : writers) writer.join();
  const double took = seconds_since(start);
  if (broken) return Error{ErrorCode::io, "a raw synced write failed"};
  return static_cast<double>(done.load()) / took;
}

Result<double> RawStore::scan(bool hash) const {
  rocksdb::ReadOptions options;
  options.readahead_size = 2U << 20;
  const std::unique_ptr<rocksdb::Iterator> at(
      db_->NewIterator(options, families_[slot(Family::leaves)]));
  std::uint64_t leaves = 0, touched = 0;
  const auto start = SteadyClock::now();
  for (at->SeekToFirst(); at->Valid(); at->Next(), ++leaves) {
    const std::string_view value(at->value().data(), at->value().size());
    touched += static_cast<unsigned char>(value.back());
    if (hash) touched += sha256(value)[0];
  }
  const double took = seconds_since(start);
  if (!at->status().ok() || touched == 0) return Error{ErrorCode::io, "the raw scan failed"};
  return static_cast<double>(leaves) / took;
}

}  // namespace recourse::bench
