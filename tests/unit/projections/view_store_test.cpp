#include "projections/view_store.h"

#include <rocksdb/options.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>
#include <stdlib.h>

#include <array>
#include <filesystem>

#include "engine/base/random.h"
#include "projections/row_file.h"
#include "projections/row_table.h"
#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

constexpr std::uint8_t kProjection = 3;
const LedgerId kLedger(1);
using Keys = std::vector<std::string>;

/// A views database in a directory that goes with it.
class Views {
 public:
  Views() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "recourse-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    dir = pattern;
    reopen();
  }
  ~Views() {
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  }
  void reopen() {
    store.reset();
    auto opened = ViewStore::open(dir);
    REQUIRE_MESSAGE(opened.ok(), opened.error().message);
    store = std::move(opened).value();
  }

  void put(const std::map<std::string, std::string>& rows, std::uint32_t generation = 0,
           LedgerId ledger = kLedger, std::uint8_t projection = kProjection) {
    const auto batch = store->batch();
    for (const auto& [key, json] : rows) batch->put(projection, ledger, generation, key, json);
    REQUIRE(batch->write().ok());
  }
  void set_generation(std::uint32_t generation) {
    const auto batch = store->batch();
    batch->set_state(kProjection, kLedger, state_of(generation));
    REQUIRE(batch->write().ok());
  }
  static ViewState state_of(std::uint32_t generation) {
    ViewState state;
    state.applied = LogSize(40 + generation);
    state.version = 2;
    state.generation = generation;
    state.digest.add(Digest::of_row("a", "{}"));
    return state;
  }
  std::string row_file(const std::vector<std::pair<std::string, std::string>>& rows,
                       std::uint32_t generation) const {
    const std::string path = dir + "/build.sst";
    RowFile file(path, kProjection, kLedger, generation);
    for (const auto& [key, json] : rows) file.put(key, json);
    REQUIRE(file.finish().ok());
    return path;
  }

  std::vector<std::string> keys(std::string_view prefix, std::string_view from = "",
                                ViewStore::Order order = ViewStore::Order::forward,
                                std::size_t limit = 100) {
    std::vector<std::string> found;
    const Status status = store->each(kProjection, kLedger, prefix, from, order,
                                      [&](std::string_view key, std::string_view) {
                                        found.emplace_back(key);
                                        return found.size() < limit;
                                      });
    REQUIRE_MESSAGE(status.ok(), status.error().message);
    return found;
  }
  Keys queued(std::string_view prefix, std::size_t limit = 100) {
    Keys found;
    const Status status = store->each_queued(kProjection, kLedger, prefix,
                                             [&](std::string_view key, std::string_view) {
                                               found.emplace_back(key);
                                               return found.size() < limit;
                                             });
    REQUIRE_MESSAGE(status.ok(), status.error().message);
    return found;
  }
  std::string row(std::string_view key) {
    const auto found = store->row(kProjection, kLedger, key);
    return found ? *found : std::string(name(found.error().code));
  }

  std::string dir;
  std::unique_ptr<ViewStore> store;
};

constexpr auto kBackward = ViewStore::Order::backward;
constexpr auto kForward = ViewStore::Order::forward;

}  // namespace

TEST_CASE("rows and states are there after reopening, when they were flushed") {
  Views views;
  views.put({{"ticket/a", R"({"a":1})"}});
  views.set_generation(0);
  REQUIRE(views.store->flush().ok());
  views.reopen();
  CHECK(views.row("ticket/a") == R"({"a":1})");
  CHECK(views.row("ticket/b") == "not_found");
  const ViewState state = views.store->state(kProjection, kLedger);
  CHECK(state.applied == LogSize(40));
  CHECK(state.version == 2);
  CHECK(state.digest == Views::state_of(0).digest);
}

TEST_CASE("an unknown view starts from nothing") {
  Views views;
  const ViewState state = views.store->state(9, LedgerId(9));
  CHECK(state.applied == LogSize(0));
  CHECK(state.digest == Digest());
}

TEST_CASE("rows of other ledgers and projections are never seen") {
  Views views;
  views.put({{"a", "1"}});
  views.put({{"b", "2"}}, 0, LedgerId(2));
  views.put({{"c", "3"}}, 0, kLedger, kProjection + 1);
  CHECK(views.keys("") == Keys{"a"});
  CHECK(views.row("b") == "not_found");
}

TEST_CASE("a scan walks a prefix forwards and backwards, starting past where it left off") {
  Views views;
  views.put({{"s/1", "1"}, {"s/2", "2"}, {"s/3", "3"}, {"r/9", "0"}, {"t/0", "0"}});
  CHECK(views.keys("s/") == Keys{"s/1", "s/2", "s/3"});
  CHECK(views.keys("s/", "", kBackward) == Keys{"s/3", "s/2", "s/1"});
  CHECK(views.keys("s/", "s/1") == Keys{"s/2", "s/3"});
  CHECK(views.keys("s/", "s/3", kBackward) == Keys{"s/2", "s/1"});
  CHECK(views.keys("s/", "s/3") == Keys{});
  CHECK(views.keys("s/", "s/1", kBackward) == Keys{});
  CHECK(views.keys("s/", "s/15") == Keys{"s/2", "s/3"});
  CHECK(views.keys("s/", "s/15", kBackward) == Keys{"s/1"});
  CHECK(views.keys("s/", "", kForward, 2) == Keys{"s/1", "s/2"});
  CHECK(views.keys("s/", "", kBackward, 1) == Keys{"s/3"});
}

TEST_CASE("a start outside the prefix neither leaves it nor skips a row") {
  Views views;
  views.put({{"s/1", "1"}, {"s/2", "2"}, {"r/9", "0"}, {"t/0", "0"}});
  CHECK(views.keys("s/", "r/9") == Keys{"s/1", "s/2"});
  CHECK(views.keys("s/", "t/0") == Keys{});
  CHECK(views.keys("s/", "t/0", kBackward) == Keys{"s/2", "s/1"});
  CHECK(views.keys("s/", "r/9", kBackward) == Keys{});
}

TEST_CASE("a queue does not pass over what went before its first row") {
  Views views;
  for (int i = 0; i < 1'000; ++i) views.put({{"due/" + std::to_string(100'000 + i), "1"}});
  for (int i = 0; i < 990; ++i) views.put({{"due/" + std::to_string(100'000 + i), ""}});
  const auto passed_over = [&] {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kEnableCount);
    rocksdb::get_perf_context()->Reset();
    CHECK(views.queued("due/", 1) == Keys{"due/100990"});
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    return rocksdb::get_perf_context()->internal_delete_skipped_count;
  };
  CHECK(passed_over() == 990);
  CHECK(passed_over() == 0);
  // What comes in before the first row is seen like everything else.
  views.put({{"due/100000", "1"}});
  CHECK(views.queued("due/", 2) == Keys{"due/100000", "due/100990"});
  views.put({{"due/100000", ""}});
  CHECK(passed_over() == 990);
  CHECK(passed_over() == 0);
  views.reopen();
  CHECK(views.queued("due/") == views.keys("due/"));
}

TEST_CASE("a queue has the rows that a scan has, whatever comes and goes") {
  Views views;
  SeededRandom random(7);
  const auto draw = [&](std::uint8_t below) {
    std::array<std::uint8_t, 1> byte{};
    random.fill(byte);
    return byte[0] % below;
  };
  const auto some_key = [&] {
    constexpr std::string_view kPlaces[] = {"due/", "due/outbox/", "due/zz/", "dull/"};
    return std::string(kPlaces[draw(4)]) + static_cast<char>('0' + draw(30));
  };
  std::uint32_t generation = 0;
  for (int round = 0; round < 3'000; ++round) {
    std::map<std::string, std::string> rows;
    for (int i = draw(3); i >= 0; --i) rows[some_key()] = draw(5) < 2 ? "1" : "";
    views.put(rows, generation);
    if (draw(200) == 0) {
      const std::string file =
          views.row_file({{"due/5", "1"}, {"due/outbox/3", "1"}}, ++generation);
      REQUIRE(views.store->switch_to({{kProjection, Views::state_of(generation)}}, kLedger, {file})
                  .ok());
    }
    for (const char* prefix : {"due/", "due/outbox/", "due/zz/"})
      if (draw(3) == 0) CHECK(views.queued(prefix) == views.keys(prefix));
  }
}

TEST_CASE("an empty value erases, and a batch that is not written changes nothing") {
  Views views;
  views.put({{"a", "1"}, {"b", "2"}});
  views.put({{"a", ""}});
  CHECK(views.keys("") == Keys{"b"});
  views.store->batch()->put(kProjection, kLedger, 0, "c", "3");
  CHECK(views.keys("") == Keys{"b"});
}

TEST_CASE("a new generation takes over whole and the old one goes") {
  Views views;
  views.put({{"a", "1"}, {"gone", "1"}});
  views.set_generation(0);
  const std::string file = views.row_file({{"a", "2"}, {"new", "2"}}, 1);
  CHECK(views.row("a") == "1");
  REQUIRE(views.store->switch_to({{kProjection, Views::state_of(1)}}, kLedger, {file}).ok());
  CHECK(views.keys("") == Keys{"a", "new"});
  CHECK(views.row("a") == "2");
  CHECK(views.store->source(kProjection, kLedger, 0)->load("gone") == std::nullopt);
  views.reopen();
  CHECK(views.keys("") == Keys{"a", "new"});
  CHECK(views.store->state(kProjection, kLedger).generation == 1);
}

TEST_CASE("a view that is rebuilt as empty is empty") {
  Views views;
  views.put({{"a", "1"}});
  views.set_generation(0);
  REQUIRE(views.store->switch_to({{kProjection, Views::state_of(1)}}, kLedger, {}).ok());
  CHECK(views.keys("").empty());
}

TEST_CASE("what an interrupted build left behind does not come back with the next one") {
  Views views;
  views.put({{"a", "1"}});
  views.set_generation(0);
  views.put({{"stale", "?"}}, 1);
  REQUIRE(views.store->flush().ok());
  REQUIRE(views.store->drop_rows(kProjection, kLedger, 1).ok());
  const std::string file = views.row_file({{"a", "2"}}, 1);
  REQUIRE(views.store->switch_to({{kProjection, Views::state_of(1)}}, kLedger, {file}).ok());
  CHECK(views.keys("") == Keys{"a"});
}

TEST_CASE("a generation of one view ends where the next view's begins") {
  Views views;
  views.put({{"a", "1"}});
  views.put({{"b", "2"}}, 0, LedgerId(2));
  views.put({{"c", "3"}}, 0, kLedger, kProjection + 1);
  views.set_generation(0);
  REQUIRE(views.store->switch_to({{kProjection, Views::state_of(1)}}, kLedger, {}).ok());
  CHECK(views.store->row(kProjection, LedgerId(2), "b").value() == "2");
  CHECK(views.store->row(kProjection + 1, kLedger, "c").value() == "3");
}

TEST_CASE("a reader beside the writer sees what is flushed") {
  Views views;
  views.put({{"a", "1"}});
  REQUIRE(views.store->flush().ok());
  views.put({{"b", "2"}});
  const auto beside = ViewStore::open_read_only(views.dir);
  REQUIRE(beside.ok());
  CHECK((*beside)->row(kProjection, kLedger, "a").value() == "1");
  CHECK((*beside)->row(kProjection, kLedger, "b").error().code == ErrorCode::not_found);
}

TEST_CASE("a table over stored rows goes on where another left off") {
  Views views;
  Digest digest;
  const auto flush = [&](RowTable<TicketId>& table) {
    const auto batch = views.store->batch();
    table.flush([&](std::string_view key, std::string_view json) {
      batch->put(kProjection, kLedger, 0, key, json);
    });
    REQUIRE(batch->write().ok());
  };
  const auto source = views.store->source(kProjection, kLedger, 0);
  {
    RowTable<TicketId> table("id/", *source, digest);
    table.change("1") = TicketId("tkt_1");
    table.change("2") = TicketId("tkt_2");
    flush(table);
  }
  RowTable<TicketId> table("id/", *source, digest);
  CHECK(*table.find("1") == TicketId("tkt_1"));
  table.erase("1");
  flush(table);
  CHECK(views.keys("") == Keys{"id/2"});
  Digest expected;
  expected.add(Digest::of_row("id/2", R"("tkt_2")"));
  CHECK(digest == expected);
}
