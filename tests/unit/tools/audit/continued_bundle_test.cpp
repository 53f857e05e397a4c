#include <doctest/doctest.h>

#include <functional>

#include "engine/event/canonical_json.h"
#include "tests/unit/tools/audit/audited_ledger.h"
#include "tests/unit/tools/audit/verify_script.h"
#include "tools/audit/bundle.h"
#include "tools/audit/verify.h"
#include "tools/audit/verify_bundle.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const fs::path kVerifier = fs::path(RECOURSE_SOURCE_DIR) / "tools/audit/verify.py";
const Actor kAda{ActorType::human, PrincipalId("usr_ada")};

/// Signed and anchored at 4 and 14 leaves; then both logs were closed, and go on.
struct WentOn : AuditedLedger {
  std::string origin = ledger->find_tenant(TenantId("acme"))->origin;
  std::uint64_t kept = 0;

  WentOn() {
    append(tenant, 3);
    anchor_and_sign();
    append(tenant, 10);
    anchor_and_sign();
    kept = ledger->head(tenant).size.value();
    go_on(2, 20);
    append(tenant, 5);
    anchor_and_sign();
  }

  void go_on(std::uint64_t generation, std::uint64_t lost_to) {
    for (const LedgerInfo& info : ledger->ledgers()) {
      REQUIRE(ledger->stage_continuation(
          info.ledger, {origin_name(info.first_origin(), generation), LogSize(lost_to), kAda},
          clock.now()));
      NewEvent why;
      why.actor = kAda;
      why.data = HeadAccepted{3, "the disk burnt"};
      REQUIRE(stage(info.ledger, {why}));
    }
    REQUIRE(ledger->commit());
  }

  fs::path export_to(const std::string& name, std::uint64_t from = 0,
                     std::optional<std::uint64_t> to = std::nullopt) const {
    BundleOptions options;
    options.tenant = TenantId("acme");
    options.out_dir = directory / name.c_str();
    options.from = Moment(Position(from));
    if (to) options.to = Moment(Position(*to));
    const auto made = export_bundle(*ledger, *signer, options);
    REQUIRE_MESSAGE(made.ok(), (made ? "" : made.error().message));
    CHECK(made->anchored);
    return options.out_dir;
  }
  std::string keys() const {
    return "--log-key '" + signer->verifier_key(tenant) + "' --report-key '" +
           signer->report_verifier_key() + "'";
  }
  /// What both verifiers say, since they say the same.
  Answer ask(const fs::path& root) const {
    const Answer answer = run_verifier(kVerifier, root, keys());
    const BundleReport report =
        verify_bundle(root, {signer->verifier_key(tenant), signer->report_verifier_key()});
    INFO(answer.text);
    CHECK_MESSAGE(report.exit_code() == answer.code, report.reason);
    if (answer.code == 0) CHECK(to_text(report) == answer.text);
    return answer;
  }
};

TEST_CASE_FIXTURE(WentOn, "a bundle proves what its log went on after, wherever its range lies") {
  const std::string told = "loss: " + origin + "/2 continues " + origin + " at " +
                           std::to_string(kept) + " leaves; positions " + std::to_string(kept) +
                           " to 19 of that are lost: the disk burnt (declared by usr_ada)\n";
  for (const auto& [name, from] :
       {std::pair<const char*, std::uint64_t>{"whole", 0}, {"across", 5}, {"after", kept + 4}}) {
    const Answer answer = ask(export_to(name, from));
    CHECK(answer.code == 0);
    CHECK_MESSAGE(answer.text.find(told) != std::string::npos, answer.text);
    CHECK(answer.text.find("loss: example.com/meta/2 continues example.com/meta at") !=
          std::string::npos);
  }
  CHECK(fs::exists(directory / "across" / "continued" /
                   ("log-" + std::to_string(kept) + ".proof").c_str()));
}

TEST_CASE_FIXTURE(WentOn, "a head of before the loss is what it was, and so is its anchor") {
  const fs::path root = export_to("older", 0, 2);
  const Answer answer = ask(root);
  CHECK(answer.code == 0);
  CHECK_MESSAGE(answer.text.starts_with("log " + origin + ", 4 leaves\n"), answer.text);
  CHECK(answer.text.find("loss:") == std::string::npos);
}

TEST_CASE_FIXTURE(WentOn, "a log may be lost twice") {
  go_on(4, 90);
  append(tenant, 2);
  anchor_and_sign();
  const Answer answer = ask(export_to("twice", 5));
  CHECK(answer.code == 0);
  CHECK(answer.text.find("loss: " + origin + "/4 continues " + origin + "/2 at") !=
        std::string::npos);
  CHECK(answer.text.find("loss: " + origin + "/2 continues " + origin + " at") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(WentOn, "leaves that were dropped without a word are refused by both verifiers") {
  // Only the list of files is made to fit, as by somebody who holds the report key.
  const auto forge = [&](const std::string& name, std::uint64_t from,
                         const std::function<void(const fs::path&)>& change) {
    const fs::path root = export_to(name, from);
    change(root);
    const Json before = parse_json(content_of(root / "manifest.json")).value();
    Json manifest = before, files = Json::array();
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const std::string path = fs::relative(entry.path(), root).string();
      if (!entry.is_regular_file() || path.starts_with("manifest.") || path == "verify.html")
        continue;
      const std::string bytes = content_of(root / path);
      files.push_back(Json::object(
          {{"path", path}, {"sha256", to_hex(as_text(sha256(bytes)))}, {"size", bytes.size()}}));
    }
    manifest.set("files", std::move(files));
    Json page = *before.find("page");
    manifest.set("page", page.set("embeds", false));
    const std::string text = canonical_json(manifest);
    put_content(root / "manifest.json", text);
    put_content(root / "manifest.note",
                signer->sign_report("recourse/bundle@v1\n" + *before.find("origin")->string() +
                                    "\n" + to_hex(as_text(sha256(text))) + "\n"));
    std::string html = content_of(root / "verify.html");
    const std::size_t begin = html.find("<!--files-->\n") + 13;
    html.erase(begin, html.rfind("<!--/files-->\n") - begin);
    put_content(root / "verify.html", html);
    return ask(root);
  };
  const std::string log = "continued/log-" + std::to_string(kept);
  CHECK(forge("as-it-is", 5, [](const fs::path&) {}).code == 0);
  CHECK(forge("without-proof", 5, [&](const fs::path& root) {
          fs::remove(root / (log + ".proof"));
        }).code == 1);
  CHECK(forge("without-leaves", kept + 4, [&](const fs::path& root) {
          put_content(root / (log + ".ndjson"), "");
        }).code == 1);
  CHECK(forge("another-leaf", kept + 4, [&](const fs::path& root) {
          std::string leaf = content_of(root / (log + ".ndjson"));
          leaf.replace(leaf.find("\"lost_to\":20"), 12, "\"lost_to\":15");
          put_content(root / (log + ".ndjson"), leaf);
        }).code == 1);
  CHECK(forge("another-place", kept + 4, [&](const fs::path& root) {
          fs::rename(root / (log + ".proof"), root / (log + "0.proof"));
          fs::rename(root / (log + ".ndjson"), root / (log + "0.ndjson"));
        }).code == 1);
  CHECK(forge("of-the-meta-log", 5, [&](const fs::path& root) {
          for (const auto& entry : fs::directory_iterator(root / "continued"))
            if (entry.path().filename().string().starts_with("meta-")) fs::remove(entry.path());
        }).code == 1);
}

TEST_CASE_FIXTURE(WentOn, "verify proves a ledger that went on, and says what is lost") {
  const VerifyReport report = verify(*ledger, *signer);
  CHECK_MESSAGE(report.verdict() == Integrity::intact, to_text(report));
  REQUIRE(report.ledgers.size() == 2);
  REQUIRE(report.ledgers[1].continued.size() == 1);
  CHECK(report.ledgers[1].continued[0].reason == "the disk burnt");
  CHECK(to_text(report).find("positions " + std::to_string(kept) + " to 19 of that are lost") !=
        std::string::npos);
  CHECK(to_json(report).find("\"continued\":[{") != std::string::npos);
  VerifyOptions strict;
  strict.strict = true;
  strict.log_keys = {signer->verifier_key(tenant)};
  CHECK(verify(*ledger, *signer, strict).verdict() == Integrity::intact);
}

}  // namespace
}  // namespace recourse
