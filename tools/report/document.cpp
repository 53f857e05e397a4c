#include "tools/report/document.h"

#include "tools/report/figures.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {
namespace {

const Chapter* chapter_of(const Package& package, const std::string& id) {
  for (const Chapter& chapter : package.chapters) {
    if (chapter.control.id == id) return &chapter;
  }
  return nullptr;
}

Tone tone_of(Result result) {
  if (result == Result::passed) return Tone::good;
  return result == Result::exceptions ? Tone::bad : Tone::soft;
}

void add_head(Facts& facts, std::string_view name, const Head& head) {
  const std::string prefix(name);
  facts.facts.push_back({prefix, head.origin, Face::code});
  facts.facts.push_back({prefix + ", size", grouped(head.size.value())});
  facts.facts.push_back({prefix + ", root", hex(head.root), Face::code});
  if (!head.cosignatures.empty())
    facts.facts.push_back({prefix + ", cosigned by", listed(head.cosignatures)});
  if (!head.time_tokens.empty())
    facts.facts.push_back({prefix + ", time tokens", listed(head.time_tokens), Face::code});
}

std::vector<Block> scope_blocks(const Package& package) {
  const Scope& scope = package.scope;
  std::vector<Block> blocks;
  blocks.push_back(
      Facts{{{"System", scope.system},
             {"Tenant", scope.tenant.value()},
             {"Period", period(scope)},
             {"Criteria",
              scope.criteria.empty() ? "all that a control is tested for" : listed(scope.criteria)},
             {"Leaves in the range",
              grouped(scope.end.size.value() - std::min(scope.start.size, scope.end.size).value())},
             {"Sealed fields in the range", grouped(scope.sealed)},
             {"of which erased", grouped(scope.erased)},
             {"of which disclosed here", grouped(scope.disclosed)},
             {"Package dated", moment(scope.time) + ", the time of its last leaf"},
             {"Program", "Recourse " + scope.version},
             {"Sample", scope.nonce.empty() ? "none drawn: no nonce was given by an auditor"
                                            : "drawn with the auditor’s nonce " + scope.nonce}}});
  Facts heads;
  add_head(heads, "Start head", scope.start);
  add_head(heads, "End head", scope.end);
  if (!scope.meta.origin.empty()) add_head(heads, "Deployment’s head", scope.meta);
  blocks.push_back(std::move(heads));
  if (!scope.parameters.empty()) {
    Grid grid{"Parameters of the tests", {{"Parameter", 40}, {"Value", 60, Face::code}}, {}};
    for (const auto& [name, value] : scope.parameters) grid.rows.push_back({{name}, {value}});
    blocks.push_back(std::move(grid));
  }
  if (scope.meta.origin.empty())
    blocks.push_back(
        Paragraph{"No head of the deployment’s own log is in this package, so controls over "
                  "deployment events have no population here."});
  for (const auto& [name, head] :
       {std::pair("Start head as signed:", &scope.start), {"End head as signed:", &scope.end}}) {
    if (head->note.empty()) continue;
    blocks.push_back(Paragraph{name});
    blocks.push_back(Verbatim{head->note});
  }
  blocks.push_back(Paragraph{
      "These are management’s automated tests and not an auditor’s opinion. They are evidence for "
      "the service auditor’s section of a report, drafts for management’s sections, and hold "
      "management’s answers to exceptions.",
      Tone::soft});
  return blocks;
}

std::vector<Block> completeness_blocks(const Package& package) {
  std::vector<Block> blocks;
  blocks.push_back(Paragraph{"Proven by the log:"});
  blocks.push_back(Points{package.proven});
  blocks.push_back(Paragraph{"Not proven by cryptography:"});
  blocks.push_back(Points{package.not_proven});
  Grid grid{"Each table against the range that it was made from",
            {{"Table", 10},
             {"Leaves", 12, Face::number},
             {"Rows", 11, Face::number},
             {"Left out", 22},
             {"First and last event", 45, Face::code}},
            {}};
  for (const Completeness& of : package.completeness) {
    const bool has_chapter = chapter_of(package, of.table) != nullptr;
    grid.rows.push_back({{of.table, {}, has_chapter ? of.table : ""},
                         {grouped(of.leaves)},
                         {grouped(of.rows)},
                         {tally(of.excluded)},
                         {of.first, {of.last == of.first ? "" : of.last}}});
  }
  grid.note = "Totals by type, and the query of each table with its hash, are in " +
              std::string(kCompletenessCsv) + ", totals by day in " + std::string(kByDayCsv) + '.';
  blocks.push_back(std::move(grid));
  return blocks;
}

std::vector<Block> matrix_blocks(const Package& package) {
  Grid grid{"", {{"Criterion", 14}, {"Control", 10}, {"What must be so", 46}, {"Result", 30}}, {}};
  for (const auto& [criterion, controls] : package.matrix) {
    bool first = true;
    for (const std::string& id : controls) {
      const Chapter* const chapter = chapter_of(package, id);
      std::vector<Cell> row = {{first ? criterion : ""}, {id}};
      first = false;
      if (chapter == nullptr) {
        row.push_back({"not in this package", {}, {}, Tone::soft});
        row.emplace_back();
      } else {
        row[1].link = id;
        row.push_back({heading(chapter->control.title)});
        std::vector<std::string> counts;
        if (chapter->result != Result::no_population)
          counts.push_back(counted(chapter->exceptions.size(), "exception", "exceptions") + " in " +
                           grouped(chapter->rows.size()));
        row.push_back({spoken(*chapter), std::move(counts), {}, tone_of(shown_result(*chapter))});
      }
      grid.rows.push_back(std::move(row));
    }
  }
  return {std::move(grid)};
}

/// A time without a fraction of zeros; everything else as it is.
std::string shown_cell(const std::string& text) {
  constexpr std::string_view kZeros = ".000000Z";
  if (text.size() != 27 || text[10] != 'T' || !text.ends_with(kZeros)) return text;
  return text.substr(0, 19) + 'Z';
}

/// Whether it is an id, a hash or a time, which reads better when all figures are equally wide.
bool is_code(std::string_view text) {
  return text.size() >= 16 && text.find_first_of(" ,") == text.npos &&
         text.find_first_of("0123456789") != text.npos;
}

struct Width {
  std::size_t longest = 6;
  bool code = true, any = false;
};

Width width_of(const Table& table, std::size_t column, std::size_t shown) {
  Width width;
  for (std::size_t k = 0; k < shown; ++k) {
    if (column >= table.rows[k].size() || table.rows[k][column].empty()) continue;
    const std::string text = shown_cell(table.rows[k][column]);
    width.longest = std::max(width.longest, text.size());
    width.code = width.code && is_code(text);
    width.any = true;
  }
  width.code = width.code && width.any;
  width.longest = std::max(width.longest, table.columns[column].size());
  // Text can be broken between words, an id cannot: it gets what it needs and some air.
  width.longest = width.code ? width.longest + 6 : std::min<std::size_t>(width.longest, 30);
  return width;
}

/// Columns as wide as what is in them, each at least a little.
Grid grid_of(const Table& table) {
  Grid grid{table.title, {}, {}};
  std::vector<Width> widths;
  const std::size_t shown = std::min(table.rows.size(), kMostShown);
  std::size_t all = 0, given = 0;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(width_of(table, i, shown));
    all += widths.back().longest;
  }
  for (std::size_t i = 0; i < widths.size(); ++i) {
    const std::size_t percent = i + 1 == widths.size() ? 100 - std::min<std::size_t>(given, 99)
                                                       : widths[i].longest * 100 / all;
    given += percent;
    grid.columns.push_back({table.columns[i],
                            static_cast<unsigned>(std::max<std::size_t>(percent, 1)),
                            widths[i].code ? Face::code : Face::text});
  }
  for (std::size_t k = 0; k < shown; ++k) {
    std::vector<Cell> row;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      row.push_back({i < table.rows[k].size() ? shown_cell(table.rows[k][i]) : ""});
    grid.rows.push_back(std::move(row));
  }
  grid.note = table.note;
  if (table.rows.size() > shown)
    grid.note += (grid.note.empty() ? "" : " ") +
                 ("The first " + grouped(shown) + " of " + grouped(table.rows.size()) +
                  " rows; all are in " + table_path(table.id) + '.');
  if (table.rows.empty())
    grid.note = "Nothing in the period." + (table.note.empty() ? "" : ' ' + table.note);
  return grid;
}

std::vector<Block> table_blocks(const std::vector<Table>& tables) {
  std::vector<Block> blocks;
  for (const Table& table : tables) blocks.push_back(grid_of(table));
  if (tables.empty()) blocks.push_back(Paragraph{"Nothing in the period."});
  return blocks;
}

std::vector<Block> register_blocks(const Package& package) {
  if (package.exceptions.empty()) return {Paragraph{"No exception was found."}};
  std::map<std::string, std::uint64_t> states;
  for (const Exception& found : package.exceptions) ++states[found.status];
  std::vector<Block> blocks;
  blocks.push_back(
      Facts{{{"Exceptions", grouped(package.exceptions.size())}, {"By state", tally(states)}}});
  blocks.push_back(Paragraph{
      "An exception’s id is its control and its leaf, the same each time that the tests run. It is "
      "detected, then acknowledged, then remediated, compensated, or accepted by a named person "
      "until a date. None is ever deleted."});
  blocks.push_back(exceptions_grid(package.exceptions, kExceptionsCsv));
  return blocks;
}

std::vector<Block> duty_blocks(const Package& package) {
  Grid grid{
      "",
      {{"Article", 15}, {"Duty", 31}, {"Evidence", 32}, {"Count", 8, Face::number}, {"Answer", 14}},
      {}};
  for (const Duty& duty : package.duties) {
    const Tone tone = duty.exceptions > 0 ? Tone::bad : Tone::soft;
    grid.rows.push_back({{duty.article},
                         {duty.duty},
                         {duty.evidence},
                         {grouped(duty.count)},
                         {duty.answer, {}, {}, tone}});
  }
  grid.note = "Evidence for a duty is not a legal opinion that it is met.";
  return {std::move(grid)};
}

std::vector<Block> control_overview(const Package& package) {
  Grid grid{"",
            {{"Control", 10},
             {"What must be so", 43},
             {"Population", 13, Face::number},
             {"Exceptions", 13, Face::number},
             {"Result", 21}},
            {}};
  for (const Chapter& chapter : package.chapters) {
    std::vector<std::string> bound;
    if (chapter.deviation.population > 0)
      bound.push_back("95 % bound " + percent(chapter.deviation.upper_ppm, true));
    grid.rows.push_back({{chapter.control.id, {}, chapter.control.id},
                         {heading(chapter.control.title)},
                         {grouped(chapter.rows.size())},
                         {grouped(chapter.exceptions.size())},
                         {spoken(chapter), std::move(bound), {}, tone_of(shown_result(chapter))}});
  }
  return {
      Paragraph{"Every control is tested on its whole population in the range; samples are only "
                "for an auditor’s own inspection."},
      std::move(grid)};
}

}  // namespace

std::vector<Block> cover_facts(const Package& package) {
  const Scope& scope = package.scope;
  return {Facts{{{"System", scope.system},
                 {"Tenant", scope.tenant.value()},
                 {"Period", period(scope)},
                 {"Log", scope.end.origin, Face::code},
                 {"Head, size", grouped(scope.end.size.value()) + " events"},
                 {"Head, root", hex(scope.end.root), Face::code},
                 {"Dated", moment(scope.time) + ", the time of the last event"},
                 {"Made by", "Recourse " + scope.version}}}};
}

Document whole_document(const Package& package) {
  const Scope& scope = package.scope;
  Document document{"SOC 2 evidence package", scope.system, {}, to_rfc3339(scope.time),
                    cover_facts(package),     true,         {}};
  document.footer = scope.system + " · log of " + grouped(scope.end.size.value()) +
                    " events, root " + hex(scope.end.root).substr(0, 16) + "…";
  std::uint64_t counts[3] = {};
  for (const Chapter& chapter : package.chapters)
    ++counts[static_cast<std::size_t>(shown_result(chapter))];
  document.cover.push_back(
      Facts{{{"Controls", grouped(package.chapters.size())},
             {"without exception", grouped(counts[static_cast<std::size_t>(Result::passed)])},
             {"with exceptions", grouped(counts[static_cast<std::size_t>(Result::exceptions)])},
             {"no population, or not tested",
              grouped(counts[static_cast<std::size_t>(Result::no_population)])}}});
  document.cover.push_back(
      Blank{"SHA-256 of manifest.json",
            "The manifest lists this file, so its hash cannot stand here. Copy it from "
            "manifest.note once that has been verified."});
  document.cover.push_back(Paragraph{
      "Management’s automated tests of its own controls, from a log that can prove itself. Not an "
      "auditor’s opinion: only a service auditor’s examination gives that.",
      Tone::soft});

  auto& sections = document.sections;
  const auto section = [&](std::string id, std::string title, std::vector<Block> blocks) {
    sections.push_back({id, id, std::move(title), 1, std::move(blocks)});
  };
  section("A", "Scope", scope_blocks(package));
  section("B", "Completeness and accuracy", completeness_blocks(package));
  section("C", "Criteria matrix", matrix_blocks(package));
  section("D", "Controls", control_overview(package));
  for (const Chapter& chapter : package.chapters)
    sections.push_back(chapter_section(package, chapter));
  section("E", "Changes during the period", table_blocks(package.changes));
  section("F", "Incidents and rollbacks", table_blocks(package.incidents));
  section("G", "Access", table_blocks(package.access));
  section("H", "Exceptions and management’s answers", register_blocks(package));
  section("I", "Privacy", table_blocks(package.privacy));
  section("J", "Integrity of the log", table_blocks(package.integrity));
  section("K", "What is not covered, and what the customer must supply",
          {Points{package.not_covered}});
  section(std::string(kVerificationId), "How to verify this package",
          {Points{package.verification, true}});
  section("M", "AI Act and GDPR", duty_blocks(package));
  return document;
}

}  // namespace recourse::soc2
