#include "tools/audit/replay_report.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "engine/ledger/checkpoint.h"
#include "tools/audit/embedded_texts.h"
#include "tools/audit/html.h"
#include "tools/audit/replay_blocks.h"

namespace recourse {
namespace {

const LedgerId kDeploymentLog{0};
constexpr BlockStyle kPageStyle{false, 4'000};

/// `recourse.key.created` of the meta ledger tells the log key where the signer has none to show:
/// without the KEK.
Result<std::string> log_key(const Ledger& ledger, const Signer& signer, const LedgerInfo& info) {
  if (ledger.has_keys()) return signer.verifier_key_of(info.origin);
  std::string key;
  RECOURSE_TRY(
      ledger.scan(kDeploymentLog, Position(0), Position(ledger.head(kDeploymentLog).size.value()),
                  [&](Position, std::string_view leaf) {
                    const Result<RecordedEvent> event = read_leaf(leaf);
                    const auto* const made = event ? get_if<KeyCreated>(&event->data) : nullptr;
                    if (made != nullptr && made->purpose == Clear("log"))
                      key = made->public_key.text;
                    return true;
                  }));
  const auto bytes = from_base64(key);
  if (!bytes) return Error{ErrorCode::corrupt, "the meta ledger names no log key"};
  const Hash id = sha256(info.origin + "\n" + *bytes);
  return info.origin + '+' + to_hex(as_text(id).substr(0, 4)) + '+' + key;
}

std::string row(std::string_view name, std::string_view value) {
  return "<tr><th scope=\"row\">" + html_escaped(name) + "</th><td>" + html_escaped(value) +
         "</td></tr>\n";
}

std::string id_row(std::string_view name, std::string_view value) {
  return "<tr><th scope=\"row\">" + html_escaped(name) + "</th><td class=\"id\">" +
         html_escaped(value) + "</td></tr>\n";
}

std::string counts(std::string_view caption, const std::map<std::string, std::uint64_t>& of) {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(of.begin(), of.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string out = "<table><thead><tr><th scope=\"col\">" + std::string(caption) +
                    "</th><th scope=\"col\" class=\"number\">events</th></tr></thead><tbody>\n";
  for (const auto& [name, count] : sorted)
    out += "<tr><td>" + html_escaped(name) + "</td><td class=\"number\">" + std::to_string(count) +
           "</td></tr>\n";
  return out + "</tbody></table>\n";
}

std::string block_html(const ReplayBlock& block) {
  std::string out = "<h4>" + html_escaped(block.heading) + "</h4>\n<dl>\n";
  for (const ReplayLine& line : block.lines) {
    out += "<dt>" + html_escaped(line.name) + "</dt><dd>";
    if (line.before) {
      out += "<del>" + html_escaped(*line.before) + "</del> → <ins>" + html_escaped(line.text) +
             "</ins>";
    } else {
      out += html_escaped(line.text);
    }
    out += "</dd>\n";
  }
  return out + "</dl>\n";
}

std::string changes_html(const std::vector<BacktestChange>& changes) {
  std::string out =
      "<table><thead><tr><th scope=\"col\">event</th><th scope=\"col\">action</th>"
      "<th scope=\"col\">recorded</th><th scope=\"col\">would have been</th>"
      "<th scope=\"col\">rule</th><th scope=\"col\">went wrong</th></tr></thead><tbody>\n";
  for (const BacktestChange& change : changes) {
    const std::string position = std::to_string(change.position);
    std::string wrong;
    for (const Clear& how : change.wrong) wrong += (wrong.empty() ? "" : ", ") + how.text;
    out += "<tr><td><a href=\"#e" + position + "\">" + position + "</a></td><td class=\"id\">" +
           html_escaped(change.action.value()) + "</td><td>" + std::string(word(change.before)) +
           "</td><td>" + std::string(word(change.after)) + "</td><td>" +
           html_escaped(change.rule ? change.rule->text : "") + "</td><td>" + html_escaped(wrong) +
           "</td></tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

Result<ReplayReport> ReplayReport::begin(const Ledger& ledger, const Signer& signer,
                                         const LedgerInfo& info, ReportTitle title) {
  ReplayReport report(ledger, info, std::move(title));
  const std::optional<std::string> note = signer.latest(info.ledger);
  if (!note)
    return Error{ErrorCode::unavailable,
                 "no head of this log is signed yet: let the server sign, then ask again"};
  report.note_ = *note;
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
  // Beside a running server a newer head may have been signed than what was opened.
  const std::uint64_t known = ledger.head(info.ledger).size.value();
  if (head.size > known) {
    RECOURSE_LET(const auto older, signer.at_most(info.ledger, LogSize(known)));
    if (!older) return Error{ErrorCode::unavailable, "no head of this log is signed yet"};
    report.note_ = *older;
  }
  RECOURSE_LET(const Checkpoint used, peek_checkpoint(report.note_));
  report.signed_size_ = LogSize(used.size);
  report.info_ = info.as_of(report.signed_size_);
  RECOURSE_LET(report.key_, log_key(ledger, signer, report.info_));
  return report;
}

Status ReplayReport::add(const ReplayStep& step) {
  if (++count_ > kMostSteps)
    return Error{ErrorCode::invalid, "more than " + number(kMostSteps) +
                                         " events: narrow it with --from and --to, or --type"};
  const std::string at = number(step.position.value());
  const std::string spoken = spoken_type(step.type);
  ++types_[spoken];
  ++actors_[std::string(word(step.actor.type)) + ' ' + printable(step.actor.id.value())];
  if (step.type == ActionProposed::kType) ++proposals_;
  if (step.otherwise) changes_.push_back(*step.otherwise);
  const std::string time = to_rfc3339(step.time);
  steps_ += "<li class=\"step\" id=\"e" + at + "\">\n<h3><a href=\"#e" + at + "\">" + at + "</a> " +
            html_escaped(spoken) + " <time datetime=\"" + time + "\">" + time + "</time></h3>\n";
  for (const ReplayBlock& block : blocks_of(step, kPageStyle)) steps_ += block_html(block);
  steps_ += "</li>\n";

  if (step.position.value() >= signed_size_.value()) {
    ++unsigned_;
    return {};
  }
  RECOURSE_LET(const std::string leaf, ledger_->leaf(info_.ledger, step.position));
  RECOURSE_LET(const std::vector<Hash> proof,
               ledger_->inclusion_proof(info_.ledger, step.position, signed_size_));
  Json hashes = Json::array();
  for (const Hash& hash : proof) hashes.push_back(to_base64(as_text(hash)));
  if (!evidence_.empty()) evidence_ += ",\n";
  evidence_ += canonical_json(Json::object({{"index", step.position.value()},
                                            {"leaf", leaf},
                                            {"proof", std::move(hashes)},
                                            {"time", time},
                                            {"type", step.type},
                                            {"actor", step.actor.id.value()}}));
  return {};
}

std::string ReplayReport::summary() const {
  std::string out = "<table class=\"facts\"><tbody>\n" + row("tenant", title_.tenant) +
                    id_row("log", title_.origin);
  for (const std::string& filter : title_.filters) out += row("only", filter);
  out += row("events", number(count_) + (unsigned_ > 0 ? ", of which " + number(unsigned_) +
                                                             " are newer than the signed head"
                                                       : ""));
  out += row("signed head", "of " + number(signed_size_.value()) + " events");
  out += row("sealed texts", title_.opened ? "opened, which the log has recorded" : "not opened");
  return out + "</tbody></table>\n";
}

Result<std::string> ReplayReport::finish() && {
  const std::string style(replay_style());
  const std::string script(replay_program());
  const std::string policy = "default-src 'none'; style-src " + csp_hash(style) + "; script-src " +
                             csp_hash(script) + "; base-uri 'none'; form-action 'none'";
  const std::string title = html_escaped(printable(title_.target));
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
      policy +
      "\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n<title>Audit replay: " +
      title + "</title>\n<style>" + style +
      "</style>\n</head>\n<body>\n<main>\n"
      "<p class=\"kind\">Audit replay</p>\n<h1>" +
      title + "</h1>\n" + summary();
  page +=
      "<section class=\"proof\" id=\"proof\" aria-live=\"polite\"><h2>Does the log say so?</h2>\n"
      "<p id=\"verdict\">Not checked: this page's check needs JavaScript. "
      "<code>recourse verify</code> checks the log itself.</p>\n"
      "<form id=\"keys\"><label for=\"key\">The log key that you were given, not the one in this "
      "page</label> <input id=\"key\" autocomplete=\"off\" spellcheck=\"false\"> "
      "<button>Check again</button></form></section>\n";
  if (title_.policy) {
    page += "<section><h2>Under " + html_escaped(printable(*title_.policy)) + "</h2>\n<p>" +
            number(changes_.size()) + " of " + number(proposals_) +
            " proposals would go another way.</p>\n";
    if (!changes_.empty()) page += changes_html(changes_);
    page += "</section>\n";
  }
  page += "<section><h2>What there is</h2>\n" + counts("what happened", types_) +
          counts("who", actors_) +
          "</section>\n<section><h2>Event by event</h2>\n"
          "<ol class=\"steps\">\n" +
          steps_ +
          "</ol></section>\n"
          "<footer><p>Not proven by this page: that nothing else happened in the period (a bundle "
          "proves that, <code>recourse export --format bundle</code>), and that what agents did "
          "elsewhere was reported here.</p></footer>\n</main>\n"
          "<script type=\"application/json\" id=\"evidence\">" +
          json_for_script(canonical_json(
              Json::object({{"key", key_}, {"note", note_}, {"origin", info_.origin}}))) +
          "</script>\n<script type=\"application/json\" id=\"leaves\">[" +
          json_for_script(evidence_) + "]</script>\n<script>" + script +
          "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace recourse
