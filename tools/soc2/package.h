#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/id.h"
#include "engine/base/time.h"
#include "engine/base/vocabulary.h"
#include "engine/ledger/ledger.h"

/// The evidence package as values: what `examine` finds in a range of the log and what the writers
/// of its formats show. All texts are clear; nothing here names a person.
namespace recourse::soc2 {

/// A control and how it is tested. One list of them is compiled in (controls.h).
struct Control {
  std::string id;                       ///< RC-01 to RC-26
  std::string slug;                     ///< For names of files, such as access-grants.
  std::string title;                    ///< What must be so, as a sentence.
  std::vector<std::string> criteria;    ///< CC6.1, PI1.3, AIUC-B006, AI-Act-14, …
  std::string population;               ///< Of what: types of events, in words.
  std::string query;                    ///< The same exactly, as docs/format/soc2.md defines it.
  std::string test;                     ///< What is compared with what.
  std::vector<std::string> exceptions;  ///< What counts as one, a sentence for each code.
};

/// not_tested: there is a population, and nothing of it could be tested yet.
enum class Result { passed, exceptions, no_population, not_tested };
/// The name of the enumerator.
std::string_view word(Result result);

/// One member of a population. All of them were tested.
struct Row {
  Position index;
  Hash leaf{};  ///< Hash of the leaf.
  Timestamp time;
  std::string event;  ///< Its id.
  std::string type;
  std::string actor, accountable, subject;
  std::string decision, approval;  ///< Ids of events, empty for none.
  std::string policy;              ///< pol_x@n
  std::string result;              ///< ok, exception or not_tested
  std::string code;                ///< Of the exception, or why it was not tested.
  bool meta = false;               ///< It stands in the deployment's ledger: `index` is of that.
};

/// Something that a control does not allow. Its id is the same each time that it is found.
struct Exception {
  std::string id;  ///< RC-02/0000000000000117, RC-22/meta/0000000000000012
  std::string control;
  std::string code;  ///< Such as approver_is_requester.
  Position index;    ///< Of the leaf it was found at.
  Timestamp time;
  std::string subject;
  std::string what;                 ///< One sentence with the ids that matter.
  std::string status = "detected";  ///< detected, acknowledged, remediated, compensated, accepted
  std::string owner;                ///< Of the latest answer.
  std::optional<Timestamp> until;
  std::vector<std::string> answers, remediation;  ///< Ids of events.
  bool meta = false;                              ///< As for a row.
};

/// Members that failed, and the exact one-sided 95 % bound of their rate (Clopper-Pearson).
struct Deviation {
  std::uint64_t population = 0, exceptions = 0;
  std::uint64_t rate_ppm = 0, upper_ppm = 0;
};

/// A number that is told and judged by nobody here, such as approvals within 5 seconds.
struct Indicator {
  std::string name, value, note;
};

struct Chapter {
  Control control;
  Result result = Result::no_population;
  std::vector<Row> rows;
  std::map<std::string, std::uint64_t> excluded;  ///< By reason: imported, outside_period, …
  std::vector<Exception> exceptions;
  Deviation deviation;
  std::vector<Indicator> indicators;
  std::vector<Position> sample;    ///< In the order of their ranks; the auditor chose the nonce.
  std::vector<std::string> notes;  ///< What limits the test, a sentence each.
  std::vector<std::uint64_t> sample_rows;  ///< The sample again, as indices of `rows`.
};

/// For sections that list what happened: everything is text already.
struct Table {
  std::string id, title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string note;  ///< Under it; empty for none.
};

struct Head {
  std::string origin;
  LogSize size;
  Hash root{};
  std::string note;                       ///< The checkpoint, whole.
  std::vector<std::string> cosignatures;  ///< Names of witnesses, with their times.
  std::vector<std::string> time_tokens;   ///< Files within the package.
};

/// Completeness and accuracy of one table (what auditors call IPE).
struct Completeness {
  std::string table;  ///< A control's id
  std::string query, query_sha256;
  std::uint64_t leaves = 0, rows = 0;
  std::map<std::string, std::uint64_t> excluded, by_type, by_day;
  std::string first, last;  ///< Ids of events.
};

/// A duty of the AI Act or the GDPR and what there is about it.
struct Duty {
  std::string article, duty, evidence;
  std::uint64_t count = 0, exceptions = 0;
  std::string answer;  ///< "evidence: 12, no exception", or "no population in the period"
};

struct Scope {
  std::string system;  ///< The deployment's name
  TenantId tenant;
  std::optional<Timestamp> from, to;  ///< As asked for.
  Head start, end, meta;              ///< `meta.origin` empty: no deployment events in it.
  Timestamp time;                     ///< Of the last leaf: the package's own date.
  std::string version;                ///< Of this program.
  std::string nonce;                  ///< Of the auditor; empty: no sample was drawn.
  std::vector<std::string> criteria;  ///< Selected ones; all when none were.
  std::uint64_t sealed = 0, erased = 0, disclosed = 0;  ///< Fields in the range.
  std::map<std::string, std::string> parameters;        ///< All that the tests depend on besides.
};

/// A leaf of the tenant's log and its path (RFC 9162, 2.1.3) to the root of the end head.
struct SampleProof {
  std::string leaf;
  std::vector<Hash> path;
};

struct Package {
  Scope scope;                                             // A
  std::vector<Completeness> completeness;                  // B
  std::vector<std::string> proven, not_proven;             // B, in words
  std::map<std::string, std::vector<std::string>> matrix;  // C: criterion -> ids of controls
  std::vector<Chapter> chapters;                           // D
  std::vector<Table> changes, incidents, access;           // E, F, G
  std::vector<Exception> exceptions;                       // H: all chapters', by id
  std::vector<Table> privacy, integrity;                   // I, J
  std::vector<std::string> not_covered;                    // K
  std::vector<std::string> verification;                   // L
  std::vector<Duty> duties;                                // GDPR and AI Act

  /// Of sampled leaves, so that a page can check itself; and the verifier's key of the end head's
  /// log, for whoever has no copy from elsewhere. Both may be empty.
  std::map<Position, SampleProof> proofs;
  std::string log_key;
};

/// One file of the package's derived parts, ready to be written: path relative to the bundle.
struct File {
  std::string path;
  std::string bytes;
};

}  // namespace recourse::soc2
