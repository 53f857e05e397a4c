#include "tools/subject/subject_export.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/sha256.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/erasure/retention.h"
#include "engine/event/canonical_json.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"
#include "tools/audit/explain.h"

namespace recourse {
namespace {

/// Why values of an event are kept, for the person to read.
std::string purpose_of(std::string_view type) {
  const auto is = [&](std::string_view noun) { return type.starts_with(noun); };
  type.remove_prefix(std::string_view("recourse.").size());
  if (is("ticket.") || is("message.") || is("followup.")) return "answering your requests";
  if (is("action.") || is("policy.") || is("approval.") || is("effect.") || is("rollback."))
    return "deciding on automated support actions, carrying them out and undoing them";
  if (is("feedback.") || is("resolution.")) return "measuring how well requests are answered";
  if (is("dsr.") || is("value.") || is("hold.")) return "answering your data protection requests";
  return "keeping a record of automated support";
}

Json texts(const std::set<std::string>& all) {
  Json list = Json::array();
  for (const std::string& one : all) list.push_back(one);
  return list;
}

class SubjectWalk {
 public:
  SubjectWalk(const Ledger& ledger, const ViewStore& views, const LedgerInfo& info,
              const SubjectId& subject, LogSize size)
      : ledger_(ledger), views_(views), info_(info), subject_(subject), size_(size) {}

  Status walk() {
    const std::string mark = '"' + subject_.value() + '"';
    Status failed;
    RECOURSE_TRY(ledger_.scan(info_.ledger, Position(0), Position(size_.value()),
                              [&](Position, std::string_view leaf) {
                                if (leaf.find(mark) != leaf.npos) failed = meet(leaf);
                                return failed.ok();
                              }));
    return failed;
  }

  /// The decisions about the person that nobody made by hand. Errors: those of explain().
  Status explain_decisions(const EntryId& dsr, std::vector<DecisionExplained>& explained) {
    decisions_ = Json::array();
    for (const auto& [action, ticket] : actions_) {
      RECOURSE_LET(const Explanation explanation,
                   explain(ledger_, &views_, info_.ledger, ticket, action));
      const std::string text = to_text(explanation);
      RECOURSE_LET(Json json, parse_json(to_json(explanation)));
      decisions_.push_back(Json::object(
          {{"action", action.value()}, {"explanation", std::move(json)}, {"text", text}}));
      explained.push_back({action, ticket, "subject", sha256(text), dsr});
    }
    return {};
  }

  std::int64_t withheld() const { return withheld_; }
  std::int64_t erased() const { return erased_; }
  std::int64_t count() const { return static_cast<std::int64_t>(values_.elements()->size()); }

  void put(Json& exported) {
    note_corrections();
    exported.set("values", std::move(values_))
        .set("withheld", withheld_)
        .set("erased", erased_)
        .set("purposes", texts(purposes_))
        .set("sources", texts(channels_))
        .set("tickets", texts(tickets_))
        .set("decisions", std::move(decisions_));
    Json kept = Json::array();
    for (const auto& [bucket, until] : kept_)
      kept.push_back(
          Json::object({{"class", bucket.first}, {"month", bucket.second}, {"until", until}}));
    exported.set("retention", std::move(kept));
  }

 private:
  Status meet(std::string_view leaf) {
    RECOURSE_LET(RecordedEvent event, read_leaf(leaf));
    if (const auto* opened = get_if<TicketOpened>(&event.data);
        opened != nullptr && opened->requester == subject_) {
      tickets_.insert(opened->ticket.value());
      channels_.insert(opened->channel.text);
    }
    if (const auto* proposed = get_if<ActionProposed>(&event.data);
        proposed != nullptr && tickets_.contains(proposed->ticket.value()))
      actions_.emplace_back(proposed->action, proposed->ticket);
    Status status;
    SealedOrdinal ordinal = 0;
    for_each_sealed(event.data, [&](const std::string& pointer, Sealed& sealed) {
      if (status) status = take(event, leaf, ordinal, pointer, sealed);
      ++ordinal;
    });
    return status;
  }

  /// What the person had put right stands beside what was wrong; the newest is what counts.
  void note_corrections() {
    if (corrected_.empty()) return;
    Json values = Json::array();
    auto place = places_.begin();
    for (const Json& value : *values_.elements()) {
      Json told = value;
      if (const auto found = corrected_.find(*place++); found != corrected_.end())
        told.set("corrected_at", found->second.first).set("corrected", found->second.second);
      values.push_back(std::move(told));
    }
    values_ = std::move(values);
  }

  Status take(const RecordedEvent& event, std::string_view leaf, SealedOrdinal ordinal,
              const std::string& pointer, const Sealed& sealed) {
    const auto& named = sealed.subjects;
    if (std::find(named.begin(), named.end(), subject_.value()) == named.end()) return {};
    if (named.size() > 1) return ++withheld_, Status();
    const Result<OpenedValue> value =
        ledger_.open_value(info_.ledger, event.subject, event.position, ordinal);
    if (!value && value.error().code == ErrorCode::erased) return ++erased_, Status();
    if (!value) return value.error();
    RECOURSE_LET(const auto proof, ledger_.inclusion_proof(info_.ledger, event.position, size_));
    Json hashes = Json::array();
    for (const Hash& hash : proof) hashes.push_back(to_base64(as_text(hash)));
    RECOURSE_LET(Json content, parse_json(value->json));
    const std::string type(type_of(event.data));
    purposes_.insert(purpose_of(type));
    note_kept(sealed.retention, month_of(event.time));
    if (const auto* corrected = get_if<ValueCorrected>(&event.data))
      corrected_.insert_or_assign(
          Place(static_cast<std::uint64_t>(corrected->position), corrected->path.text),
          std::pair(event.position.value(), content));
    places_.emplace_back(event.position.value(), pointer);
    values_.push_back(Json::object({{"position", event.position.value()},
                                    {"path", pointer},
                                    {"time", to_rfc3339(event.time)},
                                    {"type", type},
                                    {"ticket", event.subject},
                                    {"value", std::move(content)},
                                    {"rho", to_base64(value->rho)},
                                    {"leaf", leaf},
                                    {"inclusion", std::move(hashes)}}));
    return {};
  }

  void note_kept(const std::string& retention, const std::string& month) {
    const auto due = due_after_month(retention, month);
    kept_.emplace(std::pair(retention, month),
                  due ? to_rfc3339(*due) : std::string("until you ask for erasure"));
  }

  const Ledger& ledger_;
  const ViewStore& views_;
  const LedgerInfo& info_;
  const SubjectId& subject_;
  const LogSize size_;
  using Place = std::pair<std::uint64_t, std::string>;
  std::vector<Place> places_;  ///< Of values_.
  std::map<Place, std::pair<std::uint64_t, Json>> corrected_;
  Json values_ = Json::array(), decisions_ = Json::array();
  std::int64_t withheld_ = 0, erased_ = 0;
  std::set<std::string> tickets_, channels_, purposes_;
  std::map<std::pair<std::string, std::string>, std::string> kept_;
  std::vector<std::pair<ActionId, TicketId>> actions_;
};

Result<Json> recipients_of(const ViewStore& views, LedgerId ledger, const SubjectId& subject) {
  RECOURSE_LET(const SubjectState own, subject_row(views, ledger, subject));
  RECOURSE_LET(const PrivacyState all, privacy_row(views, ledger));
  std::set<std::string> names;
  for (const Clear& one : own.recipients) names.insert(one.text);
  for (const Clear& one : all.recipients) names.insert(one.text);
  return texts(names);
}

}  // namespace

Result<SubjectExport> export_subject(const Ledger& ledger, const Signer& signer,
                                     const ViewStore& views, const LedgerInfo& info,
                                     const SubjectId& subject, const EntryId& dsr,
                                     std::optional<LogSize> at) {
  std::optional<std::string> note = signer.latest(info.ledger);
  if (at) {
    RECOURSE_LET(note, signer.at_most(info.ledger, *at));
  }
  if (!note)
    return Error{ErrorCode::unavailable, "nothing of this tenant is signed yet; try again soon"};
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
  if (at && head.size != at->value())
    return Error{ErrorCode::not_found, "no head of " + std::to_string(at->value()) + " leaves"};
  SubjectExport made;
  made.size = LogSize(head.size);
  SubjectWalk walk(ledger, views, info, subject, made.size);
  RECOURSE_TRY(walk.walk());
  RECOURSE_TRY(walk.explain_decisions(dsr, made.explained));
  made.values = walk.count();
  made.withheld = walk.withheld();
  made.erased = walk.erased();
  Json exported = Json::object({{"format", "recourse/subject-export@v1"},
                                {"request", dsr.value()},
                                {"subject", subject.value()},
                                {"origin", head.origin},
                                {"checkpoint", *note},
                                {"log_key", signer.verifier_key_of(head.origin)}});
  walk.put(exported);
  RECOURSE_LET(Json recipients, recipients_of(views, info.ledger, subject));
  exported.set("recipients", std::move(recipients));
  made.json = canonical_json(exported) + '\n';
  made.html = subject_page(exported);
  return made;
}

}  // namespace recourse
