#include "tools/soc2/examine.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/event/describe.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/frontier.h"
#include "projections/projection.h"
#include "tools/soc2/control_test.h"
#include "tools/soc2/conversations.h"
#include "tools/soc2/deviation.h"
#include "tools/soc2/registers.h"
#include "tools/soc2/sample.h"
#include "tools/soc2/statements.h"

namespace recourse::soc2 {
namespace {

/// Anchors are by far most of the deployment's events, and no test looks at them.
constexpr std::string_view kAnchored = "\"type\":\"recourse.log.anchored.v1\"";

Error not_this_log(std::string_view origin, std::uint64_t position) {
  return {ErrorCode::corrupt, "leaf " + std::to_string(position) + " is not one of " +
                                  std::string(origin) + ": run verify"};
}

struct MetaEvent {
  RecordedEvent event;
  Hash leaf{};
};

/// Management's answers to exceptions.
struct Answers {
  struct Latest {
    ExceptionAnswered answer;
    std::vector<std::string> events, remediation;
  };
  std::map<std::string, Latest, std::less<>> by_exception;

  void see(const Seen& seen) {
    const auto* const answered = seen.as<ExceptionAnswered>();
    if (answered == nullptr) return;
    Latest& latest = by_exception[answered->exception.text];
    latest.answer = *answered;
    latest.events.push_back(seen.event.id.value());
    for (const Clear& event : answered->remediation) latest.remediation.push_back(event.text);
  }

  void put_on(Exception& found) const {
    const auto known = by_exception.find(found.id);
    if (known == by_exception.end()) return;
    const Latest& latest = known->second;
    found.status = std::string(word(latest.answer.status));
    if (latest.answer.owner) found.owner = latest.answer.owner->value();
    found.until = latest.answer.until;
    found.answers = latest.events;
    found.remediation = latest.remediation;
  }
};

class Examination {
 public:
  Examination(const Source& source, const Parameters& parameters)
      : source_(source),
        parameters_(parameters),
        history_(source.tenant.value()),
        log_(source.log()),
        meta_log_(source.meta_log()),
        registers_(source),
        context_{parameters, source, history_, &tree_} {
    context_.with_deployment = has_deployment();
  }

  recourse::Result<Package> run() {
    RECOURSE_TRY(check_range());
    if (has_deployment()) RECOURSE_TRY(read_deployment());
    add_tests();
    RECOURSE_TRY(read_leaves());
    RECOURSE_TRY(see_deployment_until(std::nullopt));
    // Where nothing happened any more until then, time has passed all the same.
    if (parameters_.to) context_.last = std::max(context_.last, *parameters_.to);
    for (const auto& test : tests_) test->finish();
    return package();
  }

 private:
  bool has_deployment() const {
    return source_.meta_leaves != nullptr && parameters_.meta_end.value() > 0;
  }

  Status check_range() const {
    if (parameters_.start >= parameters_.end)
      return Error{ErrorCode::invalid, "the period has no leaves"};
    if (parameters_.from && parameters_.to && *parameters_.from >= *parameters_.to)
      return Error{ErrorCode::invalid, "the period ends before it begins"};
    return {};
  }

  void add_tests() {
    for (const auto add :
         {add_dispatch_tests, add_approval_tests, add_mandate_tests, add_verdict_tests,
          add_change_tests, add_access_tests, add_watch_tests, add_incident_tests, add_effect_tests,
          add_channel_tests, add_follow_up_tests, add_integrity_tests, add_operation_tests,
          add_privacy_tests, add_retention_tests, add_disclosure_tests, add_monitoring_tests})
      add(context_, tests_);
  }

  Status read_deployment() {
    Status status;
    std::uint64_t next = 0;
    RECOURSE_TRY(source_.meta_leaves([&](Position position, std::string_view leaf) {
      if (next == parameters_.meta_end.value()) return false;
      if (position.value() != next) {
        status = not_this_log(source_.meta_origin, next);
        return false;
      }
      ++next;
      const Hash hash = leaf_hash(leaf);
      meta_tree_.append(hash);
      if (leaf.ends_with(std::string(kAnchored) + "}")) return true;
      auto event = read_leaf(leaf);
      if (!event) {
        status = event.error();
      } else if (event->source != meta_log_.origin_at(position) || event->position != position) {
        status = not_this_log(source_.meta_origin, position.value());
      } else {
        deployment_.push_back({std::move(event).value(), hash});
      }
      return status.ok();
    }));
    RECOURSE_TRY(status);
    if (next != parameters_.meta_end.value()) return not_this_log(source_.meta_origin, next);
    return {};
  }

  Status read_leaves() {
    Status status;
    std::uint64_t next = 0;
    RECOURSE_TRY(source_.leaves([&](Position position, std::string_view leaf) {
      if (next == parameters_.end.value()) return false;
      status = position.value() == next ? see_leaf(position, leaf)
                                        : Status(not_this_log(source_.origin, next));
      ++next;
      return status.ok();
    }));
    RECOURSE_TRY(status);
    if (next != parameters_.end.value()) return not_this_log(source_.origin, next);
    return {};
  }

  Status see_leaf(Position position, std::string_view leaf) {
    RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
    if (event.source != log_.origin_at(position) || event.position != position)
      return not_this_log(source_.origin, position.value());
    // Where both ledgers have the same time, the tenant's comes first.
    RECOURSE_TRY(see_deployment_until(event.time));
    const Hash hash = leaf_hash(leaf);
    if (tree_.size() == parameters_.start.value()) {
      start_root_ = tree_.root();
      started_ = true;
    }
    tree_.append(hash);
    Place place = Place::before;
    if (started_) place = place_of(event.time);
    latest_ = event.time;
    see(Seen{event, hash, false, place});
    return {};
  }

  Place place_of(Timestamp time) const {
    if (parameters_.from && time < *parameters_.from) return Place::early;
    if (parameters_.to && time >= *parameters_.to) return Place::outside;
    return Place::within;
  }

  /// Deployment events older than `time`, or those up to the end of the period.
  Status see_deployment_until(std::optional<Timestamp> time) {
    for (; next_meta_ < deployment_.size(); ++next_meta_) {
      const MetaEvent& next = deployment_[next_meta_];
      if (time ? next.event.time >= *time : next.event.time > latest_ && !parameters_.to) break;
      Place place = place_of(next.event.time);
      // Without a time the period begins with its first leaf.
      if (!started_ && !parameters_.from) place = Place::before;
      see(Seen{next.event, next.leaf, true, place});
    }
    return {};
  }

  void see(const Seen& seen) {
    if (seen.within() && context_.first == Timestamp()) context_.first = seen.event.time;
    context_.last = std::max(context_.last, seen.event.time);
    if (seen.place != Place::outside) context_.latest = row_for(seen);
    registers_.see(seen, history_);
    conversations_.see(seen, history_);
    answers_.see(seen);
    for (const auto& test : tests_) test->see(seen);
    history_.apply(seen);
  }

  bool is_selected(const Control& control) const {
    if (parameters_.criteria.empty()) return true;
    for (const std::string& wanted : parameters_.criteria)
      for (const std::string& criterion : control.criteria)
        if (criterion == wanted || criterion.starts_with(wanted + ".")) return true;
    return false;
  }

  Package package() {
    Package made;
    fill_scope(made.scope);
    for (const auto& test : tests_)
      for (Chapter& chapter : test->chapters())
        if (is_selected(chapter.control)) made.chapters.push_back(std::move(chapter));
    std::sort(made.chapters.begin(), made.chapters.end(),
              [](const Chapter& a, const Chapter& b) { return a.control.id < b.control.id; });
    for (Chapter& chapter : made.chapters) {
      complete(chapter, made.scope);
      made.completeness.push_back(completeness_of(chapter));
    }
    const auto counts = registers_.counts();
    std::move(registers_).fill(made);
    made.integrity.insert(made.integrity.begin(), heads_table(made.scope));
    made.privacy.push_back(conversations_.untold());
    add_statements(made, counts, conversations_.count());
    return made;
  }

  void fill_scope(Scope& scope) const {
    scope.system = source_.system;
    scope.tenant = source_.tenant;
    scope.from = parameters_.from;
    scope.to = parameters_.to;
    scope.start =
        head_of(log_.origin_of_head(parameters_.start), parameters_.start.value(), start_root_);
    scope.end = head_of(source_.origin, tree_.size(), tree_.root());
    if (has_deployment()) {
      scope.meta = head_of(source_.meta_origin, meta_tree_.size(), meta_tree_.root());
      if (parameters_.meta_head) take_note(*parameters_.meta_head, scope.meta);
    }
    scope.time = latest_;
    scope.version = parameters_.version;
    scope.nonce = parameters_.nonce;
    scope.criteria = parameters_.criteria;
    scope.sealed = registers_.sealed();
    scope.erased = registers_.erased();
    scope.disclosed = registers_.disclosed();
    scope.parameters = printed_parameters();
  }

  static void take_note(const KeptHead& kept, Head& head) {
    head.note = kept.note;
    head.cosignatures = kept.cosignatures;
    head.time_tokens = kept.time_tokens;
  }

  Head head_of(const std::string& origin, std::uint64_t size, const Hash& root) const {
    Head head{origin, LogSize(size), root, "", {}, {}};
    for (const KeptHead& kept : parameters_.heads) {
      const auto checkpoint = peek_checkpoint(kept.note);
      if (checkpoint && checkpoint->origin == origin && checkpoint->size == size &&
          checkpoint->root == root)
        take_note(kept, head);
    }
    return head;
  }

  std::map<std::string, std::string> printed_parameters() const {
    std::map<std::string, std::string> printed;
    boost::mp11::mp_for_each<
        boost::describe::describe_members<Thresholds, boost::describe::mod_public>>(
        [&](auto member) {
          printed[member.name] = std::to_string(parameters_.thresholds.*member.pointer);
        });
    printed["sample_size"] = std::to_string(parameters_.sample_size);
    for (const ProjectionKind& kind : read_models()) {
      std::string& names = printed["projections"];
      names += (names.empty() ? "" : " ") + std::string(kind.name);
    }
    // Which heads were compared decides what RC-20 finds.
    std::vector<std::string> notes;
    for (const KeptHead& kept : parameters_.heads) notes.push_back(kept.note);
    std::sort(notes.begin(), notes.end());
    std::string all;
    for (const std::string& note : notes) all += note;
    printed["heads"] = std::to_string(notes.size());
    printed["heads_sha256"] = to_hex(as_text(sha256(all)));
    return printed;
  }

  Table heads_table(const Scope& scope) const {
    Table table{"heads",
                "Signed heads that bound the package",
                {"head", "origin", "size", "root", "cosignatures", "time_tokens"},
                {},
                ""};
    const auto joined = [](const std::vector<std::string>& texts) {
      std::string out;
      for (const std::string& text : texts) out += (out.empty() ? "" : "; ") + text;
      return out;
    };
    for (const auto& [name, head] :
         {std::pair<std::string_view, const Head*>("start", &scope.start),
          {"end", &scope.end},
          {"meta", &scope.meta}})
      if (!head->origin.empty())
        table.rows.push_back({std::string(name), head->origin, std::to_string(head->size.value()),
                              to_base64(as_text(head->root)), joined(head->cosignatures),
                              joined(head->time_tokens)});
    return table;
  }

  /// Numbers in place of the names of thresholds.
  std::string with_numbers(std::string text,
                           const std::map<std::string, std::string>& printed) const {
    for (const auto& [name, value] : printed) {
      const std::string braced = "{" + name + "}";
      for (auto at = text.find(braced); at != std::string::npos; at = text.find(braced, at))
        text.replace(at, braced.size(), value);
    }
    return text;
  }

  void complete(Chapter& chapter, const Scope& scope) const {
    for (std::string* text :
         {&chapter.control.population, &chapter.control.query, &chapter.control.test})
      *text = with_numbers(std::move(*text), scope.parameters);
    for (Exception& found : chapter.exceptions) answers_.put_on(found);
    const auto failed = std::count_if(chapter.rows.begin(), chapter.rows.end(),
                                      [](const Row& row) { return row.result == "exception"; });
    chapter.deviation = deviation_of(chapter.rows.size(), static_cast<std::uint64_t>(failed));
    if (parameters_.nonce.empty()) return;
    const Hash seed = sample_seed(chapter.control.id, scope.end.root, parameters_.nonce);
    chapter.sample_rows = draw_sample(chapter.rows, seed, parameters_.sample_size);
    for (const std::uint64_t row : chapter.sample_rows)
      chapter.sample.push_back(chapter.rows[row].index);
  }

  Completeness completeness_of(const Chapter& chapter) const {
    Completeness of;
    of.table = chapter.control.id;
    of.query = chapter.control.query;
    of.query_sha256 = to_hex(as_text(sha256(of.query)));
    of.leaves = parameters_.end.value() - parameters_.start.value();
    of.rows = chapter.rows.size();
    of.excluded = chapter.excluded;
    for (const Row& row : chapter.rows) {
      ++of.by_type[row.type];
      ++of.by_day[to_rfc3339(row.time).substr(0, 10)];
    }
    if (!chapter.rows.empty()) {
      of.first = chapter.rows.front().event;
      of.last = chapter.rows.back().event;
    }
    return of;
  }

  const Source& source_;
  const Parameters& parameters_;
  History history_;
  const LedgerInfo log_, meta_log_;
  Registers registers_;
  Conversations conversations_;
  Answers answers_;
  Frontier tree_, meta_tree_;
  TestContext context_;
  ControlTests tests_;
  std::vector<MetaEvent> deployment_;
  std::size_t next_meta_ = 0;
  Hash start_root_ = empty_root();
  bool started_ = false;
  Timestamp latest_;  ///< Of the tenant's leaves.
};

}  // namespace

recourse::Result<Package> examine(const Source& source, const Parameters& parameters) {
  return Examination(source, parameters).run();
}

}  // namespace recourse::soc2
