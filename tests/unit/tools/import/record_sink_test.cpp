#include "tools/import/record_sink.h"

#include <doctest/doctest.h>

#include "tests/unit/tools/import/import_desk.h"

namespace recourse {
namespace {

/// A tenant with nothing in it, and a sink into it.
struct Sinking {
  ImportDesk desk;
  ImportTarget target{desk.writer(),
                      desk.tenant(),
                      desk.writer().create_tenant(desk.tenant()).value().ledger,
                      "source",
                      {PrincipalId("sys_import"), ActorType::system, Role::admin, {}},
                      {}};
  ImportSummary summary;
  ImportFigures figures;

  /// A record that becomes one note of an unreadable record, named by `number`.
  static ImportRecord record(int number) {
    ImportRecord record;
    record.identity = "import/source/" + std::to_string(number);
    record.content = "{}";
    record.decide = [number](DecisionStep&) -> Result<std::vector<NewEvent>> {
      RecordUnreadable data;
      data.record = std::to_string(number);
      data.reason_code = "test";
      data.text = seal_text("text", {});
      NewEvent event;
      event.stream = "import";
      event.data = std::move(data);
      return std::vector{std::move(event)};
    };
    return record;
  }

  std::vector<std::string> stored() {
    std::vector<std::string> records;
    for (const RecordUnreadable& data : desk.all<RecordUnreadable>())
      records.push_back(data.record.text);
    return records;
  }
};

TEST_CASE("records are written in their order and the last one says that the import is finished") {
  Sinking sinking;
  {
    RecordSink sink(sinking.target, 3, sinking.summary, sinking.figures);
    for (int number = 0; number < 10; ++number) CHECK(sink.add(Sinking::record(number)));
    sink.finish();
  }
  CHECK(sinking.stored() ==
        std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  const auto events = sinking.desk.events();
  CHECK(holds_alternative<ImportFinished>(events.back().data));
  const auto finished = sinking.desk.all<ImportFinished>();
  REQUIRE(finished.size() == 1);
  CHECK(finished[0].records == 10);
  CHECK(finished[0].added == 10);
  CHECK(sinking.summary.added == 10);
}

/// What is stored of ten records of which the fifth does what `decide` says.
std::vector<std::string> stored_around(DecideEvents decide, ImportSummary& summary) {
  Sinking sinking;
  {
    RecordSink sink(sinking.target, 64, sinking.summary, sinking.figures);
    for (int number = 0; number < 10; ++number) {
      ImportRecord record = Sinking::record(number);
      if (number == 4) record.decide = decide;
      if (!sink.add(std::move(record))) break;
    }
    sink.finish();
    CHECK(sink.stopped());
  }
  CHECK(sinking.desk.all<ImportFinished>().empty());
  summary = sinking.summary;
  return sinking.stored();
}

TEST_CASE("behind a record that cannot be decided none is stored") {
  ImportSummary summary;
  const auto stored = stored_around(
      [](DecisionStep&) -> Result<std::vector<NewEvent>> {
        return Error{ErrorCode::erased, "the customer was erased"};
      },
      summary);
  CHECK(stored == std::vector<std::string>{"0", "1", "2", "3"});
  REQUIRE(summary.stopped.has_value());
  CHECK(summary.stopped->code == ErrorCode::erased);
  CHECK(summary.added == 4);
}

TEST_CASE("behind a record that the ledger refuses none is stored") {
  ImportSummary summary;
  const auto stored = stored_around(
      [](DecisionStep&) -> Result<std::vector<NewEvent>> {
        NewEvent event;
        event.stream = "import";
        event.data = ImportFinished{std::string(100'000, 'x'), "test"};
        return std::vector{std::move(event)};
      },
      summary);
  CHECK(stored == std::vector<std::string>{"0", "1", "2", "3"});
  REQUIRE(summary.stopped.has_value());
  CHECK(summary.stopped->code == ErrorCode::too_large);
}

TEST_CASE("records that were new before a known last one are told of as finished too") {
  Sinking sinking;
  {
    RecordSink sink(sinking.target, 8, sinking.summary, sinking.figures);
    sink.add(Sinking::record(9));
    sink.finish();
  }
  ImportSummary second;
  {
    RecordSink sink(sinking.target, 8, second, sinking.figures);
    sink.add(Sinking::record(1));
    sink.add(Sinking::record(9));
    sink.finish();
  }
  CHECK(second.added == 1);
  CHECK(second.known == 1);
  const auto finished = sinking.desk.all<ImportFinished>();
  REQUIRE(finished.size() == 2);
  CHECK(finished[1].added == 1);
  CHECK(finished[1].known == 1);
}

}  // namespace
}  // namespace recourse
