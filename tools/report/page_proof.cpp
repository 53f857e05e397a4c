#include "tools/report/page_proof.h"

#include <set>

#include "engine/event/canonical_json.h"
#include "tools/audit/embedded_texts.h"
#include "tools/audit/html.h"
#include "tools/audit/printable.h"
#include "tools/report/figures.h"

namespace recourse::soc2 {
namespace {

/// A sampled leaf of the tenant's log and the controls that it was drawn for.
struct Sampled {
  const Row* row;
  std::vector<std::string> controls;
};

std::map<Position, Sampled> sampled_leaves(const Package& package) {
  std::map<Position, Sampled> leaves;
  for (const Chapter& chapter : package.chapters) {
    for (const std::uint64_t at : chapter.sample_rows) {
      const Row& row = chapter.rows[at];
      if (row.meta || !package.proofs.contains(row.index)) continue;
      const auto [entry, is_new] = leaves.emplace(row.index, Sampled{&row, {}});
      entry->second.controls.push_back(chapter.control.id);
    }
  }
  return leaves;
}

Json evidence_of(const Row& row, const SampleProof& proof) {
  Json::Array path;
  for (const Hash& hash : proof.path) path.emplace_back(to_base64(as_text(hash)));
  return Json::object({{"index", row.index.value()},
                       {"leaf", proof.leaf},
                       {"proof", Json::array(std::move(path))},
                       {"time", to_rfc3339(row.time)},
                       {"type", row.type},
                       {"actor", row.actor}});
}

std::string json_element(std::string_view id, std::string_view json) {
  return "<script type=\"application/json\" id=\"" + std::string(id) + "\">" +
         json_for_script(json) + "</script>\n";
}

}  // namespace

PageProof page_proof(const Package& package) {
  const std::map<Position, Sampled> leaves = sampled_leaves(package);
  if (leaves.empty() || package.log_key.empty()) return {};
  PageProof page;
  page.verdict =
      "<section class=\"proof\" id=\"proof\" aria-live=\"polite\">\n"
      "<h2>Are the sampled leaves in the log?</h2>\n"
      "<p id=\"verdict\">Not checked: this page’s check needs JavaScript. "
      "<code>verify.py</code> of the bundle checks all of the range.</p>\n"
      "<form id=\"keys\"><label for=\"key\">The log key that you were given, not the one in this "
      "page</label> <input id=\"key\" autocomplete=\"off\" spellcheck=\"false\"> "
      "<button>Check again</button></form>\n</section>\n";
  page.leaves = "<h4>Sampled leaves, as recorded</h4>\n<ol class=\"steps\">\n";
  std::string evidence;
  for (const auto& [index, sampled] : leaves) {
    const std::string at = std::to_string(index.value());
    const std::string time = to_rfc3339(sampled.row->time);
    page.leaves += "<li class=\"step\" id=\"e" + at + "\"><p><b>" + at + "</b> " +
                   html_escaped(printable(sampled.row->type)) + " <time datetime=\"" + time +
                   "\">" + time + "</time> for " +
                   html_escaped(printable(listed(sampled.controls))) + "</p></li>\n";
    if (!evidence.empty()) evidence += ",\n";
    append_canonical_json(evidence, evidence_of(*sampled.row, package.proofs.at(index)));
  }
  page.leaves += "</ol>\n";
  page.data = json_element("evidence",
                           canonical_json(Json::object({{"key", package.log_key},
                                                        {"note", package.scope.end.note},
                                                        {"origin", package.scope.end.origin}}))) +
              json_element("leaves", '[' + evidence + ']');
  page.script = replay_program();
  return page;
}

}  // namespace recourse::soc2
