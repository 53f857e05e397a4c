#include "tools/cli/backtest_text.h"

#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

std::string figure(std::int64_t number) { return grouped(static_cast<std::uint64_t>(number)); }

std::vector<std::string> figures_row(const std::string& what, std::int64_t actions,
                                     const WrongCounts& wrong) {
  return {what,
          figure(actions),
          figure(wrong.any),
          figure(wrong.failed),
          figure(wrong.rolled_back),
          figure(wrong.reopened),
          figure(wrong.marked_wrong)};
}

}  // namespace

void print_backtest(const BacktestReport& report, bool changes) {
  const PolicyBacktested& figures = report.figures;
  print_line(figure(figures.proposals) + " proposals judged anew, up to event " +
             figure(figures.end) + "; " + figure(figures.changed) + " would go another way.");
  std::vector<std::vector<std::string>> rows{
      {"actions", "all", "went wrong", "failed", "rolled back", "reopened", "marked wrong"},
      figures_row("that ran", figures.ran, figures.ran_wrong),
      figures_row("  would be stopped", figures.stopped, figures.stopped_wrong),
      figures_row("  would wait for people", figures.held, figures.held_wrong)};
  print_table(rows);
  if (!figures.rules.empty()) print_line("\nRules that stop or hold what ran:");
  rows = {{"rule", "actions", "went wrong"}};
  for (const RuleStops& rule : figures.rules)
    rows.push_back({rule.rule.text, figure(rule.actions), figure(rule.wrong)});
  if (rows.size() > 1) print_table(rows);
  print_line("\nOutcomes, as recorded and under the candidate:");
  rows = {{"recorded", "candidate", "proposals"}};
  for (const OutcomeChange& way : figures.outcomes)
    rows.push_back(
        {std::string(word(way.before)), std::string(word(way.after)), figure(way.actions)});
  print_table(rows);
  if (!changes) return;
  print_line("");
  print_changes(report.changes);
}

void print_changes(const std::vector<BacktestChange>& changes) {
  std::vector<std::vector<std::string>> rows = {
      {"position", "action", "recorded", "candidate", "rule", "ran", "went wrong"}};
  for (const BacktestChange& change : changes) {
    std::string wrong;
    for (const Clear& how : change.wrong) wrong += (wrong.empty() ? "" : ", ") + how.text;
    rows.push_back({figure(change.position), change.action.value(),
                    std::string(word(change.before)), std::string(word(change.after)),
                    change.rule ? change.rule->text : "", change.ran ? "yes" : "no", wrong});
  }
  print_table(rows);
}

}  // namespace recourse::cli
