#include <algorithm>

#include "engine/ledger/request_record.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/stage.h"
#include "engine/ledger/vault_record.h"
#include "engine/privacy/seal.h"

namespace recourse {
namespace {

/// Both sorted, without repeats.
void add_subjects(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& subject : more) {
    const auto at = std::lower_bound(all.begin(), all.end(), subject);
    if (at == all.end() || *at != subject) all.insert(at, subject);
  }
}

/// Whom an event is about whose request may have named an address, though nothing in it is sealed.
std::optional<SubjectId> asked_about(const EventData& data) {
  if (const auto* const received = get_if<DsrReceived>(&data)) return received->subject;
  if (const auto* const verified = get_if<DsrIdentityVerified>(&data)) return verified->subject;
  return std::nullopt;
}

}  // namespace

Status Stage::seal_all(Growth& growth, RecordedEvent& event, StagedEvent& staged) {
  Status status;
  SealedOrdinal ordinal = 0;
  for_each_sealed(event.data, [&](const std::string& pointer, Sealed& sealed) {
    if (!status) return;
    if (staged.month.empty()) staged.month = month_of(event.time);
    status = seal_one(growth, event, staged, pointer, ordinal++, sealed);
  });
  // The salt has to go with the person, or a guessed address could be tried out for ever.
  if (const auto subject = asked_about(event.data)) add_subjects(staged.subjects, {subject->value()});
  return status;
}

Status Stage::seal_one(const Growth& growth, const RecordedEvent& event, StagedEvent& staged,
                       const std::string& pointer, SealedOrdinal ordinal, Sealed& sealed) {
  if (sealed.json.empty())
    return Error{ErrorCode::invalid, "the sealed value at " + pointer + " has no content"};
  if (ordinal == kRequestSalt)
    return Error{ErrorCode::too_large, "an event has at most 65535 sealed values"};
  const LedgerInfo& info = growth.now.info;
  VaultRecord record;
  record.event_id = event.id.value();
  record.pointer = pointer;
  record.retention = sealed.retention;
  record.month = staged.month;
  record.subjects = sealed.subjects;
  if (!fits_vault_record(record))
    return Error{ErrorCode::too_large, "the sealed value at " + pointer +
                                           " names more than 255 subjects or too long ones"};
  RECOURSE_LET(const FieldKey key, keys_.obtain({info.first_origin(), info.ledger, sealed.subjects,
                                                 sealed.retention, staged.month}));
  const SealHeader header{event.id.value(), pointer};
  const Rho rho = random_.bytes<32>();
  record.commitment = sealed.commitment = recourse::commit(rho, header, sealed.json);
  record.sealed = seal(key, header, random_.bytes<12>(), rho, sealed.json);
  put_framed(batch_, store_.family(Family::vault),
             VaultKey{info.ledger, staged.subject_group, event.position, ordinal}.bytes(),
             vault_record_bytes(record));
  if (staged.retention.empty()) staged.retention = sealed.retention;
  add_subjects(staged.subjects, sealed.subjects);
  // From here on the value is in the vault only: what folds this event live must not see more than
  // what folds it again later.
  sealed.json.clear();
  return {};
}

void Stage::add_request(LedgerId ledger, const Hash& request_key, Position first,
                        std::uint32_t count, std::string_view request_fingerprint) {
  const Growth* const growth = find(ledger);
  RECOURSE_ASSERT(growth != nullptr, "a request belongs to a ledger");
  const LedgerInfo& info = growth->now.info;
  const std::uint64_t staged_from = growth->now.tail.size();
  RECOURSE_ASSERT(
      count > 0 && first.value() >= staged_from && first.value() + count <= growth->next(),
      "a request is staged after its events");
  const auto events = std::span(growth->events).subspan(first.value() - staged_from, count);
  VaultRecord salt;
  salt.event_id = events[0].id.value();
  salt.pointer = kRequestPointer;
  for (const StagedEvent& event : events) {
    if (salt.retention.empty()) salt.retention = event.retention;
    add_subjects(salt.subjects, event.subjects);
  }
  if (salt.retention.empty()) salt.retention = Sealed().retention;
  salt.month = month_of(growth->staged_time);

  StoredRequest request;
  request.first = first;
  request.count = count;
  request.subject_group = events[0].subject_group;
  // Without a salt the key alone decides, as after an erasure: better than refusing the events.
  const Result<FieldKey> key = fits_vault_record(salt)
                                   ? keys_.obtain({info.first_origin(), info.ledger, salt.subjects,
                                                   salt.retention, salt.month})
                                   : Error{ErrorCode::too_large, "too many subjects"};
  if (key) {
    const SealHeader header{salt.event_id, salt.pointer};
    const Rho rho = random_.bytes<32>();
    request.fingerprint = recourse::commit(rho, header, request_fingerprint);
    salt.sealed = seal(*key, header, random_.bytes<12>(), rho, "");
    put_framed(batch_, store_.family(Family::vault),
               VaultKey{info.ledger, request.subject_group, first, kRequestSalt}.bytes(),
               vault_record_bytes(salt));
  }
  put_framed(batch_, store_.family(Family::requests), request_row_key(ledger, request_key),
             request_record_bytes(request));
}

}  // namespace recourse
