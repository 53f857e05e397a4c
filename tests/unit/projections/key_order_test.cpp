#include "projections/key_order.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>

#include "projections/row_file.h"
#include "projections/row_table.h"

using namespace recourse;

namespace {

struct Count {
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (count))

struct NoRows final : RowSource {
  std::optional<std::string> load(std::string_view) const override { return std::nullopt; }
};

}  // namespace

TEST_CASE("whatever keys share, their order is that of their bytes") {
  CHECK(rc::check([] {
    auto keys = *rc::gen::unique<std::vector<std::string>>(rc::gen::map(
        rc::gen::pair(rc::gen::element<std::string>("a/", "a/same-beginning/", "b/", ""),
                      rc::gen::container<std::string>(rc::gen::inRange('-', 'b'))),
        [](const auto& parts) { return parts.first + parts.second; }));
    std::vector<ChangedRow> rows;
    for (const std::string& key : keys) rows.push_back({&key, nullptr});
    put_in_key_order(rows);
    std::vector<std::string> found;
    for (const ChangedRow& row : rows) found.push_back(*row.key);
    std::sort(keys.begin(), keys.end());
    RC_ASSERT(found == keys);
  }));
}

TEST_CASE("tables are flushed in the order of their keys, in whatever order they are named") {
  const NoRows nothing;
  Digest digest;
  RowTable<Count> tickets("ticket/", nothing, digest), actions("action/", nothing, digest),
      totals("actions/", nothing, digest);
  tickets.change("b").count = 1;
  tickets.change("a").count = 2;
  totals.change("all").count = 3;
  actions.change("10").count = 4;
  actions.change("1").count = 5;
  std::vector<std::string> keys;
  for (FlushedTable* table : in_key_order({&tickets, &totals, &actions}))
    table->flush([&](std::string_view key, std::string_view) { keys.emplace_back(key); });
  CHECK(keys ==
        std::vector<std::string>{"action/1", "action/10", "actions/all", "ticket/a", "ticket/b"});
}

TEST_CASE("rows handed over in parts make the digest of a flush") {
  const NoRows nothing;
  Digest whole, first, second;
  RowTable<Count> at_once("a/", nothing, whole), in_parts("a/", nothing, whole);
  std::vector<std::string> flushed, handed;
  for (const std::string key : {"3", "1", "4", "15", "9"}) {
    at_once.change(key).count = static_cast<std::int64_t>(key.size());
    in_parts.change(key).count = static_cast<std::int64_t>(key.size());
  }
  at_once.flush([&](std::string_view key, std::string_view) { flushed.emplace_back(key); });
  const auto note = [&](std::string_view key, std::string_view) { handed.emplace_back(key); };
  REQUIRE(in_parts.order_changes() == 5);
  in_parts.hand_over(0, 2, first, note);
  in_parts.hand_over(2, 5, second, note);
  first.add(second.value());
  CHECK(first.value() == whole.value());
  CHECK(handed == flushed);
}

TEST_CASE("a file of rows says when it cannot be written, or rows do not come in order") {
  std::string dir = (std::filesystem::temp_directory_path() / "recourse-test-XXXXXX").string();
  REQUIRE(mkdtemp(dir.data()) != nullptr);
  RowFile unordered(dir + "/rows.sst", 1, LedgerId(1), 1);
  unordered.put("b", "{}");
  unordered.put("a", "{}");
  CHECK_FALSE(unordered.finish().ok());
  RowFile nowhere(dir + "/missing/rows.sst", 1, LedgerId(1), 1);
  CHECK(nowhere.finish().ok());  // No rows, no file.
  nowhere.put("a", "{}");
  CHECK_FALSE(nowhere.finish().ok());
  std::filesystem::remove_all(dir);
}
