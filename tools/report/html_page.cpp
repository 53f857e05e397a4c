#include "tools/report/html_page.h"

#include <set>

#include "tools/audit/html.h"
#include "tools/audit/printable.h"
#include "tools/report/figures.h"

namespace recourse::soc2 {
namespace {

std::string shown(std::string_view text) { return html_escaped(printable(text)); }

std::string_view css_class(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::good:
      return "good";
    case Tone::bad:
      return "bad";
    case Tone::soft:
      return "soft";
  }
  return "";
}

std::string_view css_class(Face face) {
  if (face == Face::code) return "code";
  if (face == Face::words_over_ids) return "ids";
  return face == Face::number ? "number" : "";
}

std::string_view css_class(Result result) {
  if (result == Result::passed) return "good";
  return result == Result::exceptions ? "bad" : "soft";
}

std::string opened(std::string_view element, std::string_view classes) {
  std::string out = "<" + std::string(element);
  if (!classes.empty()) out += " class=\"" + std::string(classes) + '"';
  return out + '>';
}

/// Writes the blocks; remembers the widths, which the policy does not let stand in the elements.
class HtmlBlocks {
 public:
  explicit HtmlBlocks(std::set<unsigned>& widths) : widths_(widths) {}
  std::string take() { return std::move(out_); }

  void operator()(const Paragraph& paragraph) {
    out_ += opened("p", css_class(paragraph.tone)) + shown(paragraph.text) + "</p>\n";
  }

  void operator()(const Points& points) {
    const std::string list = points.numbered ? "ol" : "ul";
    out_ += "<" + list + ">\n";
    for (const std::string& item : points.items) out_ += "<li>" + shown(item) + "</li>\n";
    out_ += "</" + list + ">\n";
  }

  void operator()(const Verbatim& verbatim) {
    out_ += "<pre>";
    std::string_view rest = verbatim.text;
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      out_ += shown(rest.substr(0, end)) + '\n';
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    out_ += "</pre>\n";
  }

  void operator()(const Facts& facts) {
    out_ += "<dl>\n";
    for (const Fact& fact : facts.facts)
      out_ += "<dt>" + shown(fact.name) + "</dt>" + opened("dd", css_class(fact.face)) +
              shown(fact.value) + "</dd>\n";
    out_ += "</dl>\n";
  }

  void operator()(const Grid& grid) {
    if (!grid.title.empty()) out_ += "<h4>" + shown(grid.title) + "</h4>\n";
    if (!grid.rows.empty()) {
      out_ += "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>";
      for (const Column& column : grid.columns) {
        widths_.insert(column.percent);
        out_ += "<th scope=\"col\" class=\"w" + std::to_string(column.percent) +
                (column.face == Face::number ? " number" : "") + "\">" + shown(column.title) +
                "</th>";
      }
      out_ += "</tr></thead>\n<tbody>\n";
      for (const std::vector<Cell>& row : grid.rows) add_row(grid, row);
      out_ += "</tbody></table></div>\n";
    }
    if (!grid.note.empty()) out_ += "<p class=\"note\">" + shown(grid.note) + "</p>\n";
  }

  void operator()(const Verdict& verdict) {
    out_ += "<p class=\"verdict " + std::string(css_class(verdict.result)) + "\"><strong>" +
            verdict.word + "</strong> " + shown(verdict.text) + "</p>\n";
  }

  void operator()(const Blank& blank) {
    out_ += "<div class=\"blank\"><p>" + shown(blank.name) +
            "</p><p class=\"line\"></p><p class=\"note\">" + shown(blank.hint) + "</p></div>\n";
  }

 private:
  void add_row(const Grid& grid, const std::vector<Cell>& row) {
    out_ += "<tr>";
    for (std::size_t i = 0; i < row.size() && i < grid.columns.size(); ++i) {
      const Cell& cell = row[i];
      out_ += opened("td", css_class(grid.columns[i].face));
      std::string text = shown(cell.text);
      if (!cell.link.empty()) text = "<a href=\"#" + shown(cell.link) + "\">" + text + "</a>";
      out_ +=
          cell.tone == Tone::plain ? text : opened("span", css_class(cell.tone)) + text + "</span>";
      for (const std::string& line : cell.under) {
        if (!line.empty()) out_ += "<small>" + shown(line) + "</small>";
      }
      out_ += "</td>";
    }
    out_ += "</tr>\n";
  }

  std::set<unsigned>& widths_;
  std::string out_;
};

std::string contents(const Document& document) {
  std::string out = "<nav aria-label=\"Contents\" class=\"contents\">\n<h2>Contents</h2>\n<ol>\n";
  bool within = false;
  for (const Section& section : document.sections) {
    if (section.level == 2 && !within) {
      out.erase(out.size() - std::string_view("</li>\n").size());
      out += "\n<ol>\n";
    }
    if (section.level != 2 && within) out += "</ol></li>\n";
    within = section.level == 2;
    out += "<li><a href=\"#" + shown(section.id) + "\"><b>" + shown(section.mark) + "</b> " +
           shown(section.title) + "</a>";
    if (within)
      out += " <span class=\"" + std::string(css_class(section.result)) + "\">" +
             std::string(section.word) + "</span>";
    out += "</li>\n";
  }
  if (within) out += "</ol></li>\n";
  return out + "</ol>\n</nav>\n";
}

/// Ours and hexadecimal digits only, but it stands in a style: what could end a text is left out.
std::string css_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c != '"' && c != '\\' && c != '<' && c != '>') out += c;
  }
  return out + '"';
}

}  // namespace

std::string html_page(const Document& document, const PageProof& proof) {
  std::set<unsigned> widths;
  HtmlBlocks write(widths);
  std::string body = "<main>\n<header class=\"cover\">\n<p class=\"kind\">" + shown(document.kind) +
                     "</p>\n<h1>" + shown(document.title) + "</h1>\n";
  for (const Block& block : document.cover) std::visit(write, block);
  body += write.take() + "</header>\n";
  body += proof.verdict;
  if (document.contents) body += contents(document);
  for (const Section& section : document.sections) {
    const std::string heading = section.level == 1 ? "h2" : "h3";
    body += "<section id=\"" + shown(section.id) + "\" class=\"level" +
            std::to_string(section.level) + "\">\n<" + heading + "><span class=\"mark\">" +
            shown(section.mark) + "</span> " + shown(section.title) + "</" + heading + ">\n";
    for (const Block& block : section.blocks) std::visit(write, block);
    body += write.take() + (section.id == kVerificationId ? proof.leaves : "") + "</section>\n";
  }
  body += "</main>\n" + proof.data;
  if (!proof.script.empty()) body += "<script>" + proof.script + "</script>\n";

  std::string style(report_style());
  for (const unsigned width : widths) {
    const std::string text = std::to_string(width);
    style += ".w" + text + " { width: " + text + "%; }\n";
  }
  style += "@page { @bottom-left { content: " + css_text(document.footer) + "; } }\n";
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src " +
         csp_hash(style) + (proof.script.empty() ? "" : "; script-src " + csp_hash(proof.script)) +
         "; base-uri 'none'; form-action 'none'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"referrer\" content=\"no-referrer\">\n<title>" +
         shown(document.kind + ": " + document.title) + "</title>\n<style>" + style +
         "</style>\n</head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace recourse::soc2
