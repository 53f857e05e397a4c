#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "engine/decision/decide_privacy.h"
#include "engine/ledger/destruction_journal.h"
#include "engine/privacy/key_name.h"
#include "engine/writer/writer.h"

namespace recourse {

// Requests to the writer for what needs the vault or the key store beside the decision. The caller
// sets principal and idempotency. They are decided on the writer's thread; what is slow is done
// here, so these functions are not for an I/O thread where they say so. All arguments outlive the
// request.

/// The standing of a person in the key store. Errors: not_found for one who never was; conflict for
/// one who was erased.
Status check_person(const Ledger& ledger, LedgerId id, const SubjectId& person);

/// Whom an address belongs to. Errors: not_found, also after an erasure; invalid.
Result<SubjectId> person_at(const Ledger& ledger, LedgerId id, std::string_view address);

/// A decision without more; a person that it names is checked first.
template <class Command>
WriteRequest privacy_request(TenantId tenant, Command command,
                             Result<Events> (*decide)(State&, const Command&,
                                                      const DecisionContext&),
                             std::optional<SubjectId> person = {}) {
  WriteRequest request;
  request.tenant = std::move(tenant);
  request.decide = [command = std::move(command), decide,
                    person = std::move(person)](DecisionStep& step) -> Result<Events> {
    if (person) RECOURSE_TRY(check_person(step.ledger, step.id, *person));
    return decide(step.state, command, step.context);
  };
  return request;
}

/// Whom a request names: by subject, by address, or not at all.
struct NamedPerson {
  std::optional<std::string> subject, address;

  /// Looked up, and checked as check_person() does. Nothing for nobody.
  Result<std::optional<SubjectId>> find(const Ledger& ledger, LedgerId id) const;
};
/// The person is looked up on the writer's thread, so that a repeat gets the answer of the first
/// request even when the person was erased since.
WriteRequest receive_request(TenantId tenant, ReceiveDsr command, NamedPerson person);
/// Nobody is named: the one whom the request is about.
WriteRequest verify_request(TenantId tenant, VerifyIdentity command, NamedPerson person);

/// The correction of a sealed value of the request's subject: the place is looked up in its leaf.
/// Errors, of the decision: not_found when the position has nothing of this person; invalid when
/// the path is not the JSON pointer of such a value.
WriteRequest correct_request(TenantId tenant, CorrectValue command);

/// A hold, over `person` where one is named, that somebody else asked for whom the tenant knows as
/// a person. `writer` outlives it. Errors, of the decision: invalid; those of find().
WriteRequest hold_request(Writer& writer, const TenantId& tenant, PlaceHold command,
                          NamedPerson person = {});

/// Walks over the ledger, so not for an I/O thread. Errors: not_found, corrupt.
Result<WriteRequest> assess_request(Writer& writer, const TenantId& tenant, AssessDsr command);

/// Erases the person of a request that was granted: subject.erased is durable, then the person's
/// keys are destroyed and the values leave the vault, then the answer is given. A crash in between
/// is made good by apply_destructions(). Walks over the ledger. Errors: as above; those of the
/// decision.
Result<WriteRequest> erase_request(Writer& writer, const TenantId& tenant, const EntryId& dsr,
                                   NoteDestruction note = {});

/// Rewrites the files of the key store and of the vault without what was destroyed. Slow. Errors:
/// io.
Status sweep(Ledger& ledger);

/// After how long something is tried again by itself that costs a walk and failed.
inline constexpr std::chrono::minutes kFailedAgainAfter{10};

/// Erasures that could not be executed, and when each is tried again: kept by who comes back often.
using FailedErasures = std::map<std::string, std::chrono::steady_clock::time_point>;

/// Executes every deferred erasure of which the holds were released. The number of persons erased.
/// Not for the writer's threads. Errors: the first one of erase_request, of the writer or of a
/// tenant's rows, after all others were tried.
Result<std::size_t> run_deferred(Writer& writer, const NoteDestruction& note = {},
                                 FailedErasures* failed = nullptr);

}  // namespace recourse
