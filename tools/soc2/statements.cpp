#include "tools/soc2/statements.h"

#include <algorithm>

namespace recourse::soc2 {
namespace {

using Counts = std::map<std::string, std::uint64_t, std::less<>>;

struct DutyRule {
  std::string_view article, duty, evidence;
  std::vector<std::string_view> controls;  ///< Their populations and exceptions count.
  std::vector<std::string_view> types;     ///< Of events that count besides.
  bool conversations = false;              ///< Those in which an AI wrote count.
};

const std::vector<DutyRule>& duty_rules() {
  static const std::vector<DutyRule> list = {
      {"AI Act 12(1)-(2)",
       "Events are recorded automatically over the lifetime: risk, substantial change, monitoring.",
       "All leaves; changes and alerts; a heartbeat before what follows a time of quiet.",
       {"RC-07", "RC-12"},
       {"log.heartbeat"}},
      {"AI Act 14(4)(a)-(b)",
       "People understand what is decided and resist to agree by habit.",
       "What approvers were shown, and how long they looked at it.",
       {"RC-03"},
       {}},
      {"AI Act 14(4)(c)-(d)",
       "People interpret and override.",
       "Approvals that the policy demands, rollbacks, explanations given.",
       {"RC-02", "RC-15"},
       {"decision.explained"}},
      {"AI Act 14(4)(e)",
       "People can stop the system.",
       "Halts, and nothing after them.",
       {"RC-14"},
       {}},
      {"AI Act 19(1), 26(6)",
       "Logs are kept for at least six months.",
       "Leaves are never removed; sealed values only with their key when their time is over.",
       {"RC-20", "RC-24"},
       {}},
      {"AI Act 26(2)",
       "Competent people are named to oversee.",
       "Oversight that was assigned.",
       {},
       {"oversight.assigned"}},
      {"AI Act 26(5)",
       "Operation is monitored, the provider informed, use suspended if need be.",
       "Halts, alerts, notices to providers.",
       {"RC-12", "RC-14"},
       {"provider.notified"}},
      {"AI Act 50(1)",
       "People are told that they talk to an AI.",
       "Conversations in which an AI wrote; exceptions, listed under privacy, where the first such "
       "message came before disclosure.ai_shown.",
       {},
       {},
       true},
      {"AI Act 72, 73",
       "Monitoring after deployment, serious incidents.",
       "Alerts and incidents with their clocks.",
       {"RC-12", "RC-13"},
       {}},
      {"GDPR 15, 15(1)(h)",
       "People get their data and how a decision about them came about.",
       "Requests, and explanations given.",
       {"RC-23"},
       {"decision.explained"}},
      {"GDPR 16-18, 21",
       "Rectification, erasure, restriction, objection.",
       "Requests with their clocks, erasures and their certificates.",
       {"RC-23"},
       {"subject.erased", "processing.restricted", "value.corrected"}},
      {"GDPR 19",
       "Who got the data is told of its erasure.",
       "Notices to recipients.",
       {"RC-23"},
       {"recipients.notified"}},
      {"GDPR 22",
       "No decision of weight is made by a machine alone without a way to people.",
       "Approvals of what the policy leaves to people, and that they looked at it.",
       {"RC-02", "RC-03"},
       {}},
      {"GDPR 5(1)(e)",
       "Data is kept no longer than needed.",
       "Keys destroyed when time is over.",
       {"RC-24"},
       {}},
      {"GDPR 30, 32",
       "Disclosures and access are recorded.",
       "Exports, disclosures, openings.",
       {"RC-25"},
       {}},
  };
  return list;
}

/// What there is to see, never that the duty is met: that is not for a program to say.
std::string answer_to(const Duty& duty) {
  if (duty.count == 0 && duty.exceptions == 0) return "no population in the period";
  return "evidence: " + std::to_string(duty.count) + ", " +
         (duty.exceptions == 0   ? "no exception"
          : duty.exceptions == 1 ? "1 exception"
                                 : std::to_string(duty.exceptions) + " exceptions");
}

std::uint64_t rows_of(const std::vector<Table>& tables, std::string_view id) {
  for (const Table& table : tables)
    if (table.id == id) return table.rows.size();
  return 0;
}

Duty judge_duty(const DutyRule& rule, const Package& package, const Counts& counts,
                std::uint64_t conversations) {
  Duty duty{
      std::string(rule.article), std::string(rule.duty), std::string(rule.evidence), 0, 0, ""};
  for (const Chapter& chapter : package.chapters) {
    if (std::find(rule.controls.begin(), rule.controls.end(), chapter.control.id) ==
        rule.controls.end())
      continue;
    duty.evidence += " " + chapter.control.id + ".";
    // What could not be tested yet is no evidence.
    duty.count += static_cast<std::uint64_t>(
        std::count_if(chapter.rows.begin(), chapter.rows.end(),
                      [](const Row& row) { return row.result != "not_tested"; }));
    duty.exceptions += chapter.exceptions.size();
  }
  for (const std::string_view type : rule.types)
    if (const auto found = counts.find(type); found != counts.end()) duty.count += found->second;
  if (rule.conversations) {
    duty.count += conversations;
    duty.exceptions += rows_of(package.privacy, "ai_untold");
  }
  duty.answer = answer_to(duty);
  return duty;
}

void add_words(Package& package) {
  const Scope& scope = package.scope;
  package.proven = {
      "Nothing in the range was altered, removed, inserted or reordered after its head was signed.",
      "Every table is a function of the range, the parameters, the end head and the nonce: making "
      "it again from the bundle gives the same bytes.",
      "Populations are complete: all leaves of the range are in the bundle, and the range proof "
      "says that there are no others.",
      "What is sealed is bound: no other value can be shown for it later."};
  package.not_proven = {
      "That every real action was sent to Recourse. Evidence instead: a receipt before each "
      "effect, credentials that only the gateway holds, counters of what came in (RC-17), and the "
      "comparison with the providers' own logs.",
      "Times are the operator's. They are bounded by the cosignatures and time tokens on the "
      "heads.",
      "What people outside did with what they were shown.",
      "References to the customer's systems (tickets of changes, of access, of staff): they are "
      "not verified by Recourse."};
  if (scope.end.cosignatures.empty())
    package.not_proven.push_back("The end head has no cosignature of a witness in this package.");
  if (scope.end.time_tokens.empty())
    package.not_proven.push_back("The end head has no time token in this package.");
  package.not_covered = {
      "These are management's automated tests, not an auditor's opinion and not a SOC 2 report.",
      "The customer's own controls: who is employed and trained, devices, networks, physical "
      "access, vendors, and the systems that agents act on.",
      "Whether texts that people and agents wrote are right.",
      "Delivery of messages by mail and chat providers.",
      "Capacity: queues and disks are watched by the monitoring, not by the log.",
      "Imported history was recorded elsewhere; RC-01 to RC-05 leave it out and count it."};
  if (scope.meta.origin.empty())
    package.not_covered.push_back(
        "Deployment events (keys, backups, checks of the store, halts of all tenants) are not in "
        "this package: RC-21 and RC-22 have no population, and of RC-08, RC-11, RC-14, RC-20 and "
        "RC-25 a part is missing.");
  package.verification = {
      "Obtain the log key and the report key from another place than this bundle, best since the "
      "period began.",
      "Run verify.py with them, or open verify.html, or follow VERIFY.md with a program of your "
      "own.",
      "Make the package again from the bundle's leaves with the parameters of section A and "
      "compare the files byte by byte.",
      "Choose a nonce only after the end head was signed, have the sample drawn with it, and "
      "inspect its leaves.",
      "Change one byte of a leaf, drop one, swap two, cut the file short: each has to be noticed."};
}

}  // namespace

void add_statements(Package& package, const Counts& counts, std::uint64_t conversations) {
  for (const Chapter& chapter : package.chapters) {
    for (const std::string& criterion : chapter.control.criteria)
      package.matrix[criterion].push_back(chapter.control.id);
    package.exceptions.insert(package.exceptions.end(), chapter.exceptions.begin(),
                              chapter.exceptions.end());
  }
  std::sort(package.exceptions.begin(), package.exceptions.end(),
            [](const Exception& a, const Exception& b) { return a.id < b.id; });
  for (const DutyRule& rule : duty_rules())
    package.duties.push_back(judge_duty(rule, package, counts, conversations));
  add_words(package);
}

}  // namespace recourse::soc2
