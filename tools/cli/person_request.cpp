#include "tools/cli/person_request.h"

#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"
#include "tools/cli/print.h"

namespace recourse::cli {

Result<DsrState> PersonRequest::granted(DsrKind kind) {
  EntryId dsr(flags_.dsr);
  if (flags_.dsr.empty()) {
    RECOURSE_LET(dsr, receive(kind));
  }
  RECOURSE_LET(DsrState row, dsr_row(deployment_.views(), info_.ledger, dsr));
  if (!row.identity_verified) RECOURSE_TRY(verify(row));
  if (!row.verdict) RECOURSE_TRY(assess(dsr));
  return dsr_row(deployment_.views(), info_.ledger, dsr);
}

Result<Committed> PersonRequest::give(WriteRequest request) {
  request.principal =
      flags_.by.empty()
          ? Principal{PrincipalId("sys_operator"), ActorType::system, Role::admin, {}, {}}
          : Principal{PrincipalId(flags_.by), ActorType::human, Role::admin, {}, {}};
  return deployment_.writer().handle(std::move(request));
}

void PersonRequest::say(const std::string& line) const {
  if (!quiet_) print_line(line);
}

Result<SubjectId> PersonRequest::person() {
  if (!flags_.subject.empty()) return SubjectId(flags_.subject);
  if (flags_.email.empty())
    return Error{ErrorCode::invalid,
                 "the request does not say whom it is about: add --subject or --email"};
  return person_at(deployment_.ledger(), info_.ledger, flags_.email);
}

Result<EntryId> PersonRequest::receive(DsrKind kind) {
  RECOURSE_LET(const SubjectId subject, person());
  const ReceiveDsr command{kind, subject, "operator", {}};
  RECOURSE_LET(const Committed done,
               give(privacy_request(info_.tenant, command, &receive_dsr, subject)));
  const auto& received = get<DsrReceived>(done.events.front().data);
  say("Request " + received.dsr.value() + " (" + std::string(word(kind)) + ") of " +
      subject.value() + " is recorded; it is due " + to_rfc3339(received.due_at) + '.');
  return received.dsr;
}

Status PersonRequest::verify(const DsrState& row) {
  SubjectId subject = row.subject.value_or(SubjectId());
  if (!row.subject) {
    RECOURSE_LET(subject, person());
  }
  const VerifyIdentity command{row.dsr, subject, flags_.method};
  RECOURSE_TRY(give(privacy_request(info_.tenant, command, &verify_identity, subject)));
  say("The identity is verified: " + flags_.method + '.');
  return {};
}

Status PersonRequest::assess(const EntryId& dsr) {
  AssessDsr grant;
  grant.dsr = dsr;
  RECOURSE_LET(WriteRequest request,
               assess_request(deployment_.writer(), info_.tenant, std::move(grant)));
  RECOURSE_LET(const Committed done, give(std::move(request)));
  for (const RecordedEvent& event : done.events)
    if (const auto* deferred = get_if<ErasureDeferred>(&event.data))
      return deferred_by_holds(*deferred);
  say("It is granted: no hold stands in the way.");
  return {};
}

Error deferred_by_holds(const ErasureDeferred& deferred) {
  std::string holds;
  for (const EntryId& hold : deferred.holds) holds += ' ' + hold.value();
  return {ErrorCode::conflict,
          "a legal hold defers the erasure, and no agent uses the data until then:" + holds +
              "; release it, then run `recourse erase --dsr " + deferred.dsr.value() + '`'};
}

}  // namespace recourse::cli
