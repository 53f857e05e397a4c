#include <algorithm>

#include "engine/event/canonical_json.h"
#include "tools/import/import.h"

namespace recourse {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

std::string with_spaces(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// 141,712
std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

void line(std::string& out, std::string_view name, std::uint64_t value) {
  std::string label = "  " + with_spaces(name);
  constexpr std::size_t kColumn = 36;
  label.resize(std::max(label.size() + 1, kColumn), ' ');
  const std::string number = grouped(value);
  constexpr std::size_t kDigits = 9;
  if (number.size() < kDigits) label.append(kDigits - number.size(), ' ');
  out += label + number + '\n';
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return grouped(number) + ' ' + std::string(number == 1 ? one : many);
}

Json numbers(const Counts& counts) {
  Json object = Json::object();
  for (const auto& [key, value] : counts) object.set(key, value);
  return object;
}

Json error_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  Json object = Json::object();
  object.set("code", name(error->code));
  object.set("message", error->message);
  return object;
}

void append_troubles(std::string& out, const ImportSummary& summary) {
  constexpr std::size_t kShown = 20;
  for (std::size_t i = 0; i < std::min(kShown, summary.conflict_list.size()); ++i)
    out += "conflict: line " + std::to_string(summary.conflict_list[i].line) + ", " +
           summary.conflict_list[i].record + " is known with other content; nothing was written\n";
  for (std::size_t i = 0; i < std::min(kShown, summary.unreadable_list.size()); ++i)
    out += "unreadable: line " + std::to_string(summary.unreadable_list[i].line) + ' ' +
           summary.unreadable_list[i].reason + "; kept as text\n";
  if (summary.cut_short)
    out += "the file could not be read to its end: " + summary.cut_short->message +
           "; everything before is imported\n";
  if (summary.stopped)
    out += "the import stopped: " + summary.stopped->message +
           "; everything before is stored, import the file again to go on\n";
}

}  // namespace

std::string summary_text(const ImportSummary& summary) {
  std::string out = summary.file + " as " + summary.source + ": " +
                    counted(summary.records, "record", "records") + ", " + grouped(summary.added) +
                    " added, " + grouped(summary.known) + " known, " +
                    counted(summary.conflicts, "conflict", "conflicts") + ", " +
                    grouped(summary.unreadable) + " unreadable\n" +
                    counted(summary.events_added, "event", "events") +
                    " added; in the ledger for these records:\n";
  for (const CheckFigure& figure : summary.figures) line(out, figure.name, figure.value);
  out += "events by type:\n";
  for (const auto& [type, number] : summary.events) line(out, type, number);
  if (summary.ambiguous_times + summary.nonexistent_times + summary.backward_times > 0)
    out += "times: " + grouped(summary.ambiguous_times) + " that clocks showed twice, " +
           grouped(summary.nonexistent_times) + " that they never showed, " +
           grouped(summary.backward_times) + " before an earlier row of the incident\n";
  if (summary.rollbacks_requested > 0) {
    out += counted(summary.rollbacks_requested, "rollback", "rollbacks") + " requested, " +
           grouped(summary.rolled_back) + " rolled back";
    for (const auto& [code, number] : summary.refused)
      out += ", " + grouped(number) + " refused: " + code;
    out += '\n';
  }
  append_troubles(out, summary);
  return out;
}

std::string summary_json(const ImportSummary& summary) {
  Json object = Json::object();
  object.set("format", name(summary.format));
  object.set("source", summary.source);
  object.set("file", summary.file);
  object.set("records", summary.records);
  object.set("added", summary.added);
  object.set("known", summary.known);
  object.set("unreadable", summary.unreadable);
  object.set("conflicts", summary.conflicts);
  object.set("complete", summary.complete());
  object.set("events_added", summary.events_added);
  object.set("events", numbers(summary.events));
  Json figures = Json::object();
  for (const CheckFigure& figure : summary.figures) figures.set(figure.name, figure.value);
  object.set("check_figures", std::move(figures));
  object.set("ambiguous_times", summary.ambiguous_times);
  object.set("nonexistent_times", summary.nonexistent_times);
  object.set("backward_times", summary.backward_times);
  Json rollbacks = Json::object();
  rollbacks.set("requested", summary.rollbacks_requested);
  rollbacks.set("rolled_back", summary.rolled_back);
  rollbacks.set("refused", numbers(summary.refused));
  object.set("rollbacks", std::move(rollbacks));
  Json conflicts = Json::array();
  for (const ImportConflict& conflict : summary.conflict_list) {
    Json one = Json::object();
    one.set("record", conflict.record);
    one.set("line", conflict.line);
    conflicts.push_back(std::move(one));
  }
  object.set("conflict_list", std::move(conflicts));
  Json unreadable = Json::array();
  for (const ImportUnreadable& record : summary.unreadable_list) {
    Json one = Json::object();
    one.set("line", record.line);
    one.set("reason", record.reason);
    unreadable.push_back(std::move(one));
  }
  object.set("unreadable_list", std::move(unreadable));
  object.set("cut_short", error_json(summary.cut_short));
  object.set("stopped", error_json(summary.stopped));
  object.set("ledger_size", summary.ledger_size.value());
  return canonical_json(object);
}

}  // namespace recourse
