#include <algorithm>

#include "tools/report/document.h"
#include "tools/report/figures.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {
namespace {

Tone tone_of(std::string_view row_result) {
  if (row_result == "exception") return Tone::bad;
  return row_result == "ok" ? Tone::good : Tone::soft;
}

std::uint64_t sum_of(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

std::string verdict_text(const Chapter& chapter) {
  if (chapter.result == Result::no_population)
    return "No population in the period: the control did not operate, so nothing is said of it.";
  const std::uint64_t left = sum_of(untested(chapter)), all = chapter.rows.size();
  if (!has_tested(chapter))
    return "None of " + counted(all, "member", "members") +
           " could be tested, so nothing is said of the control.";
  std::string text = chapter.exceptions.empty()
                         ? "No exception."
                         : counted(chapter.exceptions.size(), "exception", "exceptions") + " in " +
                               grouped(chapter.deviation.exceptions) + " of " + grouped(all) +
                               " members.";
  text.front() = text.front() == 'o' ? 'O' : text.front();
  return text + (left == 0 ? " The whole population was tested, " + grouped(all) + '.'
                           : " Of a population of " + grouped(all) + ", " + grouped(left) +
                                 " could not be tested.");
}

Facts test_facts(const Chapter& chapter, const Completeness* totals) {
  const Control& control = chapter.control;
  Facts facts{{{"Criteria", listed(control.criteria)},
               {"Population", control.population},
               {"Exact query", control.query, Face::code},
               {"Test", control.test}}};
  if (totals != nullptr)
    facts.facts.push_back({"SHA-256 of the query", totals->query_sha256, Face::code});
  return facts;
}

Facts result_facts(const Chapter& chapter, const Completeness* totals) {
  const Deviation& deviation = chapter.deviation;
  Facts facts;
  const auto fact = [&](std::string name, std::string value, Face face = Face::text) {
    facts.facts.push_back({std::move(name), std::move(value), face});
  };
  if (totals != nullptr) fact("Leaves in the range", grouped(totals->leaves));
  const auto left = untested(chapter);
  fact("Population", grouped(chapter.rows.size()) + (left.empty() ? ", all tested" : ""));
  if (!left.empty()) fact("of which not tested", tally(left));
  fact("Left out, by reason", tally(chapter.excluded));
  fact("Deviations", grouped(deviation.exceptions) + " of " + grouped(deviation.population));
  if (deviation.population > 0) {
    fact("Deviation rate", percent(deviation.rate_ppm));
    fact("95 % upper bound", percent(deviation.upper_ppm, true) +
                                 " (exact, one-sided: for the process, were this a sample of it)");
  }
  if (!chapter.exceptions.empty()) {
    const auto [first, last] =
        std::minmax_element(chapter.exceptions.begin(), chapter.exceptions.end(),
                            [](const Exception& a, const Exception& b) { return a.time < b.time; });
    fact("First and last exception", moment(first->time) + " and " + moment(last->time));
  }
  if (totals != nullptr) {
    fact("By type", tally(totals->by_type));
    fact("Days with rows",
         counted(totals->by_day.size(), "day", "days") + ", in " + std::string(kByDayCsv));
    if (!totals->first.empty()) fact("First event", totals->first, Face::code);
    if (!totals->last.empty()) fact("Last event", totals->last, Face::code);
  }
  return facts;
}

Grid rows_grid(const Scope& scope, const Chapter& chapter) {
  Grid grid{"Population",
            {{"Leaf", 13, Face::code},
             {"Time, type, event", 24, Face::code},
             {"Actor, accountable", 24, Face::code},
             {"Subject, decision, approval, policy", 24, Face::code},
             {"Result", 15}},
            {}};
  const std::size_t shown = std::min(chapter.rows.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Row& row = chapter.rows[i];
    grid.rows.push_back({{leaf_name(row.index, row.meta), {hex(row.leaf).substr(0, 16)}},
                         {moment(row.time), {row.type, row.event}},
                         {row.actor, {row.accountable == row.actor ? "" : row.accountable}},
                         {row.subject, {row.decision, row.approval, row.policy}},
                         {row.result, {row.code}, {}, tone_of(row.result)}});
  }
  const std::string csv = population_path(scope, chapter.control, chapter.rows.size());
  const std::size_t more = chapter.rows.size() - shown;
  grid.note = more == 0 ? "All rows; the whole leaf hashes are in " + csv + '.'
                        : "The first " + grouped(shown) + " of " + grouped(chapter.rows.size()) +
                              " rows. The other " + grouped(more) +
                              ", and the whole leaf hashes, are in " + csv + '.';
  return grid;
}

Grid sample_grid(const Scope& scope, const Chapter& chapter) {
  Grid grid{"Sample for inspection",
            {{"Rank", 8, Face::number},
             {"Leaf", 14, Face::code},
             {"Leaf hash", 56, Face::code},
             {"Type and time", 22, Face::code}},
            {}};
  for (std::size_t i = 0; i < chapter.sample_rows.size(); ++i) {
    const Row& row = chapter.rows[chapter.sample_rows[i]];
    grid.rows.push_back({{std::to_string(i + 1)},
                         {leaf_name(row.index, row.meta)},
                         {hex(row.leaf)},
                         {row.type, {moment(row.time)}}});
  }
  grid.note = "Drawn with the auditor’s nonce " + scope.nonce +
              " after the end head was signed: the smallest ranks SHA-256(seed, leaf hash). "
              "Replacements are the next ranks.";
  return grid;
}

}  // namespace

Grid exceptions_grid(const std::vector<Exception>& exceptions, std::string_view csv) {
  Grid grid{"",
            {{"Exception", 18, Face::code},
             {"What", 30},
             {"Subject", 24, Face::code},
             {"State", 28, Face::words_over_ids}},
            {}};
  const std::size_t shown = std::min(exceptions.size(), kMostShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const Exception& found = exceptions[i];
    std::vector<std::string> state = {found.owner.empty() ? "no owner" : "owner " + found.owner};
    if (found.until) state.push_back("until " + moment(*found.until));
    for (const std::string& answer : found.answers) state.push_back("answer " + answer);
    for (const std::string& fix : found.remediation) state.push_back("remedy " + fix);
    const bool open = found.status == "detected" || found.status == "acknowledged";
    grid.rows.push_back({{found.id, {found.code, moment(found.time)}},
                         {found.what},
                         {found.subject},
                         {found.status, std::move(state), {}, open ? Tone::bad : Tone::plain}});
  }
  if (exceptions.size() > shown)
    grid.note = "The first " + grouped(shown) + " of " + grouped(exceptions.size()) +
                " exceptions. The other " + grouped(exceptions.size() - shown) + " are in " +
                std::string(csv) + '.';
  return grid;
}

Section chapter_section(const Package& package, const Chapter& chapter) {
  const Completeness* totals = nullptr;
  for (const Completeness& each : package.completeness) {
    if (each.table == chapter.control.id) totals = &each;
  }
  Section section{chapter.control.id,    chapter.control.id, heading(chapter.control.title), 2, {},
                  shown_result(chapter), spoken(chapter)};
  auto& blocks = section.blocks;
  blocks.push_back(Verdict{shown_result(chapter), spoken(chapter), verdict_text(chapter)});
  blocks.push_back(test_facts(chapter, totals));
  if (!chapter.control.exceptions.empty()) {
    blocks.push_back(Paragraph{"What counts as an exception:"});
    blocks.push_back(Points{chapter.control.exceptions});
  }
  blocks.push_back(result_facts(chapter, totals));
  if (!chapter.notes.empty()) {
    blocks.push_back(Paragraph{"Limits of this test:"});
    blocks.push_back(Points{chapter.notes});
  }
  if (!chapter.indicators.empty()) {
    Grid grid{"Indicators, told and not judged",
              {{"Indicator", 34}, {"Value", 18, Face::number}, {"Note", 48}},
              {}};
    for (const Indicator& indicator : chapter.indicators)
      grid.rows.push_back({{indicator.name}, {indicator.value}, {indicator.note}});
    blocks.push_back(std::move(grid));
  }
  if (!chapter.exceptions.empty()) {
    Grid grid = exceptions_grid(chapter.exceptions, kExceptionsCsv);
    grid.title = "Exceptions";
    blocks.push_back(std::move(grid));
  }
  if (!chapter.sample_rows.empty()) blocks.push_back(sample_grid(package.scope, chapter));
  if (!chapter.rows.empty()) blocks.push_back(rows_grid(package.scope, chapter));
  return section;
}

Document control_document(const Package& package, const Chapter& chapter) {
  Document document{"Evidence of one control",
                    chapter.control.id + ' ' + heading(chapter.control.title),
                    {},
                    to_rfc3339(package.scope.time),
                    cover_facts(package),
                    false,
                    {}};
  document.footer = package.scope.system + " · " + chapter.control.id + " · log of " +
                    grouped(package.scope.end.size.value()) + " events, root " +
                    hex(package.scope.end.root).substr(0, 16) + "…";
  Section section = chapter_section(package, chapter);
  section.blocks.push_back(
      Paragraph{"The population whole is in " +
                    population_path(package.scope, chapter.control, chapter.rows.size()) +
                    ". The other chapters, and how to verify all of it, are in "
                    "report/report.html and report/report.pdf.",
                Tone::soft});
  document.sections.push_back(std::move(section));
  return document;
}

}  // namespace recourse::soc2
