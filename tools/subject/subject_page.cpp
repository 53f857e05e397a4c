#include "engine/event/canonical_json.h"
#include "tools/audit/html.h"
#include "tools/subject/subject_export.h"

namespace recourse {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1d21;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;"
    "padding:.4rem .6rem;border-bottom:1px solid #d8dce1}td.value{white-space:pre-wrap;"
    "overflow-wrap:anywhere}code{font-size:.85em;overflow-wrap:anywhere}pre{white-space:pre-wrap;"
    "background:#f4f6f8;padding:.8rem;overflow-wrap:anywhere}@media(prefers-color-scheme:dark){"
    "body{background:#16181b;color:#e6e8ea}th,td{border-color:#3a3f45}pre{background:#22262a}}";

std::string shown(const Json& value) {
  return value.string() != nullptr ? *value.string() : canonical_json(value);
}

std::string text_at(const Json& object, std::string_view name) {
  const Json* const found = object.find(name);
  return found != nullptr ? shown(*found) : std::string();
}

const Json::Array& list_at(const Json& object, std::string_view name) {
  static const Json::Array none;
  const Json* const found = object.find(name);
  return found != nullptr && found->elements() != nullptr ? *found->elements() : none;
}

std::string escaped_at(const Json& object, std::string_view name) {
  return html_escaped(text_at(object, name));
}

void append_list(std::string& page, const Json& exported, std::string_view name,
                 std::string_view heading, std::string_view none) {
  page.append("<h2>").append(heading).append("</h2>");
  const Json::Array& items = list_at(exported, name);
  if (items.empty()) {
    page.append("<p>").append(none).append("</p>");
    return;
  }
  page += "<ul>";
  for (const Json& item : items) page += "<li>" + html_escaped(shown(item)) + "</li>";
  page += "</ul>";
}

void append_values(std::string& page, const Json& exported) {
  page +=
      "<h2>What is stored about you</h2><table><thead><tr><th>Recorded</th><th>What</th>"
      "<th>Content</th></tr></thead><tbody>";
  for (const Json& value : list_at(exported, "values"))
    page += "<tr><td>" + escaped_at(value, "time") + "</td><td>" + escaped_at(value, "type") +
            "<br><code>" + escaped_at(value, "path") + "</code></td><td class=\"value\">" +
            escaped_at(value, "value") +
            (value.find("corrected") == nullptr
                 ? ""
                 : "<p>Corrected to: " + escaped_at(value, "corrected") + "</p>") +
            "</td></tr>";
  page += "</tbody></table><p>Withheld because they are about other people too: " +
          escaped_at(exported, "withheld") +
          ". No longer readable by anybody: " + escaped_at(exported, "erased") + ".</p>";
}

void append_retention(std::string& page, const Json& exported) {
  page +=
      "<h2>How long it is kept</h2><table><thead><tr><th>Class</th><th>Recorded in</th>"
      "<th>Until</th></tr></thead><tbody>";
  for (const Json& kept : list_at(exported, "retention"))
    page += "<tr><td>" + escaped_at(kept, "class") + "</td><td>" + escaped_at(kept, "month") +
            "</td><td>" + escaped_at(kept, "until") + "</td></tr>";
  page += "</tbody></table>";
}

void append_decisions(std::string& page, const Json& exported) {
  page += "<h2>Automated decisions</h2>";
  const Json::Array& decisions = list_at(exported, "decisions");
  if (decisions.empty()) page += "<p>None was made about your requests.</p>";
  for (const Json& decision : decisions)
    page += "<h3><code>" + escaped_at(decision, "action") + "</code></h3><pre>" +
            escaped_at(decision, "text") + "</pre>";
}

}  // namespace

std::string subject_page(const Json& exported) {
  std::string page =
      "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " +
      csp_hash(kStyle) +
      "\"><meta name=\"viewport\" content=\"width=device-width\"><title>Your data</title><style>";
  page.append(kStyle).append(
      "</style></head><body><h1>Your data</h1><p>Answer to the request <code>");
  page += escaped_at(exported, "request") + "</code> about <code>" +
          escaped_at(exported, "subject") + "</code>, from the log <code>" +
          escaped_at(exported, "origin") + "</code>.</p>";
  append_values(page, exported);
  append_list(page, exported, "purposes", "What it is used for", "Nothing is stored.");
  append_list(page, exported, "recipients", "Who else was given it", "Nobody.");
  append_list(page, exported, "sources", "Where it comes from", "No request is known.");
  append_retention(page, exported);
  append_decisions(page, exported);
  page +=
      "<h2>Your rights</h2><p>You may ask for correction, erasure and restriction, object to the "
      "processing, and complain to a supervisory authority. You may ask that a person looks at an "
      "automated decision.</p><h2>How to check it</h2><p>The file <code>subject.json</code> beside "
      "this page holds, for each value, the random number, the line of the log and the proof that "
      "tie it to the signed head below. HMAC-SHA-256 with that number over the header and the "
      "value "
      "gives the commitment in the line; the line's hash and the proof give the root of the "
      "head.</p><pre>" +
      escaped_at(exported, "checkpoint") + "</pre><p>Key: <code>" +
      escaped_at(exported, "log_key") + "</code></p></body></html>\n";
  return page;
}

}  // namespace recourse
