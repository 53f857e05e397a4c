#include "projections/sorted_rows.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <rocksdb/sst_file_reader.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "projections/view_store.h"

using namespace recourse;

namespace {

/// The keys of the file that the rows make, in its order.
std::vector<std::string> written(const std::vector<std::string>& keys) {
  std::string dir = (std::filesystem::temp_directory_path() / "recourse-test-XXXXXX").string();
  REQUIRE(mkdtemp(dir.data()) != nullptr);
  SortedRows rows;
  for (const std::string& key : keys) rows.add(key, "{}");
  REQUIRE(rows.write_file(dir + "/rows.sst", 2, LedgerId(1), 7).ok());
  rocksdb::SstFileReader file{rocksdb::Options()};
  REQUIRE(file.Open(dir + "/rows.sst").ok());
  const std::unique_ptr<rocksdb::Iterator> at(file.NewIterator(rocksdb::ReadOptions()));
  const std::string prefix = ViewStore::row_key(2, LedgerId(1), 7, "");
  std::vector<std::string> found;
  for (at->SeekToFirst(); at->Valid(); at->Next())
    found.push_back(at->key().ToString().substr(prefix.size()));
  std::filesystem::remove_all(dir);
  return found;
}

}  // namespace

TEST_CASE("rows of several tables are written in the order of their keys") {
  CHECK(written({"ticket/b", "ticket/a", "ticket/ab", "id/9", "id/10", "all"}) ==
        std::vector<std::string>{"all", "id/10", "id/9", "ticket/a", "ticket/ab", "ticket/b"});
  CHECK(written({"a/1", "b/1", "a/0", "b/0", "a"}) ==
        std::vector<std::string>{"a", "a/0", "a/1", "b/0", "b/1"});
}

TEST_CASE("whatever the keys share, their order is that of their bytes") {
  CHECK(rc::check([] {
    const auto keys = *rc::gen::unique<std::vector<std::string>>(rc::gen::map(
        rc::gen::pair(rc::gen::element<std::string>("a/", "a/same-beginning/", "b/", ""),
                      rc::gen::container<std::string>(rc::gen::inRange('-', 'b'))),
        [](const auto& parts) { return parts.first + parts.second + "."; }));
    RC_PRE(!keys.empty());
    auto sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    RC_ASSERT(written(keys) == sorted);
  }));
}
