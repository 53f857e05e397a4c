// The requests of data subjects, but for erasures (decide_erasure.cpp).

#include "engine/decision/decide_privacy.h"

#include <algorithm>

#include "engine/decision/privacy_checks.h"
#include "engine/event/clear_names.h"

namespace recourse {

Status admin_only(const DecisionContext& context) {
  if (context.principal.role == Role::admin) return {};
  return Error{ErrorCode::forbidden, "requests of data subjects and holds are an admin's"};
}

Status check_code(std::string_view name, std::string_view text) {
  if (is_code(text)) return {};
  return invalid(std::string(name) + ": 1 to 128 of A-Za-z0-9_.:/-");
}

Result<DsrState> open_dsr(State& state, const EntryId& dsr) {
  const DsrState* const found = state.dsrs.find(dsr);
  if (found == nullptr) return not_found("request", dsr.value());
  if (found->status == DsrStatus::completed)
    return conflict("the request is completed: make a new one");
  return *found;
}

Result<SubjectId> verified_subject(State& state, const DsrState& dsr) {
  if (!dsr.subject || !dsr.identity_verified)
    return conflict("nobody has verified who asks: verify the identity first");
  if (is_erased(state, *dsr.subject)) return conflict("this person was erased already");
  return *dsr.subject;
}

Status check_granted(const DsrState& dsr) {
  if (!dsr.verdict) return conflict("the request is not assessed yet: assess it first");
  return {};
}

std::optional<Sealed> sealed_for(State& state, const std::optional<SubjectId>& subject,
                                 const std::optional<std::string>& text) {
  if (!text || text->empty()) return std::nullopt;
  std::vector<std::string> keys;
  if (subject && !is_erased(state, *subject)) keys.push_back(subject->value());
  return seal_text(*text, std::move(keys));
}

void restrict_if_not(Draft& draft, const SubjectId& subject, const EntryId& dsr) {
  const SubjectState* const known = draft.state.subjects.find(subject);
  if (known == nullptr || !known->restricted)
    draft.add(dsr.value(), ProcessingRestricted{subject, dsr});
}

Timestamp months_later(Timestamp time, int months) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  year_month_day date(day);
  date += std::chrono::months(months);
  if (!date.ok()) date = date.year() / date.month() / last;
  return sys_days(date) + (time - day);
}

Result<Events> receive_dsr(State& state, const ReceiveDsr& command,
                           const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_TRY(check_code("channel", command.channel));
  if (command.subject && is_erased(state, *command.subject))
    return conflict("this person was erased already: nothing is left that could be asked for");
  if (command.request && !command.request->empty() && !command.subject)
    return invalid(
        "request: what somebody writes is sealed under that person's key, so that it goes with an "
        "erasure: name the person too, or leave the text out");
  Draft draft{state, context, {}};
  DsrReceived received;
  received.dsr = draft.make<EntryId>("dsr_");
  received.kind = command.kind;
  received.subject = command.subject;
  // GDPR Article 12(3): within one month of receipt.
  received.due_at = months_later(context.now, 1);
  received.channel = command.channel;
  received.request = sealed_for(state, command.subject, command.request);
  draft.add(received.dsr.value(), std::move(received));
  return std::move(draft.events);
}

Result<Events> verify_identity(State& state, const VerifyIdentity& command,
                               const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  RECOURSE_TRY(check_code("method", command.method));
  if (dsr.identity_verified) return conflict("the identity was verified already");
  if (dsr.subject && *dsr.subject != command.subject)
    return conflict("the request is about " + dsr.subject->value() +
                    ": make a request for the other person");
  if (is_erased(state, command.subject)) return conflict("this person was erased already");
  Draft draft{state, context, {}};
  draft.add(command.dsr.value(), DsrIdentityVerified{command.dsr, command.subject, command.method});
  return std::move(draft.events);
}

Result<Events> assess_dsr(State& state, const AssessDsr& command, const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  // What waits for a hold, or for a person who is gone already, may be given up.
  const bool waits =
      dsr.status == DsrStatus::deferred ||
      (dsr.subject && is_erased(state, *dsr.subject) && !dsr.erased_at);
  if (dsr.verdict && !(waits && command.verdict == DsrVerdict::refuse))
    return conflict("the request was assessed already: " + std::string(word(*dsr.verdict)));
  if (command.ground) RECOURSE_TRY(check_code("ground", *command.ground));
  Draft draft{state, context, {}};
  DsrAssessed assessed;
  assessed.dsr = command.dsr;
  assessed.verdict = command.verdict;
  assessed.reason = sealed_for(state, dsr.subject, command.reason);
  if (command.ground) assessed.ground = *command.ground;
  if (command.verdict == DsrVerdict::refuse) {
    if (!command.ground)
      return invalid("a refusal names its ground, such as gdpr-17-3-b or gdpr-12-5");
    draft.add(command.dsr.value(), std::move(assessed));
    draft.add(command.dsr.value(), DsrCompleted{command.dsr, "refused", {}});
    return std::move(draft.events);
  }
  RECOURSE_LET(const SubjectId subject, verified_subject(state, dsr));
  if (dsr.kind != DsrKind::erasure) {
    draft.add(command.dsr.value(), std::move(assessed));
    return std::move(draft.events);
  }
  if (command.verdict == DsrVerdict::partly)
    return invalid("an erasure destroys the person's key, so it is whole: grant or refuse");
  for (const HoldState& hold : holds_on(state, subject, command.trace))
    assessed.holds.push_back(hold.hold);
  if (assessed.holds.empty()) {
    draft.add(command.dsr.value(), std::move(assessed));
    return std::move(draft.events);
  }
  // What a hold keeps is kept for legal claims, Article 17(3)(e), and used for nothing else.
  ErasureDeferred deferred{command.dsr, subject, assessed.holds};
  assessed.verdict = DsrVerdict::partly;
  if (!assessed.ground) assessed.ground = "gdpr-17-3-e";
  draft.add(command.dsr.value(), std::move(assessed));
  draft.add(command.dsr.value(), std::move(deferred));
  restrict_if_not(draft, subject, command.dsr);
  return std::move(draft.events);
}

Result<Events> extend_dsr(State& state, const ExtendDsr& command, const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  if (dsr.extended) return conflict("the request was extended already, which is possible once");
  if (command.reason.empty()) return invalid("an extension has a reason, which the person is told");
  // Article 12(3) again: the person is told within the first month.
  if (context.now > dsr.due_at) return conflict("the request is overdue: answer it now");
  const Timestamp latest = months_later(dsr.received_at, 3);
  const Timestamp due = command.due_at.value_or(latest);
  if (due <= dsr.due_at || due > latest)
    return invalid("due_at: after " + to_rfc3339(dsr.due_at) + " and not after " +
                   to_rfc3339(latest) + ", two months more");
  Draft draft{state, context, {}};
  draft.add(command.dsr.value(),
            DsrExtended{command.dsr, due, sealed_for(state, dsr.subject, command.reason)});
  return std::move(draft.events);
}

Result<Events> restrict_processing(State& state, const RestrictProcessing& command,
                                   const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  if (dsr.kind != DsrKind::restriction && dsr.kind != DsrKind::objection)
    return conflict("the request is one of " + std::string(word(dsr.kind)) +
                    ", not of restriction or objection");
  RECOURSE_LET(const SubjectId subject, verified_subject(state, dsr));
  RECOURSE_TRY(check_granted(dsr));
  Draft draft{state, context, {}};
  restrict_if_not(draft, subject, command.dsr);
  draft.add(command.dsr.value(), DsrCompleted{command.dsr, "done", {}});
  return std::move(draft.events);
}

Result<Events> release_processing(State& state, const ReleaseProcessing& command,
                                  const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  const SubjectState* const subject = state.subjects.find(command.subject);
  if (subject == nullptr || !subject->restricted)
    return conflict("the processing of this person's data is not restricted");
  if (subject->erased_at) return conflict("this person was erased already");
  const PrivacyState* const open = state.privacy.find(TenantId());
  if (open != nullptr)
    for (const EntryId& id : std::vector(open->deferred)) {
      const DsrState* const dsr = state.dsrs.find(id);
      if (dsr != nullptr && dsr->subject == command.subject)
        return conflict(
            "an erasure of this person waits for a hold: it stays restricted until "
            "then (" +
            id.value() + ')');
    }
  Draft draft{state, context, {}};
  draft.add(command.subject.value(), ProcessingReleased{command.subject, command.dsr});
  return std::move(draft.events);
}

Result<Events> correct_value(State& state, const CorrectValue& command,
                             const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  if (dsr.kind != DsrKind::rectification)
    return conflict("the request is one of " + std::string(word(dsr.kind)) +
                    ", not of rectification");
  RECOURSE_LET(const SubjectId subject, verified_subject(state, dsr));
  RECOURSE_TRY(check_granted(dsr));
  Draft draft{state, context, {}};
  ValueCorrected corrected;
  corrected.subject = subject;
  corrected.position = command.position;
  corrected.path = command.path;
  corrected.value = seal_json(command.value_json, {subject.value()});
  corrected.dsr = command.dsr;
  draft.add(command.dsr.value(), std::move(corrected));
  draft.add(command.dsr.value(), DsrCompleted{command.dsr, "done", {}});
  return std::move(draft.events);
}

Result<Events> answer_dsr(State& state, const AnswerDsr& command, const DecisionContext& context) {
  RECOURSE_TRY(admin_only(context));
  RECOURSE_LET(const DsrState dsr, open_dsr(state, command.dsr));
  if (dsr.kind != DsrKind::access && dsr.kind != DsrKind::portability)
    return conflict("the request is one of " + std::string(word(dsr.kind)) + ", not of access");
  RECOURSE_LET(const SubjectId subject, verified_subject(state, dsr));
  RECOURSE_TRY(check_granted(dsr));
  Draft draft{state, context, {}};
  const std::string& stream = command.dsr.value();
  for (const DecisionExplained& one : command.explained) draft.add(stream, one);
  const Clear purpose(dsr.kind == DsrKind::access ? "gdpr-15" : "gdpr-20");
  draft.add(stream, DisclosureMade{"subject", purpose, command.fields, subject, command.dsr});
  ExportCreated created;
  created.tenant = TenantId(command.tenant);
  created.format = "subject";
  created.end = command.end;
  created.purpose = purpose;
  created.recipient = "subject";
  created.manifest = command.answer;
  draft.add(stream, std::move(created));
  draft.add(stream, DsrCompleted{command.dsr, "done", command.answer});
  return std::move(draft.events);
}

}  // namespace recourse
