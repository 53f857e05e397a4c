#include "tools/report/pdf_document.h"

#include <algorithm>

#include "tools/report/figures.h"
#include "tools/report/pdf_sheet.h"

namespace recourse::soc2 {
namespace {

constexpr double kNameWidth = 118, kGap = 12;
constexpr double kCellGap = 6;  ///< Between columns.
const TextStyle kText{9, Tone::plain, false, false, false, 1.06};
const TextStyle kSmall{7.5, Tone::soft};
const TextStyle kCode{7.5, Tone::plain, false, true};
const TextStyle kGridHead{7.5, Tone::soft};

TextStyle toned(TextStyle style, Tone tone) {
  style.tone = tone;
  return style;
}

TextStyle cell_style(Face face, Tone tone) {
  TextStyle style{face == Face::code ? 6.0 : 7.5, tone, false, face == Face::code,
                  face == Face::number,           1.04};
  style.bold = tone == Tone::good || tone == Tone::bad;
  return style;
}

/// Sizes are for 30 figures of an id in a fifth of the page.
TextStyle under_style(Face face) {
  const bool mono = face == Face::code || face == Face::words_over_ids;
  return {mono ? 6.0 : 7.0, Tone::soft, false, mono, face == Face::number, 1.04};
}

Tone tone_of(Result result, Tone none) {
  if (result == Result::passed) return Tone::good;
  return result == Result::exceptions ? Tone::bad : none;
}

class PdfBlocks {
 public:
  explicit PdfBlocks(Sheet& sheet) : sheet_(sheet) {}

  void operator()(const Paragraph& paragraph) {
    sheet_.flow(sheet_.set(paragraph.text, toned(kText, paragraph.tone), 420), Sheet::kLeft);
    sheet_.skip(5);
  }

  void operator()(const Points& points) {
    std::size_t number = 0;
    for (const std::string& item : points.items) {
      const auto lines = sheet_.set(item, kText, 405);
      sheet_.need(lines.size() <= 4 ? Sheet::height_of(lines) : lines.front().height);
      const std::string mark = points.numbered ? std::to_string(++number) + '.' : "•";
      sheet_.draw(sheet_.set(mark, kText, 20).front(), Sheet::kLeft, sheet_.y());
      sheet_.flow(lines, Sheet::kLeft + 15);
      sheet_.skip(2.5);
    }
    sheet_.skip(5);
  }

  void operator()(const Verbatim& verbatim) {
    std::string_view rest = verbatim.text;
    sheet_.skip(2);
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      const auto lines = sheet_.set(rest.substr(0, end), kCode, Sheet::kTextWidth - 16);
      for (const SetLine& line : lines) {
        sheet_.need(line.height);
        sheet_.box(sheet_.y(), line.height + 0.3, Tone::plain);
        sheet_.draw(line, Sheet::kLeft + 8, sheet_.y());
        sheet_.skip(line.height);
      }
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    sheet_.skip(10);
  }

  void operator()(const Facts& facts) {
    for (const Fact& fact : facts.facts) {
      const auto names = sheet_.set(fact.name, toned(kText, Tone::soft), kNameWidth);
      TextStyle style = fact.face == Face::code ? kCode : kText;
      if (fact.face == Face::code) style.leading = 1.26;  // On the line of its name.
      const auto values = sheet_.set(fact.value, style, Sheet::kTextWidth - kNameWidth - kGap);
      const double names_height = Sheet::height_of(names);
      sheet_.need(
          std::max(names_height, values.size() <= 6 ? Sheet::height_of(values) : values[0].height));
      const double top = sheet_.y();
      const std::size_t page = sheet_.page();
      double y = top;
      for (const SetLine& line : names) {
        sheet_.draw(line, Sheet::kLeft, y);
        y += line.height;
      }
      sheet_.flow(values, Sheet::kLeft + kNameWidth + kGap);
      if (sheet_.page() == page && sheet_.y() < y) sheet_.skip(y - sheet_.y());
      sheet_.skip(1.5);
    }
    sheet_.skip(8);
  }

  void operator()(const Verdict& verdict) {
    TextStyle strong = toned(kText, tone_of(verdict.result, Tone::soft));
    strong.bold = true;
    const auto word = sheet_.set(verdict.word, strong, 90);
    const auto lines = sheet_.set(verdict.text, kText, Sheet::kTextWidth - 100);
    const double height = Sheet::height_of(lines) + 12;
    sheet_.need(height);
    sheet_.box(sheet_.y(), height, strong.tone);
    sheet_.skip(6);
    sheet_.draw(word.front(), Sheet::kLeft + 12, sheet_.y());
    sheet_.flow(lines, Sheet::kLeft + 92);
    sheet_.skip(14);
  }

  void operator()(const Blank& blank) {
    const auto hint = sheet_.set(blank.hint, kSmall, Sheet::kTextWidth);
    sheet_.need(50 + Sheet::height_of(hint));
    sheet_.flow(sheet_.set(blank.name, toned(kText, Tone::soft), Sheet::kTextWidth), Sheet::kLeft);
    sheet_.skip(22);
    sheet_.rule(sheet_.y(), 0.7, 0);
    sheet_.skip(3);
    sheet_.flow(hint, Sheet::kLeft);
    sheet_.skip(14);
  }

  void operator()(const Grid& grid);

 private:
  /// One cell's lines, and how many of them the link takes in.
  struct SetCell {
    std::vector<SetLine> lines;
    std::size_t linked = 0, drawn = 0;
    std::string link;
  };

  std::vector<SetCell> set_row(const Grid& grid, const std::vector<Cell>& row) const;
  void draw_row(const Grid& grid, std::vector<SetCell> cells);
  void draw_head(const Grid& grid);

  static double width_of(const Column& column) {
    return Sheet::kTextWidth * column.percent / 100.0;
  }
  /// Without the gap to the next column; figures at the right of theirs want more.
  static double text_width(const Grid& grid, std::size_t column) {
    const bool last = column + 1 == grid.columns.size();
    const bool figures = grid.columns[column].face == Face::number;
    return std::max(width_of(grid.columns[column]) - (last      ? 0
                                                      : figures ? 2.5 * kCellGap
                                                                : kCellGap),
                    12.0);
  }

  Sheet& sheet_;
};

std::vector<PdfBlocks::SetCell> PdfBlocks::set_row(const Grid& grid,
                                                   const std::vector<Cell>& row) const {
  std::vector<SetCell> cells;
  for (std::size_t i = 0; i < row.size() && i < grid.columns.size(); ++i) {
    const Column& column = grid.columns[i];
    const double width = text_width(grid, i);
    SetCell cell;
    if (!row[i].text.empty())
      cell.lines = sheet_.set(row[i].text, cell_style(column.face, row[i].tone), width);
    cell.linked = row[i].link.empty() ? 0 : cell.lines.size();
    cell.link = row[i].link;
    for (const std::string& line : row[i].under) {
      if (line.empty()) continue;
      for (SetLine& each : sheet_.set(line, under_style(column.face), width))
        cell.lines.push_back(std::move(each));
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

void PdfBlocks::draw_head(const Grid& grid) {
  double x = Sheet::kLeft, height = 0;
  std::vector<std::vector<SetLine>> cells;
  for (const Column& column : grid.columns) {
    TextStyle style = kGridHead;
    style.right = column.face == Face::number;
    cells.push_back(sheet_.set(column.title, style, text_width(grid, cells.size())));
    height = std::max(height, Sheet::height_of(cells.back()));
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    double y = sheet_.y() + height - Sheet::height_of(cells[i]);
    for (const SetLine& line : cells[i]) {
      sheet_.draw(line, x, y);
      y += line.height;
    }
    x += width_of(grid.columns[i]);
  }
  sheet_.skip(height + 2);
  sheet_.rule(sheet_.y(), 0.7, 0.35);
  sheet_.skip(3.5);
}

void PdfBlocks::draw_row(const Grid& grid, std::vector<SetCell> cells) {
  double whole = 0;
  for (const SetCell& cell : cells) whole = std::max(whole, Sheet::height_of(cell.lines));
  const auto next_page = [&] {
    sheet_.new_page();
    draw_head(grid);
  };
  // A row that fits on a page is not torn apart.
  if (whole > sheet_.room() && whole < Sheet::kBottom - Sheet::kTop - 40) next_page();
  while (true) {
    double x = Sheet::kLeft, used = 0;
    bool more = false;
    const double room = sheet_.room();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      SetCell& cell = cells[i];
      double y = 0;
      if (cell.linked > 0) sheet_.begin_link(cell.link);
      while (cell.drawn < cell.lines.size() && y + cell.lines[cell.drawn].height <= room) {
        if (cell.linked > 0 && cell.drawn == cell.linked) {
          sheet_.end_link();
          cell.linked = 0;
        }
        sheet_.draw(cell.lines[cell.drawn], x, sheet_.y() + y);
        y += cell.lines[cell.drawn].height;
        ++cell.drawn;
      }
      if (cell.linked > 0) sheet_.end_link();
      if (cell.drawn >= cell.linked) cell.linked = 0;
      used = std::max(used, y);
      more = more || cell.drawn < cell.lines.size();
      x += width_of(grid.columns[i]);
    }
    sheet_.skip(used);
    if (!more) break;
    next_page();
  }
  sheet_.skip(3);
  sheet_.rule(sheet_.y(), 0.4, 0.78);
  sheet_.skip(3.5);
}

void PdfBlocks::operator()(const Grid& grid) {
  if (!grid.title.empty()) {
    TextStyle style{10, Tone::plain, true};
    sheet_.need(grid.rows.empty() ? 40 : 100);
    if (!sheet_.at_top()) sheet_.skip(6);
    sheet_.flow(sheet_.set(grid.title, style, Sheet::kTextWidth), Sheet::kLeft);
    sheet_.skip(4);
  }
  if (!grid.rows.empty()) {
    sheet_.need(60);
    draw_head(grid);
    for (const std::vector<Cell>& row : grid.rows) draw_row(grid, set_row(grid, row));
  }
  if (!grid.note.empty())
    sheet_.flow(sheet_.set(grid.note, kSmall, Sheet::kTextWidth), Sheet::kLeft);
  sheet_.skip(12);
}

void draw_cover(Sheet& sheet, const Document& document) {
  sheet.new_page("");
  if (document.contents) sheet.skip(90);
  sheet.flow(sheet.set(document.kind, {11, Tone::soft}, Sheet::kTextWidth), Sheet::kLeft);
  const TextStyle title{document.contents ? 26.0 : 17.0, Tone::plain, true};
  sheet.flow(sheet.set(document.title, title, Sheet::kTextWidth), Sheet::kLeft);
  sheet.skip(document.contents ? 26 : 14);
  PdfBlocks write(sheet);
  for (const Block& block : document.cover) std::visit(write, block);
}

void draw_contents(Sheet& sheet, const Document& document,
                   const std::map<std::string, std::size_t, std::less<>>& pages) {
  sheet.new_page("Contents");
  sheet.flow(sheet.set("Contents", {18, Tone::plain, true}, Sheet::kTextWidth), Sheet::kLeft);
  sheet.skip(12);
  for (const Section& section : document.sections) {
    const bool control = section.level == 2;
    const double mark_x = Sheet::kLeft + (control ? 22 : 0), mark_width = control ? 38 : 22;
    const TextStyle style{control ? 8.5 : 9.5, Tone::plain};
    const auto title = sheet.set(section.title, style, control ? 330 : 400);
    const double height = Sheet::height_of(title) + (control ? 2 : 4);
    sheet.need(height);
    sheet.begin_link(section.id);
    sheet.draw(sheet.set(section.mark, toned(style, Tone::soft), mark_width).front(), mark_x,
               sheet.y());
    double y = sheet.y();
    for (const SetLine& line : title) {
      sheet.draw(line, mark_x + mark_width, y);
      y += line.height;
    }
    TextStyle right = style;
    right.right = true;
    const auto page = pages.find(section.id);
    const std::string number = page == pages.end() ? "0" : std::to_string(page->second);
    sheet.draw(sheet.set(number, right, 30).front(), Sheet::kRight - 30, sheet.y());
    sheet.end_link();
    if (control) {
      TextStyle word{7.5, tone_of(section.result, Tone::soft), section.result == Result::exceptions,
                     false, true};
      sheet.draw(sheet.set(section.word, word, 70).front(), Sheet::kRight - 106, sheet.y() + 1);
    }
    sheet.skip(height);
  }
}

void draw_section(Sheet& sheet, const Document& document, const Section& section) {
  const std::string name = section.mark + (section.mark.empty() ? "" : "  ") + section.title;
  if (document.contents) {
    sheet.new_page(name);
  } else {
    sheet.skip(10);
  }
  sheet.anchor(section.id, name, section.level);
  if (document.contents) {  // Else it is the title of the document.
    const TextStyle style{section.level == 1 ? 18.0 : 14.0, Tone::plain, true};
    const double mark_width = section.mark.empty() ? 0 : section.level == 1 ? 26 : 54;
    sheet.draw(sheet.set(section.mark, {style.size, Tone::soft}, 60).front(), Sheet::kLeft,
               sheet.y());
    sheet.flow(sheet.set(section.title, style, Sheet::kTextWidth - mark_width),
               Sheet::kLeft + mark_width);
    sheet.skip(10);
  }
  PdfBlocks write(sheet);
  for (const Block& block : section.blocks) std::visit(write, block);
}

}  // namespace

std::string pdf_document(const PdfFonts& fonts, const Document& document) {
  std::size_t pages = 0;
  std::map<std::string, std::size_t, std::less<>> anchors;
  // Once to learn on which page everything comes to lie, and once to say so.
  while (true) {
    Sheet sheet(fonts.context(), document, pages);
    draw_cover(sheet, document);
    if (document.contents) draw_contents(sheet, document, anchors);
    for (const Section& section : document.sections) draw_section(sheet, document, section);
    const bool known = pages == sheet.page() && anchors == sheet.anchors();
    pages = sheet.page();
    anchors = sheet.anchors();
    std::string bytes = sheet.finish();
    if (known) return bytes;
  }
}

}  // namespace recourse::soc2
