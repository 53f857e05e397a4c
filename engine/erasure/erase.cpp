#include "engine/erasure/erase.h"

#include "engine/base/failpoint.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/erasure/trace_person.h"
#include "engine/ledger/sealed_places.h"
#include "engine/privacy/key_store.h"
#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

Principal own_principal() {
  return {PrincipalId("sys_privacy"), ActorType::system, Role::admin, {}, {}};
}

/// What the request is about, walked over up to now. Null while nobody is known to ask.
Result<std::shared_ptr<PersonTrace>> trace_of(Writer& writer, LedgerId id, const EntryId& dsr) {
  RECOURSE_LET(const DsrState row, dsr_row(writer.views(), id, dsr));
  if (!row.subject) return std::shared_ptr<PersonTrace>();
  auto trace = std::make_shared<PersonTrace>(id, *row.subject);
  RECOURSE_TRY(trace->walk_on(writer.ledger()));
  return trace;
}

/// What came in since the walk, on the writer's thread. Nothing when nobody is known to ask.
Result<SubjectTrace> rest_of(DecisionStep& step, const EntryId& dsr,
                             const std::shared_ptr<PersonTrace>& trace) {
  const DsrState* const row = step.state.dsrs.find(dsr);
  if (row == nullptr || !row->subject) return SubjectTrace();
  if (!trace || trace->person() != *row->subject)
    return conflict("the request is about somebody else by now: try again");
  RECOURSE_TRY(trace->walk_on(step.ledger));
  return trace->summary(step.ledger);
}

/// The deferred erasures of a tenant that no hold is known to forbid any more.
Result<std::vector<EntryId>> released(Writer& writer, const TenantId& tenant) {
  std::vector<EntryId> due;
  RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
  RECOURSE_LET(const PrivacyState open, privacy_row(writer.views(), info.ledger));
  for (const EntryId& dsr : open.deferred) {
    RECOURSE_LET(const DsrState row, dsr_row(writer.views(), info.ledger, dsr));
    bool held = false;
    for (const EntryId& hold : row.holds) {
      RECOURSE_LET(const HoldState state, hold_row(writer.views(), info.ledger, hold));
      held = held || !state.released;
    }
    if (!held) due.push_back(dsr);
  }
  return due;
}

/// False: another hold came in between.
Result<bool> erase_now(Writer& writer, const TenantId& tenant, const EntryId& dsr,
                       const NoteDestruction& note) {
  RECOURSE_LET(WriteRequest request, erase_request(writer, tenant, dsr, note));
  request.principal = own_principal();
  RECOURSE_LET(const Committed done, writer.handle(std::move(request)));
  return holds_alternative<SubjectErased>(done.events.front().data);
}

/// The `subject` attribute of the event whose sealed value a correction names.
Result<std::string> group_of_value(const Ledger& ledger, LedgerId id, const SubjectId& person,
                                   const CorrectValue& command) {
  const Position at(static_cast<std::uint64_t>(command.position));
  const Error nothing{ErrorCode::not_found, "position " + std::to_string(command.position) +
                                                " has no sealed value of this person"};
  if (at.value() >= ledger.head(id).size.value()) return nothing;
  std::optional<std::string> group;
  std::string pointers;
  RECOURSE_TRY(each_sealed_of(ledger, id, at, Position(at.value() + 1), {person.value()},
                              [&](const MetSealed& met) {
                                if (met.pointer == command.path) group = met.event.subject;
                                pointers += (pointers.empty() ? "" : ", ") + met.pointer;
                              }));
  if (pointers.empty()) return nothing;
  if (!group)
    return Error{ErrorCode::invalid,
                 "path: the JSON pointer of a sealed value of this person, here " + pointers};
  return std::move(*group);
}

/// The requests of a person that are open, as of the rows.
Result<std::vector<EntryId>> open_requests(const ViewStore& views, LedgerId id,
                                           const SubjectId& person) {
  std::vector<EntryId> open;
  std::string unreadable;
  RECOURSE_TRY(views.each(kDecisionState, id, "dsr/", "", ViewStore::Order::forward,
                          [&](std::string_view key, std::string_view json) {
                            DsrState row;
                            if (!decode_row(json, row)) return unreadable = key, false;
                            if (row.subject == person && row.status != DsrStatus::completed)
                              open.push_back(row.dsr);
                            return true;
                          }));
  if (unreadable.empty()) return open;
  return Error{ErrorCode::corrupt, "the row " + unreadable + " cannot be read: rebuild"};
}

}  // namespace

Status check_person(const Ledger& ledger, LedgerId id, const SubjectId& person) {
  const Result<Key> key = ledger.keys().find(KeyName::subject(id, person.value()));
  if (key) return {};
  switch (key.error().code) {
    case ErrorCode::not_found:
      return Error{ErrorCode::not_found, "no subject " + person.value() +
                                             ": name one of the tenant's subjects (sub_...), or "
                                             "give an address"};
    case ErrorCode::erased:
      return conflict("the subject " + person.value() +
                      " was erased already: nothing of this person is left");
    default:
      return key.error();
  }
}

Result<SubjectId> person_at(const Ledger& ledger, LedgerId id, std::string_view address) {
  Result<SubjectId> found = ledger.keys().find_subject(id, address);
  if (!found && found.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found,
                 "nobody is known by this address: it never wrote, or was erased"};
  return found;
}

Result<std::optional<SubjectId>> NamedPerson::find(const Ledger& ledger, LedgerId id) const {
  std::optional<SubjectId> found;
  if (subject) found = SubjectId(*subject);
  if (!subject && address) {
    RECOURSE_LET(found, person_at(ledger, id, *address));
  }
  if (found) RECOURSE_TRY(check_person(ledger, id, *found));
  return found;
}

WriteRequest receive_request(TenantId tenant, ReceiveDsr command, NamedPerson person) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.decide = [command = std::move(command),
                    person = std::move(person)](DecisionStep& step) -> Result<Events> {
    ReceiveDsr complete = command;
    RECOURSE_LET(complete.subject, person.find(step.ledger, step.id));
    return receive_dsr(step.state, complete, step.context);
  };
  return request;
}

WriteRequest verify_request(TenantId tenant, VerifyIdentity command, NamedPerson person) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.decide = [command = std::move(command),
                    person = std::move(person)](DecisionStep& step) -> Result<Events> {
    VerifyIdentity complete = command;
    RECOURSE_LET(std::optional<SubjectId> found, person.find(step.ledger, step.id));
    const DsrState* const row = step.state.dsrs.find(command.dsr);
    if (!found && row != nullptr) {
      found = row->subject;
      if (!found)
        return Error{ErrorCode::invalid,
                     "the request does not say whom it is about: name the person by subject or "
                     "email"};
      RECOURSE_TRY(check_person(step.ledger, step.id, *found));
    }
    complete.subject = found.value_or(SubjectId());
    return verify_identity(step.state, complete, step.context);
  };
  return request;
}

WriteRequest correct_request(TenantId tenant, CorrectValue command) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.decide = [command = std::move(command)](DecisionStep& step) -> Result<Events> {
    RECOURSE_LET(Events events, correct_value(step.state, command, step.context));
    const DsrState* const row = step.state.dsrs.find(command.dsr);
    RECOURSE_ASSERT(row != nullptr && row->subject, "a decided correction has a subject");
    RECOURSE_LET(const std::string group,
                 group_of_value(step.ledger, step.id, *row->subject, command));
    // Beside the value that was wrong, so that whoever opens that one meets this one.
    for (NewEvent& event : events) event.subject = group;
    return events;
  };
  return request;
}

WriteRequest hold_request(Writer& writer, const TenantId& tenant, PlaceHold command,
                          NamedPerson person) {
  WriteRequest request;
  request.tenant = tenant;
  request.decide = [&writer, tenant, command = std::move(command),
                    person = std::move(person)](DecisionStep& step) -> Result<Events> {
    PlaceHold complete = command;
    RECOURSE_LET(const std::optional<SubjectId> found, person.find(step.ledger, step.id));
    if (found) {
      complete.subject = found;
    } else if (complete.subject) {
      RECOURSE_TRY(check_person(step.ledger, step.id, *complete.subject));
    }
    if (!writer.directory().is_person(tenant, command.requested_by))
      return Error{ErrorCode::invalid, "requested_by: " + command.requested_by.value() +
                                           " is no person of this tenant; name who asks for the "
                                           "hold, another one than who authorises it"};
    return place_hold(step.state, complete, step.context);
  };
  return request;
}

Result<WriteRequest> assess_request(Writer& writer, const TenantId& tenant, AssessDsr command) {
  RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
  RECOURSE_LET(const auto trace, trace_of(writer, info.ledger, command.dsr));
  WriteRequest request;
  request.tenant = tenant;
  request.alone = true;
  request.decide = [command = std::move(command), trace](DecisionStep& step) -> Result<Events> {
    AssessDsr complete = command;
    RECOURSE_LET(complete.trace, rest_of(step, command.dsr, trace));
    return assess_dsr(step.state, complete, step.context);
  };
  return request;
}

Result<WriteRequest> erase_request(Writer& writer, const TenantId& tenant, const EntryId& dsr,
                                   NoteDestruction note) {
  RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
  RECOURSE_LET(const auto trace, trace_of(writer, info.ledger, dsr));
  std::vector<EntryId> others;
  if (trace) {
    RECOURSE_LET(others, open_requests(writer.views(), info.ledger, trace->person()));
  }
  WriteRequest request;
  request.tenant = tenant;
  request.alone = true;
  request.decide = [dsr, trace, others](DecisionStep& step) -> Result<Events> {
    EraseSubject command{dsr, {}, others};
    RECOURSE_LET(command.trace, rest_of(step, dsr, trace));
    return erase_subject(step.state, command, step.context);
  };
  request.after_commit = [&ledger = writer.ledger(), info, trace,
                          note = std::move(note)](std::span<const RecordedEvent> events) -> Status {
    for (const RecordedEvent& event : events) {
      const auto* const erased = get_if<SubjectErased>(&event.data);
      if (erased == nullptr) continue;
      const KeyName key = KeyName::subject(info.ledger, erased->subject.value());
      if (note) RECOURSE_TRY(note(info.origin, std::span(&key, 1), event.time));
      FAILPOINT("before_key_destroyed");
      RECOURSE_TRY(ledger.keys().destroy(key));
      FAILPOINT("after_key_destroyed");
      RECOURSE_TRY(ledger.forget(info.ledger, trace->places()));
      FAILPOINT("after_vault_rows_removed");
      // All that this ledger recorded before was carried out before, by this very thread.
      RECOURSE_TRY(ledger.keys().set_carried_out(info.ledger, LogSize(event.position.value() + 1)));
    }
    return {};
  };
  return request;
}

Status sweep(Ledger& ledger) {
  RECOURSE_TRY(ledger.keys().compact());
  return ledger.compact_vault();
}

Result<std::size_t> run_deferred(Writer& writer, const NoteDestruction& note,
                                 FailedErasures* failed) {
  using Steady = std::chrono::steady_clock;
  std::size_t erased = 0;
  std::optional<Error> first;
  const auto keep = [&](const Error& error) {
    if (!first) first = error;
  };
  for (const TenantId& tenant : writer.directory().tenants()) {
    const Result<std::vector<EntryId>> due = released(writer, tenant);
    if (!due) keep(due.error());
    if (!due) continue;
    for (const EntryId& dsr : *due) {
      const std::string name = tenant.value() + '/' + dsr.value();
      if (failed != nullptr && failed->contains(name) && Steady::now() < failed->at(name)) continue;
      const Result<bool> done = erase_now(writer, tenant, dsr, note);
      if (failed != nullptr && done) failed->erase(name);
      if (failed != nullptr && !done) (*failed)[name] = Steady::now() + kFailedAgainAfter;
      if (done && *done) ++erased;
      if (!done && done.error().code != ErrorCode::conflict) keep(done.error());
    }
  }
  if (first) return *first;
  return erased;
}

}  // namespace recourse
