#include "projections/row_table.h"

#include <rapidcheck.h>

#include "tests/unit/projections/story.h"

using namespace recourse;

namespace {

struct Score {
  std::int64_t points = 0;
};
BOOST_DESCRIBE_STRUCT(Score, (), (points))

/// A table over rows in memory that counts what is asked of them.
struct Scores : RowSource {
  MemoryRows store;
  Digest digest;
  mutable int loads = 0;
  RowTable<Score> table{"score/", *this, digest};

  std::optional<std::string> load(std::string_view key) const override {
    ++loads;
    return store.load(key);
  }
  void flush() {
    table.flush(store.sink());
    CHECK(digest == store.from_scratch());
  }
  std::int64_t points(std::string_view key) {
    const Score* const score = table.find(key);
    return score == nullptr ? -1 : score->points;
  }
};

}  // namespace

TEST_CASE("a row is made by its first change and written by a flush") {
  Scores scores;
  CHECK(scores.table.find("a") == nullptr);
  scores.table.change("a").points = 3;
  CHECK(scores.points("a") == 3);
  CHECK(scores.store.rows.empty());
  scores.flush();
  CHECK(scores.store.rows == std::map<std::string, std::string>{{"score/a", R"({"points":3})"}});
}

TEST_CASE("a row that nobody changed is not written again") {
  Scores scores;
  scores.table.change("a").points = 3;
  scores.flush();
  scores.store.rows.clear();
  CHECK(scores.points("a") == 3);
  scores.table.flush(scores.store.sink());
  CHECK(scores.store.rows.empty());
}

TEST_CASE("a row may be erased, made anew and erased within one batch") {
  Scores scores;
  scores.table.change("a").points = 3;
  scores.flush();
  scores.table.erase("a");
  CHECK(scores.table.find("a") == nullptr);
  CHECK(scores.table.change("a").points == 0);
  scores.table.change("a").points = 5;
  scores.flush();
  CHECK(scores.store.rows.at("score/a") == R"({"points":5})");
  scores.table.erase("a");
  scores.table.change("a");
  scores.table.erase("a");
  scores.flush();
  CHECK(scores.store.rows.empty());
  CHECK(scores.digest == Digest());
}

TEST_CASE("a row that came and went between two flushes was never there") {
  Scores scores;
  int written = 0;
  scores.table.change("a");
  scores.table.erase("a");
  scores.table.flush([&](std::string_view, std::string_view) { ++written; });
  CHECK(written == 0);
  CHECK(scores.digest == Digest());
}

TEST_CASE("a stored row is read once") {
  Scores scores;
  scores.store.rows["score/a"] = R"({"points":7})";
  CHECK(scores.points("a") == 7);
  CHECK(scores.points("a") == 7);
  CHECK(scores.loads == 1);
}

TEST_CASE("looking for what is not there leaves nothing behind") {
  Scores scores;
  for (int i = 0; i < 3; ++i) CHECK(scores.table.find("missing") == nullptr);
  scores.table.erase("missing");
  CHECK(scores.loads == 4);  // Asked each time instead of remembered for ever.
  scores.store.rows["score/missing"] = R"({"points":1})";
  CHECK(scores.points("missing") == 1);
}

TEST_CASE("a table with more rows than it keeps in memory reads them back unharmed") {
  Scores scores;
  constexpr int kRows = 300'000;
  for (int i = 0; i < kRows; ++i) {
    scores.table.change(std::to_string(i)).points = i;
    if (i % 20'000 == 0) scores.table.flush(scores.store.sink());
  }
  scores.table.flush(scores.store.sink());
  scores.table.flush(scores.store.sink());
  for (int i = 0; i < kRows; i += 997) {
    CHECK(scores.points(std::to_string(i)) == i);
    ++scores.table.change(std::to_string(i)).points;
  }
  CHECK(scores.loads > kRows);
  scores.flush();
  CHECK(scores.points("997") == 998);
}

TEST_CASE("whatever is done in whatever batches, rows and digest are those of a plain map") {
  CHECK(rc::check([] {
    Scores scores;
    std::map<std::string, std::int64_t> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
        rc::gen::pair(rc::gen::inRange(0, 5), rc::gen::inRange(0, 4)));
    std::int64_t points = 0;
    for (const auto& [what, which] : steps) {
      const std::string key(1, static_cast<char>('a' + which));
      if (what == 0) {
        scores.table.erase(key);
        model.erase(key);
      } else if (what == 1) {
        scores.table.flush(scores.store.sink());
        RC_ASSERT(scores.digest == scores.store.from_scratch());
      } else if (what == 2) {
        RC_ASSERT(scores.points(key) == (model.contains(key) ? model[key] : -1));
      } else {
        model[key] = scores.table.change(key).points = ++points;
      }
    }
    scores.table.flush(scores.store.sink());
    RC_ASSERT(scores.digest == scores.store.from_scratch());
    RC_ASSERT(scores.store.rows.size() == model.size());
    for (const auto& [key, value] : model)
      RC_ASSERT(scores.store.rows.at("score/" + key) == to_json(Score{value}));
  }));
}
