#include <algorithm>

#include "tools/report/csv.h"
#include "tools/report/figures.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {
namespace {

/// Ids and the like never hold a space, so it tells them apart.
std::string spaced(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

std::string number(std::uint64_t value) { return std::to_string(value); }

File exceptions_csv(const Package& package) {
  Csv csv;
  csv.row({"id", "control", "code", "ledger", "index", "time", "subject", "what", "status", "owner",
           "until", "answers", "remediation"});
  for (const Exception& found : package.exceptions) {
    csv.row({found.id, found.control, found.code,
             found.meta ? package.scope.meta.origin : package.scope.end.origin,
             number(found.index.value()), to_rfc3339(found.time), found.subject, found.what,
             found.status, found.owner, found.until ? to_rfc3339(*found.until) : "",
             spaced(found.answers), spaced(found.remediation)});
  }
  return {std::string(kExceptionsCsv), std::move(csv).bytes()};
}

File matrix_csv(const Package& package) {
  Csv csv;
  csv.row({"criterion", "control", "title", "result", "population", "exceptions"});
  for (const auto& [criterion, controls] : package.matrix) {
    for (const std::string& id : controls) {
      const Chapter* chapter = nullptr;
      for (const Chapter& each : package.chapters) {
        if (each.control.id == id) chapter = &each;
      }
      if (chapter == nullptr) {
        csv.row({criterion, id, "", "", "", ""});
        continue;
      }
      csv.row({criterion, id, chapter->control.title, word(chapter->result),
               number(chapter->rows.size()), number(chapter->exceptions.size())});
    }
  }
  return {std::string(kMatrixCsv), std::move(csv).bytes()};
}

File completeness_csv(const Package& package) {
  Csv csv;
  csv.row({"table", "query", "query_sha256", "leaves", "rows", "counted", "name", "count", "first",
           "last"});
  for (const Completeness& of : package.completeness) {
    const std::string leaves = number(of.leaves), rows = number(of.rows);
    const auto row = [&](std::string_view counted, std::string_view name, std::string_view count) {
      csv.row({of.table, of.query, of.query_sha256, leaves, rows, counted, name, count, of.first,
               of.last});
    };
    row("all", "", rows);
    for (const auto& [reason, count] : of.excluded) row("excluded", reason, number(count));
    for (const auto& [type, count] : of.by_type) row("by_type", type, number(count));
  }
  return {std::string(kCompletenessCsv), std::move(csv).bytes()};
}

File by_day_csv(const Package& package) {
  Csv csv;
  csv.row({"table", "day", "rows"});
  for (const Completeness& of : package.completeness) {
    for (const auto& [date, count] : of.by_day) csv.row({of.table, date, number(count)});
  }
  return {std::string(kByDayCsv), std::move(csv).bytes()};
}

File duties_csv(const Package& package) {
  Csv csv;
  csv.row({"article", "duty", "evidence", "count", "exceptions", "answer"});
  for (const Duty& duty : package.duties)
    csv.row({duty.article, duty.duty, duty.evidence, number(duty.count), number(duty.exceptions),
             duty.answer});
  return {std::string(kDutiesCsv), std::move(csv).bytes()};
}

File table_csv(const Table& table) {
  Csv csv;
  csv.row({table.columns.begin(), table.columns.end()});
  for (const std::vector<std::string>& row : table.rows) csv.row({row.begin(), row.end()});
  return {table_path(table.id), std::move(csv).bytes()};
}

}  // namespace

std::vector<File> population_csvs(const Scope& scope, const Chapter& chapter) {
  std::vector<File> files;
  const std::string path = control_path(scope, chapter.control);
  for (std::size_t begin = 0; begin == 0 || begin < chapter.rows.size(); begin += kRowsPerFile) {
    Csv csv;
    csv.row({"ledger", "index", "leaf_hash", "time", "event", "type", "actor", "accountable",
             "subject", "decision", "approval", "policy", "result", "code"});
    const std::size_t end = std::min(chapter.rows.size(), begin + kRowsPerFile);
    for (std::size_t i = begin; i < end; ++i) {
      const Row& row = chapter.rows[i];
      csv.row({row.meta ? scope.meta.origin : scope.end.origin, number(row.index.value()),
               hex(row.leaf), to_rfc3339(row.time), row.event, row.type, row.actor, row.accountable,
               row.subject, row.decision, row.approval, row.policy, row.result, row.code});
    }
    const std::string part =
        chapter.rows.size() > kRowsPerFile ? "_part-" + number(begin / kRowsPerFile + 1) : "";
    files.push_back({path + part + ".csv", std::move(csv).bytes()});
  }
  return files;
}

std::vector<File> register_csvs(const Package& package) {
  std::vector<File> files = {exceptions_csv(package), matrix_csv(package),
                             completeness_csv(package), by_day_csv(package), duties_csv(package)};
  for (const auto* tables : {&package.changes, &package.incidents, &package.access,
                             &package.privacy, &package.integrity}) {
    for (const Table& table : *tables) files.push_back(table_csv(table));
  }
  return files;
}

}  // namespace recourse::soc2
