#include "engine/event/canonical_json.h"
#include "tests/unit/tools/soc2/test_log.h"
#include "tools/soc2/controls.h"
#include "tools/soc2/deviation.h"
#include "tools/soc2/package_json.h"
#include "tools/soc2/sample.h"

namespace recourse::soc2::testing {

TEST_CASE("the list holds RC-01 to RC-26, each with codes of its exceptions") {
  REQUIRE(controls().size() == 26);
  std::set<std::string> slugs;
  for (std::size_t i = 0; i < controls().size(); ++i) {
    const Control& control = controls()[i];
    const std::string number = std::to_string(i + 1);
    CHECK(control.id == "RC-" + std::string(2 - number.size(), '0') + number);
    CHECK(slugs.insert(control.slug).second);
    CHECK(!control.criteria.empty());
    for (const std::string& code : control.exceptions) CHECK(code.find(": ") != std::string::npos);
  }
}

TEST_CASE("a package of an empty period has a chapter for each control and no population") {
  Story story;
  story.parameters.start = LogSize(1);
  const Package package = story.package();
  CHECK(package.chapters.size() == 26);
  for (const Chapter& of : package.chapters)
    CHECK_MESSAGE((of.result == Result::no_population || of.control.id == "RC-20"), of.control.id);
  CHECK(package.completeness.size() == 26);
  CHECK(package.exceptions.empty());
  CHECK(package.matrix.at("CC8.1") == std::vector<std::string>{"RC-02", "RC-07"});
}

TEST_CASE("bounds are those of Clopper and Pearson") {
  CHECK(deviation_of(25, 0).upper_ppm == 112'928);
  CHECK(deviation_of(40, 0).upper_ppm == 72'158);
  CHECK(deviation_of(60, 0).upper_ppm == 48'703);
  CHECK(deviation_of(60, 1).upper_ppm == 76'640);
  CHECK(deviation_of(10, 10).upper_ppm == 1'000'000);
  CHECK(deviation_of(0, 0).upper_ppm == 0);
  CHECK(deviation_of(3, 1).rate_ppm == 333'333);
  CHECK(deviation_of(5'000'000, 3).upper_ppm == 2);
  CHECK(deviation_of(1'000'000, 500'000).upper_ppm == 500'823);
}

TEST_CASE("the auditor's nonce draws the sample of the published example") {
  const Hash root = *hash_from_base64("WDw+2N//14YAioTCzi/MP48pGmOccLjFF1T4Q/giRmo=");
  const Hash seed = sample_seed("RC-02", root, "auditor-nonce-1");
  CHECK(to_hex(as_text(seed)) ==
        "2d15df87098ebc7c71f6a4b9d7489e505720fddcf26dccf2ff0f8edcf886477a");
  std::vector<Row> rows(3);
  const char* const leaves[] = {"8c8c8a852ebccbe84733dd06ca3d3268505a55b4f1dd1a0941a16fa6b311eca1",
                                "029185d71ef3c9260bcba4004dc041ebdcf95ebb614c9f785c49b836bcfea406",
                                "44e2dcfeee0cb015f46155cb4384512327e6c9cba1df75e5b781de73d3de4fc2"};
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string bytes = *from_hex(leaves[i]);
    std::copy(bytes.begin(), bytes.end(), rows[i].leaf.begin());
  }
  CHECK(draw_sample(rows, seed, 25) == std::vector<std::uint64_t>{1, 0, 2});
  CHECK(draw_sample(rows, seed, 2) == std::vector<std::uint64_t>{1, 0});
}

TEST_CASE("a duty is never said to be met, and what is not tested yet is no evidence for it") {
  const auto duty = [](const Package& package, std::string_view article) {
    for (const Duty& each : package.duties)
      if (each.article == article) return each;
    FAIL("no duty of " << article);
    return Duty();
  };
  Story story;
  AlertRaised alert;
  alert.alert = EntryId("alr_1");
  alert.triage_due_at = story.log.now + 4h;
  story.add(alert);
  CHECK(duty(story.package(), "AI Act 72, 73").answer == "no population in the period");
  story.add(AlertTriaged{EntryId("alr_1"), "known", {}, {}}, kAda);
  CHECK(duty(story.package(), "AI Act 72, 73").answer == "evidence: 1, no exception");
  story.add(AlertClosed{EntryId("alr_1"), {}, {}}, kAda);
  CHECK(duty(story.package(), "AI Act 72, 73").answer == "evidence: 1, 1 exception");
}

TEST_CASE("AI Act 50(1): a conversation is an exception when its first message lacks the word") {
  const auto article = [](const Package& package) {
    for (const Duty& each : package.duties)
      if (each.article == "AI Act 50(1)") return each;
    return Duty();
  };
  const auto write = [](Story& story, const char* ticket, const Actor& by) {
    MessageSent sent;
    sent.ticket = TicketId(ticket);
    sent.channel = "email";
    sent.body = sealed();
    return story.add(sent, by, ticket);
  };
  const auto tell = [](Story& story, const char* ticket) {
    AiDisclosed told;
    told.ticket = TicketId(ticket);
    told.channel = "email";
    story.add(told);
  };
  Story story;
  CHECK(article(story.package()).answer == "no population in the period");
  tell(story, "tkt_1");
  story.wait(1s);
  write(story, "tkt_1", kBot);
  write(story, "tkt_1", kBot);
  write(story, "tkt_3", kAda);  // A person needs not say so.
  CHECK(article(story.package()).answer == "evidence: 1, no exception");
  const auto untold = write(story, "tkt_2", kBot);
  story.wait(1s);
  tell(story, "tkt_2");
  const Package package = story.package();
  CHECK(article(package).answer == "evidence: 2, 1 exception");
  const Table& table = package.privacy.back();
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0][2] == "evt_" + std::to_string(untold));
  CHECK(table.rows[0][4] == "tkt_2");
}

TEST_CASE("rows outside of the asked time are left out and counted") {
  Story story;
  story.run_action("act_1");
  story.wait(1h);
  story.parameters.from = story.log.now;
  story.run_action("act_2");
  story.wait(1h);
  story.parameters.to = story.log.now;
  story.run_action("act_3");
  const Package package = story.package();
  CHECK(chapter(package, "RC-06").rows.size() == 1);
  CHECK(chapter(package, "RC-06").excluded.at("outside_period") == 2);
  const Completeness& of = package.completeness[5];
  CHECK(of.table == "RC-06");
  CHECK(of.rows == 1);
  CHECK(of.by_type.at("recourse.policy.decided.v1") == 1);
  CHECK(of.by_day.at("2026-03-01") == 1);
  CHECK(of.first == of.last);
}

TEST_CASE("an answer of management changes the status of an exception and nothing else") {
  Story story;
  story.propose("act_1");
  const auto at = story.dispatch("act_1");
  CHECK(story.package().exceptions[0].status == "detected");
  ExceptionAnswered answered;
  answered.exception = id_of("RC-01", at);
  answered.status = ExceptionStatus::accepted;
  answered.owner = kAda.id;
  answered.until = *from_rfc3339("2026-12-31T00:00:00Z");
  answered.remediation = {"evt_9"};
  const auto answer = story.add(answered, kAda);
  const Package package = story.package();
  const Exception* found = nullptr;
  for (const Exception& each : package.exceptions)
    if (each.id == id_of("RC-01", at)) found = &each;
  REQUIRE(found != nullptr);
  CHECK(found->status == "accepted");
  CHECK(found->owner == "usr_ada");
  CHECK(found->answers == std::vector<std::string>{"evt_" + std::to_string(answer)});
  CHECK(found->remediation == std::vector<std::string>{"evt_9"});
  CHECK(chapter(package, "RC-01").result == Result::exceptions);
}

TEST_CASE("selected criteria select the chapters") {
  Story story;
  story.parameters.criteria = {"A1", "P4.3"};
  const Package package = story.package();
  REQUIRE(package.chapters.size() == 3);
  CHECK(package.chapters[0].control.id == "RC-22");
  CHECK(package.chapters[2].control.id == "RC-24");
}

TEST_CASE("the files of a package depend on nothing but its source and its parameters") {
  Story story;
  story.open_ticket();
  story.run_action("act_1");
  story.log.sign();
  story.add_meta(BackupCompleted{});
  const auto first = package_files(story.package());
  const auto second = package_files(story.package());
  REQUIRE(first.size() == 27);
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].path == second[i].path);
    CHECK(first[i].bytes == second[i].bytes);
  }
  CHECK(first.back().path == "report/package.json");
  CHECK(is_canonical(first.back().bytes.substr(0, first.back().bytes.size() - 1),
                     {.size_bytes = 1 << 24}));
  story.parameters.nonce = "another";
  CHECK(package_files(story.package()).back().bytes != first.back().bytes);
}

TEST_CASE("what a package is made again with comes back as it was") {
  Parameters parameters;
  parameters.start = LogSize(3);
  parameters.end = LogSize(9);
  parameters.from = *from_rfc3339("2026-01-01T00:00:00Z");
  parameters.nonce = "n";
  parameters.criteria = {"CC6"};
  parameters.version = "1";
  parameters.heads = {{"note 1\n", {"w1 at noon"}, {}}, {"note 2\n", {}, {"tsa/a.tsr"}}};
  parameters.meta_head = KeptHead{"meta\n", {}, {}};
  parameters.thresholds.outcome_h = 7;
  const auto files = parameter_files(parameters);
  REQUIRE(files.size() == 2);
  const auto read = read_parameters(files[1].bytes, files[0].bytes);
  REQUIRE(read.ok());
  CHECK(read->thresholds.outcome_h == 7);
  CHECK(read->heads[1].time_tokens == std::vector<std::string>{"tsa/a.tsr"});
  CHECK(read->meta_head->note == "meta\n");
  const auto again = parameter_files(*read);
  CHECK(again[0].bytes == files[0].bytes);
  CHECK(again[1].bytes == files[1].bytes);
  CHECK(!read_parameters("{}", "").ok());
}

TEST_CASE("leaves of another log, a hole and an empty period are refused") {
  Story story;
  story.run_action("act_1");
  Parameters parameters;
  parameters.end = LogSize(story.log.size() + 1);
  CHECK(!examine(story.source(), parameters).ok());
  parameters.end = parameters.start = LogSize(2);
  CHECK(!examine(story.source(), parameters).ok());
  parameters.start = LogSize(0);
  Source other = story.source();
  other.origin = "test.example/t/ffff";
  CHECK(!examine(other, parameters).ok());
}

}  // namespace recourse::soc2::testing
