#include "tools/import/transcript.h"

#include <doctest/doctest.h>

#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

std::vector<TranscriptLine> lines_of(std::string_view bytes) {
  const ScratchFile file(bytes, ".ndjson");
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  TranscriptReader reader(*source);
  std::vector<TranscriptLine> all;
  while (auto line = reader.next().value()) all.push_back(std::move(*line));
  return all;
}

Run run_of(std::string_view line) {
  auto all = lines_of(line);
  REQUIRE(all.size() == 1);
  if (const auto* unreadable = std::get_if<UnreadableRun>(&all[0])) FAIL(unreadable->reason);
  return std::get<Run>(all[0]);
}

UnreadableRun unreadable_of(std::string_view line) {
  auto all = lines_of(line);
  REQUIRE(all.size() == 1);
  REQUIRE(std::holds_alternative<UnreadableRun>(all[0]));
  return std::get<UnreadableRun>(all[0]);
}

const ToolCall& call(const Run& run, std::size_t step) {
  REQUIRE(step < run.steps.size());
  REQUIRE(std::holds_alternative<ToolCall>(run.steps[step]));
  return std::get<ToolCall>(run.steps[step]);
}

const RunMessage& message(const Run& run, std::size_t step) {
  REQUIRE(step < run.steps.size());
  REQUIRE(std::holds_alternative<RunMessage>(run.steps[step]));
  return std::get<RunMessage>(run.steps[step]);
}

/// A run of the given messages.
std::string traj(std::string_view messages) {
  return R"({"task_id":1,"trial":0,"traj":[)" + std::string(messages) + "]}";
}

/// An assistant's message with calls, each `id name arguments`.
std::string calls(std::initializer_list<std::array<std::string_view, 3>> list) {
  std::string all;
  for (const auto& [id, name, arguments] : list) {
    if (!all.empty()) all += ",";
    all += R"({"id":")" + std::string(id) + R"(","type":"function","function":{"name":")" +
           std::string(name) + R"(","arguments":")" + std::string(arguments) + R"("}})";
  }
  return R"({"role":"assistant","content":null,"tool_calls":[)" + all + "]}";
}

std::string result(std::string_view id, std::string_view name, std::string_view text) {
  return R"({"role":"tool","tool_call_id":")" + std::string(id) + R"(","name":")" +
         std::string(name) + R"(","content":")" + std::string(text) + R"("})";
}

TEST_CASE("a run is read with its task, expected actions, reward and steps") {
  const Run run = run_of(
      R"({"task_id":7,"reward":0.0,"trial":2,"info":{"task":{"user_id":"mia_li","instruction":"Book.",)"
      R"("actions":[{"name":"book","kwargs":{"price":54.0,"a":"x"}},{"name":"none"}],"outputs":["5",6]},)"
      R"("reward_info":{"reward":1.0}},"traj":[{"role":"system","content":"policy"},)"
      R"({"role":"user","content":"hi"},{"role":"assistant","content":"I book","tool_calls":[)"
      R"({"id":"c1","type":"function","function":{"name":"book","arguments":"{\"a\": \"x\", \"price\": 54}"}}]},)"
      R"({"role":"tool","tool_call_id":"c1","name":"book","content":"done"}]})");
  CHECK(run.line == 1);
  CHECK(run.task == "7");
  CHECK(run.trial == "2");
  CHECK(run.user_id == "mia_li");
  CHECK(run.instruction == "Book.");
  CHECK(run.outputs == std::vector<std::string>{"5", "6"});
  CHECK(run.reward == 0.0);
  CHECK(run.messages == 4);
  REQUIRE(run.steps.size() == 4);
  CHECK(message(run, 0).role == "system");
  CHECK(message(run, 2).text == "I book");
  const ToolCall& book = call(run, 3);
  CHECK(book.name == "book");
  CHECK(book.call_id == "c1");
  CHECK(book.arguments == R"({"a": "x", "price": 54})");
  CHECK(book.canonical_arguments == R"({"a":"x","price":54})");
  CHECK(book.result == "done");
  CHECK(book.committed());
  REQUIRE(run.expected.size() == 2);
  CHECK(run.expected[0].comparable_arguments == *book.canonical_arguments);
  CHECK(run.expected[1].comparable_arguments == "{}");
}

TEST_CASE("numbers with long tails keep every digit that matters") {
  const Run run = run_of(
      R"({"info":{"task":{"actions":[{"name":"f","kwargs":{"x":0.30000000000000004,"y":1e-7}}]}},)"
      R"("traj":[{"role":"assistant","tool_calls":[{"function":{"name":"f",)"
      R"("arguments":"{\"y\":0.0000001,\"x\":0.3000000000000000444089209850062616169452667236328125}"}}]}]})");
  CHECK(run.expected[0].comparable_arguments == R"({"x":0.30000000000000004,"y":1e-7})");
  CHECK(call(run, 0).canonical_arguments == run.expected[0].comparable_arguments);
}

TEST_CASE("identity, reward and task default where a recording lacks them") {
  const auto all = lines_of(
      "\n"
      R"({"messages":[{"role":"user","content":"a"}]})"
      "\r\n \n"
      R"([{"role":"user","content":"b"}])"
      "\n"
      R"({"task_id":"t-1","trial":null,"reward":null,"info":null,"traj":[]})");
  REQUIRE(all.size() == 3);
  const auto& first = std::get<Run>(all[0]);
  CHECK(first.line == 2);
  CHECK(first.task == "2");
  CHECK(first.trial == "2");
  CHECK_FALSE(first.reward);
  const auto& second = std::get<Run>(all[1]);
  CHECK(second.task == "4");
  CHECK(message(second, 0).text == "b");
  CHECK(std::get<Run>(all[2]).task == "t-1");
  CHECK(std::get<Run>(all[2]).trial == "5");
}

TEST_CASE("the reward is found beside the run or in its info, as number or truth value") {
  CHECK(run_of(R"({"reward":true,"traj":[]})").reward == 1.0);
  CHECK(run_of(R"({"reward":1,"traj":[]})").reward == 1.0);
  CHECK(run_of(R"({"info":{"reward_info":{"reward":0.0}},"traj":[]})").reward == 0.0);
  CHECK_FALSE(run_of(R"({"reward":"high","traj":[]})").reward);
}

TEST_CASE("a run that crashed before its first message is a run without steps, with its error") {
  const Run empty = run_of(R"({"task_id":3,"reward":0.0,"info":{"error":"timeout"},"traj":[]})");
  CHECK(empty.messages == 0);
  CHECK(empty.steps.empty());
  CHECK(empty.error == "timeout");
  CHECK(run_of(R"({"task_id":3,"traj":null})").messages == 0);
  CHECK(run_of(R"({"task_id":3,"info":{"error":"x"}})").error == "x");
}

TEST_CASE("content may be text, nothing, or a list of parts") {
  const Run run = run_of(traj(
      R"({"role":"user","content":[{"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"u"}},"two"]},)"
      R"({"role":"assistant","content":null},{"role":"assistant"},{"role":"user","content":""},)"
      R"({"role":"user","content":{"a":1}},5,{"note":"x"})"));
  REQUIRE(run.steps.size() == 7);
  CHECK(message(run, 0).text ==
        "one\n"
        R"({"type":"image_url","image_url":{"url":"u"}})"
        "\ntwo");
  CHECK(message(run, 1).text.empty());
  CHECK(message(run, 3).role == "user");
  CHECK(message(run, 4).text == R"({"a":1})");
  CHECK(message(run, 5).role.empty());
  CHECK(message(run, 5).text == "5");
  CHECK(message(run, 6).role.empty());
  CHECK(message(run, 6).text == R"({"note":"x"})");
  CHECK(run.messages == 7);
}

TEST_CASE("ids that recur within a run join each result to the call just before it") {
  const Run run =
      run_of(traj(calls({{"x", "read", "{}"}}) + "," + result("x", "read", "first") + "," +
                  calls({{"x", "write", "{}"}}) + "," + R"({"role":"user","content":"?"},)" +
                  calls({{"x", "read", "{}"}}) + "," + result("x", "read", "second")));
  CHECK(call(run, 0).result == "first");
  CHECK(call(run, 1).outcome_unknown());
  CHECK(call(run, 3).result == "second");
}

TEST_CASE("parallel calls are answered in their order, by id, by name, or by place") {
  const Run same_id = run_of(traj(calls({{"x", "f", "{}"}, {"x", "f", "{}"}}) + "," +
                                  result("x", "f", "1") + "," + result("x", "f", "2")));
  CHECK(call(same_id, 0).result == "1");
  CHECK(call(same_id, 1).result == "2");

  const Run crossed = run_of(traj(calls({{"a", "f", "{}"}, {"b", "g", "{}"}}) + "," +
                                  result("b", "g", "G") + "," + result("a", "f", "F")));
  CHECK(call(crossed, 0).result == "F");
  CHECK(call(crossed, 1).result == "G");

  const Run same_id_other_name = run_of(traj(calls({{"x", "f", "{}"}, {"x", "g", "{}"}}) + "," +
                                             result("x", "g", "G") + "," + result("x", "f", "F")));
  CHECK(call(same_id_other_name, 0).result == "F");
  CHECK(call(same_id_other_name, 1).result == "G");

  const Run by_name = run_of(traj(
      R"({"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"g","arguments":"{}"}}]},)"
      R"({"role":"tool","name":"g","content":"G"},{"role":"tool","content":"F"})"));
  CHECK(call(by_name, 0).result == "F");
  CHECK(call(by_name, 1).result == "G");
}

TEST_CASE("a result that answers no call stays as a message") {
  const Run run =
      run_of(traj(calls({{"a", "f", "{}"}, {"b", "f", "{}"}}) + "," + result("a", "f", "1") + "," +
                  result("a", "f", "again") + "," + result("z", "h", "lost")));
  CHECK(call(run, 0).result == "1");
  CHECK(call(run, 1).outcome_unknown());
  CHECK(message(run, 2).role == "tool");
  CHECK(message(run, 2).text == "again");
  CHECK(message(run, 3).text == "lost");
}

TEST_CASE("the older form of calls is read") {
  const Run run = run_of(traj(
      R"({"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{\"a\":1}"}},)"
      R"({"role":"function","name":"f","content":"Error: no"})"));
  CHECK(run.steps.size() == 1);
  CHECK(call(run, 0).name == "f");
  CHECK(call(run, 0).failed());
  CHECK_FALSE(call(run, 0).committed());
}

TEST_CASE("arguments that are not JSON are kept as text and marked, and invented tools too") {
  const Run run = run_of(traj(
      calls({{"1", "think", "I should not"},
             {"2", "f", R"({\"a\":1,\"a\":2})"},
             {"3", "f", R"({\"a\":9007199254740993})"},
             {"4", "f", ""}}) +
      R"(,{"role":"assistant","tool_calls":[{"function":{"name":"g","arguments":{"b":[1.0]}}},7,{"id":"n"}]})"));
  CHECK(call(run, 0).arguments == "I should not");
  CHECK_FALSE(call(run, 0).arguments_are_json());
  CHECK(call(run, 0).comparable_arguments() == "I should not");
  CHECK_FALSE(call(run, 1).arguments_are_json());
  CHECK_FALSE(call(run, 2).arguments_are_json());
  CHECK(call(run, 2).arguments == R"({"a":9007199254740993})");
  CHECK_FALSE(call(run, 3).arguments_are_json());
  CHECK(call(run, 4).canonical_arguments == R"({"b":[1]})");
  CHECK(call(run, 5).arguments == "7");
  CHECK(call(run, 6).call_id == "n");
  CHECK(call(run, 6).name.empty());
}

TEST_CASE("lines that are no run are delivered with line, text and reason, and the rest is read") {
  const std::string good = traj(R"({"role":"user","content":"a"})");
  const auto all = lines_of("not json\n" + good + "\n{}\n5\n[1,2]\n" + good);
  REQUIRE(all.size() == 6);
  const auto& first = std::get<UnreadableRun>(all[0]);
  CHECK(first.line == 1);
  CHECK(first.text == "not json");
  CHECK(first.reason.starts_with("is no JSON"));
  CHECK(std::get<Run>(all[1]).line == 2);
  CHECK(std::get<UnreadableRun>(all[2]).reason.find("no list of messages") != std::string::npos);
  CHECK(std::get<UnreadableRun>(all[3]).reason.find("no list of messages") != std::string::npos);
  CHECK(std::get<UnreadableRun>(all[4]).reason.find("something else") != std::string::npos);
  CHECK(std::get<Run>(all[5]).line == 6);
}

TEST_CASE("names that stand twice, half characters and endless nesting make a line unreadable") {
  CHECK(unreadable_of(R"({"traj":[],"traj":[{"role":"user","content":"a"}]})").reason ==
        "the name traj stands twice");
  CHECK(unreadable_of(traj(R"({"role":"user","role":"tool","content":"a"})")).reason ==
        "the name role stands twice");
  CHECK(unreadable_of(traj(R"({"role":"user","content":"\ud800"})"))
            .reason.starts_with("is no JSON"));
  CHECK(unreadable_of(traj(R"({"role":"user","content":"a\u0000b"})")).reason.find("U+0000") !=
        std::string::npos);
  CHECK(unreadable_of(traj(R"({"role":"user","content":")"
                           "\xff"
                           R"("})"))
            .reason.starts_with("is no JSON"));
  CHECK(unreadable_of(R"({"traj":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}")
            .reason.starts_with("is no JSON"));
  CHECK(unreadable_of(std::string(200'000, '[')).reason.starts_with("is no JSON"));
  CHECK(unreadable_of(R"({"reward":NaN,"traj":[]})").reason.starts_with("is no JSON"));
  CHECK(unreadable_of(R"({"traj":[],"n":123456789012345678901234567890})")
            .reason.starts_with("is no JSON"));
}

TEST_CASE("a large integer in a field that nobody reads costs nothing") {
  CHECK(run_of(R"({"at_ns":1717171717171717171,"traj":[{"role":"user","content":"a"}]})")
            .steps.size() == 1);
}

TEST_CASE("a line past the size limit is one unreadable run") {
  const auto all = lines_of("[" + std::string(ByteSource::kMaxLineBytes, ' ') + "]\n" + traj(""));
  REQUIRE(all.size() == 2);
  CHECK(std::get<UnreadableRun>(all[0]).reason.find("longer than") != std::string::npos);
  CHECK(std::get<Run>(all[1]).line == 2);
}

TEST_CASE("a file that is cut delivers the runs before and then the error") {
  std::string text;
  for (int i = 0; i < 50; ++i) {
    text += traj(R"({"role":"user","content":")" + std::to_string(i * 7919) + R"("})") + "\n";
  }
  const std::string packed = gzip(text);
  const ScratchFile file(packed.substr(0, packed.size() - 6));
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  TranscriptReader reader(*source);
  std::size_t runs = 0;
  while (true) {
    const auto line = reader.next();
    if (!line.ok()) {
      CHECK(line.error().code == ErrorCode::invalid);
      break;
    }
    REQUIRE(line->has_value());
    ++runs;
  }
  CHECK(runs == 50);
}

TEST_CASE("wrong writes are the committed ones of a failed run that nobody expected") {
  const std::string start =
      R"("info":{"task":{"actions":[{"name":"write","kwargs":{"price":54.0}}]}},"traj":[)" +
      calls({{"1", "write", R"({\"price\": 54})"},
             {"2", "write", R"({\"price\":55})"},
             {"3", "write", R"({\"price\":56})"},
             {"4", "write", R"({\"price\":57})"},
             {"5", "read", "{}"},
             {"6", "other", "not json"}}) +
      "," + result("1", "write", "ok") + "," + result("2", "write", "ok") + "," +
      result("3", "write", "Error: no") + "," + result("5", "read", "ok") + "," +
      result("6", "other", "ok") + "]}";
  const auto is_write = [](std::string_view tool) { return tool != "read"; };
  CHECK(wrong_writes(run_of(R"({"reward":0.0,)" + start), is_write) ==
        std::vector<std::size_t>{1, 5});
  CHECK(wrong_writes(run_of(R"({"reward":1.0,)" + start), is_write).empty());
  CHECK(wrong_writes(run_of("{" + start), is_write).empty());
}

}  // namespace
}  // namespace recourse
