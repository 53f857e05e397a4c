#include "tools/audit/bundle.h"

#include <doctest/doctest.h>

#include <functional>
#include <map>

#include "engine/event/canonical_json.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/range_proof.h"
#include "tests/unit/tools/audit/audited_ledger.h"
#include "tests/unit/tools/audit/verify_script.h"
#include "tools/audit/embedded_texts.h"
#include "tools/audit/verify_bundle.h"
#include "tools/audit/verify_page.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const fs::path kScript = fs::path(RECOURSE_SOURCE_DIR) / "tools/audit/verify.py";

/// A tenant with signed heads at 1, 21, 41 and 44 leaves, the last one anchored.
struct Exported : AuditedLedger {
  Exported() {
    REQUIRE(signer->sign_round());
    for (int i = 0; i < 2; ++i) {
      append(tenant, 20);
      clock.advance(std::chrono::seconds(1));
      REQUIRE(signer->sign_round());
    }
    REQUIRE(stage(tenant, {proposal("tkt_1", "sub_1"), plain(), proposal("tkt_2", "sub_2")}));
    REQUIRE(ledger->commit());
    anchor_and_sign();
  }

  BundleOptions to(const std::string& name) const {
    BundleOptions options;
    options.tenant = TenantId("acme");
    options.out_dir = directory / name.c_str();
    return options;
  }
  BundleSummary export_to(const std::string& name) const {
    return export_bundle(*ledger, *signer, to(name)).value();
  }
  std::string keys() const {
    return "--log-key '" + signer->verifier_key(tenant) + "' --report-key '" +
           signer->report_verifier_key() + "'";
  }
  /// What both verifiers say, since they say the same.
  Answer ask(const std::string& name) const {
    const Answer answer = run_verifier(kScript, directory / name.c_str(), keys());
    const BundleReport report = verify_bundle(
        directory / name.c_str(), {signer->verifier_key(tenant), signer->report_verifier_key()});
    CHECK(report.exit_code() == answer.code);
    if (answer.code == 0) CHECK(to_text(report) == answer.text);
    return answer;
  }
};

/// Every file of a directory with its bytes.
std::map<std::string, std::string> files_of(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), root).string()] = content_of(entry.path());
  return files;
}

TEST_CASE("an auditor verifies a bundle with the script in it and two keys") {
  const Exported exported;
  const BundleSummary summary = exported.export_to("bundle");
  CHECK(summary.start == Position(0));
  CHECK(summary.end == Position(44));
  CHECK(summary.anchored);
  const fs::path root = exported.directory / "bundle";
  const Answer answer = run_verifier(root / "verify.py", root, exported.keys());
  INFO(answer.text);
  CHECK(answer.code == 0);
  CHECK(answer.text.find("VERIFIED") != std::string::npos);
  CHECK(answer.text.find("the meta log anchors this head") != std::string::npos);
  CHECK(answer.text.find("not authenticated") == std::string::npos);
  CHECK(answer.text.find("not proven: that every action") != std::string::npos);
  CHECK_FALSE(fs::exists(root / "INCOMPLETE"));
  CHECK(content_of(root / "verify.py") == verify_script());
  CHECK(content_of(kScript) == verify_script());
}

TEST_CASE("without keys the script says that nobody vouches for them") {
  const Exported exported;
  exported.export_to("bundle");
  const Answer answer = run_verifier(kScript, exported.directory / "bundle");
  CHECK(answer.code == 0);
  CHECK(answer.text.find("keys not authenticated") != std::string::npos);
}

TEST_CASE("the openssl command verifies as the Python package does") {
  const Exported exported;
  exported.export_to("bundle");
  // A package of that name that cannot be imported stands in for its absence.
  const fs::path shadow = exported.directory / "shadow";
  put_content(shadow / "cryptography.py", "raise ImportError\n");
  put_content(shadow / "verify.py", content_of(kScript));
  const std::string script = "-c \"import sys, runpy; sys.path.insert(0, '" + shadow.string() +
                             "'); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0])\" " +
                             (shadow / "verify.py").string();
  const fs::path root = exported.directory / "bundle";
  const Answer good = run_verifier(script, root, exported.keys());
  INFO(good.text);
  CHECK(good.code == 0);
  std::string note = content_of(root / "manifest.note");
  note[note.size() - 10] = note[note.size() - 10] == 'A' ? 'B' : 'A';
  put_content(root / "manifest.note", note);
  CHECK(run_verifier(script, root, exported.keys()).code == 1);
}

TEST_CASE("the same range and head give the same bytes") {
  const Exported exported;
  const BundleSummary first = exported.export_to("one");
  const BundleSummary second = exported.export_to("two");
  CHECK(first.manifest == second.manifest);
  CHECK(files_of(exported.directory / "one") == files_of(exported.directory / "two"));
}

TEST_CASE("a range is widened to the signed heads around it and continues the first one") {
  const Exported exported;
  BundleOptions options = exported.to("bundle");
  options.from = Position(25);
  options.to = Position(30);
  const BundleSummary summary = export_bundle(*exported.ledger, *exported.signer, options).value();
  CHECK(summary.start == Position(21));
  CHECK(summary.end == Position(41));
  CHECK(summary.head.size == LogSize(44));  // The anchored one.
  const Answer answer = exported.ask("bundle");
  INFO(answer.text);
  CHECK(answer.code == 0);
  CHECK(answer.text.find("the log at 44 leaves continues the log at 21") != std::string::npos);

  const std::string leaves = content_of(options.out_dir / "leaves.ndjson");
  CHECK(std::count(leaves.begin(), leaves.end(), '\n') == 20);
  const Json manifest = parse_json(content_of(options.out_dir / "manifest.json")).value();
  CHECK(manifest.find("requested")->find("from")->integer() == 25);
  CHECK(manifest.find("start")->integer() == 21);
}

TEST_CASE("ranges at the edges are exported too, the empty one included") {
  const Exported exported;
  std::vector<fs::path> bundles;
  for (const auto& [from, to] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {0, 0}, {21, 21}, {0, 44}, {44, 44}, {1, 21}, {43, 44}, {22, 22}}) {
    CAPTURE(from);
    CAPTURE(to);
    BundleOptions options = exported.to("bundle" + std::to_string(bundles.size()));
    options.from = Position(from);
    options.to = Position(to);
    const auto summary = export_bundle(*exported.ledger, *exported.signer, options);
    REQUIRE(summary);
    CHECK(summary->start <= Position(from));
    CHECK(summary->end >= Position(to));
    bundles.push_back(options.out_dir);
  }
  const auto answers = run_verifier_on_all(kScript, bundles, exported.keys());
  REQUIRE(answers.size() == bundles.size());
  for (const Answer& answer : answers) {
    INFO(answer.text);
    CHECK(answer.code == 0);
  }
}

TEST_CASE("a range may be given in time") {
  const Exported exported;
  BundleOptions options = exported.to("bundle");
  options.from = from_rfc3339("2026-01-05T09:30:02.250000Z").value();
  const auto summary = export_bundle(*exported.ledger, *exported.signer, options);
  REQUIRE(summary);
  CHECK(summary->start == Position(21));
}

TEST_CASE("opened values verify, erased ones are counted") {
  Exported exported;
  REQUIRE(exported.ledger->keys().destroy(KeyName::subject(exported.tenant, "sub_2")));
  BundleOptions options = exported.to("bundle");
  options.open = true;
  const BundleSummary summary = export_bundle(*exported.ledger, *exported.signer, options).value();
  CHECK(summary.disclosed == 2);
  CHECK(summary.erased == 2);
  const Answer answer = exported.ask("bundle");
  INFO(answer.text);
  CHECK(answer.code == 0);
  CHECK(answer.text.find("2 disclosed values are those that were committed to") !=
        std::string::npos);
  const std::string shown = content_of(options.out_dir / "disclosures.ndjson");
  CHECK(shown.find("charged twice") != std::string::npos);
}

TEST_CASE("of the sealed values only the chosen ones are opened") {
  Exported exported;
  BundleOptions options = exported.to("all");
  options.open = true;
  const auto all = export_bundle(*exported.ledger, *exported.signer, options);
  REQUIRE(all);
  const std::string shown = content_of(options.out_dir / "disclosures.ndjson");
  const auto begin = shown.find("\"path\":\"") + 8;
  const std::string first = shown.substr(begin, shown.find('"', begin) - begin);
  std::uint64_t expected = 0;
  for (std::size_t at = 0; (at = shown.find('"' + first + '"', at)) != shown.npos; ++at) ++expected;
  options.out_dir = exported.to("one").out_dir;
  options.fields = {first};
  const auto one = export_bundle(*exported.ledger, *exported.signer, options);
  REQUIRE(one);
  CHECK(one->disclosed == expected);
  CHECK(exported.ask("one").code == 0);
  options.out_dir = exported.to("none").out_dir;
  options.fields = {"nothing.happened:" + first};
  const auto none = export_bundle(*exported.ledger, *exported.signer, options);
  REQUIRE(none);
  CHECK(none->disclosed == 0);
}

TEST_CASE("a head that was not anchored makes a bundle that says so") {
  Exported exported;
  exported.append(exported.tenant, 1);
  REQUIRE(exported.signer->sign_round());
  CHECK_FALSE(exported.export_to("bundle").anchored);
  const Answer answer = exported.ask("bundle");
  CHECK(answer.code == 0);
  CHECK(answer.text.find("not proven: that the meta log anchors it") != std::string::npos);
  CHECK(content_of(exported.directory / "bundle/VERIFY.md").find("not anchored") !=
        std::string::npos);

  BundleOptions options = exported.to("anchored");
  options.anchor = [&] {
    exported.anchor_and_sign();
    return Status();
  };
  CHECK(export_bundle(*exported.ledger, *exported.signer, options).value().anchored);
  CHECK(exported.ask("anchored").code == 0);
}

TEST_CASE("what cannot be exported is refused and touches nothing") {
  Exported exported;
  const auto refusal = [&](const BundleOptions& options) {
    return export_bundle(*exported.ledger, *exported.signer, options).error().code;
  };
  BundleOptions options = exported.to("bundle");
  put_content(options.out_dir / "mine.txt", "mine");
  CHECK(refusal(options) == ErrorCode::conflict);
  CHECK(files_of(options.out_dir).size() == 1);

  options = exported.to("other");
  options.tenant = TenantId("nobody");
  CHECK(refusal(options) == ErrorCode::not_found);
  options = exported.to("other");
  options.from = Position(30);
  options.to = Position(20);
  CHECK(refusal(options) == ErrorCode::invalid);
  options.to = Position(1000);
  CHECK(refusal(options) == ErrorCode::invalid);
  exported.append(exported.tenant, 1);
  options.to = Position(45);
  CHECK(refusal(options) == ErrorCode::unavailable);
  CHECK_FALSE(fs::exists(options.out_dir));
}

TEST_CASE("a directory that was not finished does not verify") {
  Exported exported;
  exported.export_to("bundle");
  put_content(exported.directory / "bundle/INCOMPLETE", "");
  const Answer answer = exported.ask("bundle");
  CHECK(answer.code == 1);
  CHECK(answer.text.find("INCOMPLETE") != std::string::npos);
}

TEST_CASE("leaves that do not give the signed root are not handed out") {
  Exported exported;
  exported.append(exported.tenant, 300);  // So that opening does not read leaf 5 again.
  REQUIRE(exported.signer->sign_round());
  exported.behind_its_back([&](Store& store) {
    const std::string key = leaf_key(exported.tenant, Position(5));
    std::string leaf = store.get(Family::leaves, key).value();
    leaf.replace(leaf.find("billing"), 7, "killing");
    AuditedLedger::rewrite(store, Family::leaves, key, leaf);
  });
  const auto result = export_bundle(*exported.ledger, *exported.signer, exported.to("bundle"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == ErrorCode::corrupt);
  CHECK(fs::exists(exported.directory / "bundle/INCOMPLETE"));
}

/// Changed copies of a bundle, to each of which the verifier must say no. Asked when destroyed.
class Decoys {
 public:
  explicit Decoys(const Exported& exported)
      : exported_(exported), whole_(files_of(exported.directory / "bundle")) {}

  ~Decoys() {
    const auto answers = run_verifier_on_all(kScript, copies_, exported_.keys());
    CHECK(answers.size() == names_.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CAPTURE(names_[i]);
      CAPTURE(answers[i].text);
      CHECK(answers[i].code == 1);
      CHECK(answers[i].text.starts_with("DOES NOT VERIFY"));
      const BundleReport report =
          verify_bundle(copies_[i], {exported_.signer->verifier_key(exported_.tenant),
                                     exported_.signer->report_verifier_key()});
      CHECK(report.verdict == Integrity::damaged);
      CHECK_FALSE(report.reason.empty());
    }
  }
  Decoys(const Decoys&) = delete;
  Decoys& operator=(const Decoys&) = delete;

  void expect_refusal(const std::string& what, const std::map<std::string, std::string>& changed) {
    names_.push_back(what);
    copies_.push_back(exported_.directory / ("decoy" + std::to_string(names_.size())).c_str());
    for (const auto& [path, bytes] : changed) put_content(copies_.back() / path, bytes);
  }

  std::map<std::string, std::string> with(const std::string& path, const std::string& bytes) const {
    auto changed = whole_;
    changed[path] = bytes;
    return changed;
  }

  /// As an insider would: the manifest is made to fit again, with the true report key.
  std::map<std::string, std::string> covered_up(std::map<std::string, std::string> files) const {
    Json manifest = parse_json(files["manifest.json"]).value();
    Json listed = Json::array();
    for (const auto& [path, bytes] : files)
      if (!path.starts_with("manifest.") && path != "verify.html")
        listed.push_back(Json::object(
            {{"path", path}, {"size", bytes.size()}, {"sha256", to_hex(as_text(sha256(bytes)))}}));
    manifest.set("files", listed);
    files["manifest.json"] = canonical_json(manifest);
    files["manifest.note"] = exported_.signer->sign_report(
        "recourse/bundle@v1\n" + *manifest.find("origin")->string() + "\n" +
        to_hex(as_text(sha256(files["manifest.json"]))) + "\n");
    files["verify.html"] = page_with(files);
    return files;
  }

  const std::map<std::string, std::string>& whole() const { return whole_; }

 private:
  static std::string page_with(const std::map<std::string, std::string>& files) {
    std::string page(verify_page().before);
    const auto add = [&](const std::string& path, const std::string& bytes) {
      page.append(page_block_begin(path)).append(to_base64(bytes)).append(kPageBlockEnd);
    };
    for (const char* path : {"manifest.json", "manifest.note"}) add(path, files.at(path));
    for (const auto& [path, bytes] : files)
      if (!path.starts_with("manifest.") && path != "verify.html") add(path, bytes);
    return page.append(verify_page().after);
  }

  const Exported& exported_;
  const std::map<std::string, std::string> whole_;
  std::vector<std::string> names_;
  std::vector<fs::path> copies_;
};

TEST_CASE("one flipped byte in any file is visible") {
  const Exported exported;
  exported.export_to("bundle");
  Decoys decoys(exported);
  for (const auto& [path, bytes] : decoys.whole()) {
    for (const std::size_t at : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      decoys.expect_refusal(path + " byte " + std::to_string(at), decoys.with(path, flipped));
    }
  }
}

TEST_CASE("a flipped bit anywhere in the one file that only a signature guards is visible") {
  const Exported exported;
  exported.export_to("bundle");
  Decoys decoys(exported);
  const std::string note = decoys.whole().at("manifest.note");
  for (std::size_t at = note.size() - 100; at < note.size(); at += 9) {
    std::string flipped = note;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    decoys.expect_refusal("byte " + std::to_string(at), decoys.with("manifest.note", flipped));
  }
}

TEST_CASE("dropped, swapped, cut and repeated leaves are visible even when the manifest fits") {
  const Exported exported;
  exported.export_to("bundle");
  Decoys decoys(exported);
  std::vector<std::string> lines;
  const std::string leaves = decoys.whole().at("leaves.ndjson");
  for (std::size_t at = 0; at < leaves.size();) {
    const std::size_t end = leaves.find('\n', at) + 1;
    lines.push_back(leaves.substr(at, end - at));
    at = end;
  }
  REQUIRE(lines.size() == 44);
  const auto joined = [](const std::vector<std::string>& all) {
    std::string text;
    for (const std::string& line : all) text += line;
    return text;
  };
  const auto decoy = [&](const std::string& what, const std::string& text) {
    decoys.expect_refusal(what, decoys.with("leaves.ndjson", text));
    decoys.expect_refusal(what + ", covered up",
                          decoys.covered_up(decoys.with("leaves.ndjson", text)));
  };
  auto changed = lines;
  changed.erase(changed.begin() + 7);
  decoy("dropped", joined(changed));
  changed = lines;
  std::swap(changed[3], changed[4]);
  decoy("swapped", joined(changed));
  changed = lines;
  changed.insert(changed.begin() + 9, lines[9]);
  decoy("repeated", joined(changed));
  decoy("cut", leaves.substr(0, leaves.size() - 20));
  decoy("cut at a line", leaves.substr(0, leaves.size() - lines.back().size()));
  decoy("empty", "");
  changed = lines;
  changed[12].replace(changed[12].find("billing"), 7, "killing");
  decoy("rewritten", joined(changed));
}

TEST_CASE("an older head, another log's and another key's signature are visible") {
  const Exported exported;
  exported.export_to("bundle");
  Decoys decoys(exported);
  const std::string older = exported.signer->at_most(exported.tenant, LogSize(30)).value().value();
  const Checkpoint head = peek_checkpoint(decoys.whole().at("checkpoint")).value();
  const auto other = Ed25519Key::from_seed(std::string(32, 'x')).value();
  const std::string foreign = sign_checkpoint(head, other);
  const std::string meta = exported.signer->latest(LedgerId(0)).value();
  for (const std::string& note : {older, foreign, meta}) {
    decoys.expect_refusal("head", decoys.with("checkpoint", note));
    decoys.expect_refusal("head, covered up", decoys.covered_up(decoys.with("checkpoint", note)));
    // And put into the proof as well.
    auto both = decoys.with("checkpoint", note);
    std::string proof = both["range.proof"];
    proof.replace(proof.find(decoys.whole().at("checkpoint")), std::string::npos, note);
    both["range.proof"] = proof;
    decoys.expect_refusal("head and proof", decoys.covered_up(both));
  }
  auto resigned = decoys.whole();
  resigned["manifest.note"] =
      sign_note("example.com/reports", other, parse_note(resigned["manifest.note"]).value().text);
  decoys.expect_refusal("manifest by another key", resigned);
}

TEST_CASE("an unlisted file, a missing one and a disclosure that is not true are visible") {
  const Exported exported;
  BundleOptions options = exported.to("bundle");
  options.open = true;
  REQUIRE(export_bundle(*exported.ledger, *exported.signer, options));
  Decoys decoys(exported);
  decoys.expect_refusal("unlisted", decoys.with("extra.txt", "x"));
  auto without = decoys.whole();
  without.erase("meta/head.tlog-proof");
  decoys.expect_refusal("missing", without);

  std::string shown = decoys.whole().at("disclosures.ndjson");
  shown.replace(shown.find("charged twice"), 13, "charged never");
  decoys.expect_refusal("untrue", decoys.covered_up(decoys.with("disclosures.ndjson", shown)));
}

TEST_CASE("an anchor of another head is visible") {
  Exported exported;
  const std::string first = [&] {
    exported.export_to("bundle");
    return content_of(exported.directory / "bundle/meta/head.tlog-proof");
  }();
  exported.append(exported.tenant, 1);
  exported.anchor_and_sign();
  exported.export_to("later");
  fs::remove_all(exported.directory / "bundle");
  fs::rename(exported.directory / "later", exported.directory / "bundle");
  Decoys decoys(exported);
  decoys.expect_refusal("older anchor",
                        decoys.covered_up(decoys.with("meta/head.tlog-proof", first)));
}

TEST_CASE("a small log written by hand verifies: the script knows the format, not this engine") {
  const TemporaryDirectory directory;
  const fs::path golden = fs::path(RECOURSE_SOURCE_DIR) / "tests/golden/v1/evidence";
  std::string seed(32, '\0');
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<char>(i);
  const auto log_key = Ed25519Key::from_seed(seed).value();
  const auto report_key = Ed25519Key::from_seed(std::string(32, 'r')).value();
  const std::string origin = "audit.example.com/t/7f3a";
  const std::string reports = "audit.example.com/reports";

  std::map<std::string, std::string> files;
  const std::string leaves = content_of(golden / "leaves.ndjson");
  const std::size_t first_end = leaves.find('\n');
  files["leaves.ndjson"] = leaves.substr(first_end + 1);
  files["range.proof"] = content_of(golden / "range.proof");
  files["checkpoint"] = content_of(golden / "checkpoint");
  files["checkpoint.start"] =
      sign_checkpoint({origin, 1, leaf_hash(leaves.substr(0, first_end))}, log_key);
  const std::string log_text = NoteKey(origin, SignatureType::ed25519, log_key.public_key()).text();
  const std::string report_text =
      NoteKey(reports, SignatureType::ed25519, report_key.public_key()).text();
  files["trust/policy.txt"] = "log " + log_text + "\nquorum none\n";
  files["trust/report.key"] = report_text + "\n";
  Json listed = Json::array();
  for (const auto& [path, bytes] : files)
    listed.push_back(Json::object(
        {{"path", path}, {"size", bytes.size()}, {"sha256", to_hex(as_text(sha256(bytes)))}}));
  const std::string manifest = canonical_json(
      Json::object({{"origin", origin},
                    {"start", 1},
                    {"end", 3},
                    {"size", 3},
                    {"root", to_base64(as_text(peek_checkpoint(files["checkpoint"])->root))},
                    {"files", std::move(listed)}}));
  files["manifest.json"] = manifest;
  files["manifest.note"] =
      sign_note(reports, report_key,
                "recourse/bundle@v1\n" + origin + "\n" + to_hex(as_text(sha256(manifest))) + "\n");
  for (const auto& [path, bytes] : files) put_content(directory / "bundle" / path, bytes);

  const Answer answer = run_verifier(kScript, directory / "bundle",
                                     "--log-key " + log_text + " --report-key " + report_text);
  INFO(answer.text);
  CHECK(answer.code == 0);
  CHECK(run_verifier(kScript, directory / "bundle", "--log-key " + report_text).code == 1);
}

TEST_CASE("the page holds the files while they are small, and verifies without them too") {
  const Exported exported;
  BundleOptions options = exported.to("bundle");
  export_bundle(*exported.ledger, *exported.signer, options).value();
  const std::string page = content_of(options.out_dir / "verify.html");
  const std::string leaves = content_of(options.out_dir / "leaves.ndjson");
  CHECK(page.find(page_block_begin("leaves.ndjson") + to_base64(leaves) + "</script>\n") !=
        page.npos);
  CHECK(exported.ask("bundle").code == 0);

  options = exported.to("bare");
  options.max_bytes_in_page = leaves.size();
  export_bundle(*exported.ledger, *exported.signer, options).value();
  CHECK(content_of(options.out_dir / "verify.html") ==
        std::string(verify_page().before).append(verify_page().after));
  CHECK(exported.ask("bare").code == 0);
}

TEST_CASE("a page that holds other files than the directory, or is another page, is visible") {
  const Exported exported;
  exported.export_to("bundle");
  Decoys decoys(exported);
  const std::string page = decoys.whole().at("verify.html");
  const std::string bare = std::string(verify_page().before).append(verify_page().after);
  decoys.expect_refusal("without files", decoys.with("verify.html", bare));
  decoys.expect_refusal("with a script",
                        decoys.with("verify.html", page + "<script>alert(1)</script>"));
  decoys.expect_refusal("no page", decoys.with("verify.html", "intact"));
  auto without = decoys.whole();
  without.erase("verify.html");
  decoys.expect_refusal("missing", without);
  auto renamed = decoys.whole();
  renamed["evidence.html"] = page;
  decoys.expect_refusal("twice", renamed);
}

TEST_CASE("a path in a bundle stays in it and needs no quotes") {
  for (const char* path : {"checkpoint", "meta/head.tlog-proof", "controls/RC-01/a.csv", "a/b/c"})
    CHECK(is_bundle_path(path));
  for (const char* path : {"", "/", "/etc/x", "a/", "a//b", "..", "../a", "a/../b", "./a",
                           ".hidden", "a b", "a\\b", "a\"b", "a<b", "C:x", "\xc3\xa4"})
    CHECK_FALSE(is_bundle_path(path));
}

TEST_CASE("the script answers 2 when it is used wrongly") {
  const Answer answer = run_verifier(kScript, "", "--no-such-flag");
  CHECK(answer.code == 2);
  CHECK(run_verifier(kScript, "/no/such/directory").code == 2);
  CHECK(verify_bundle("/no/such/directory", {}).exit_code() == 2);
}

}  // namespace
}  // namespace recourse
