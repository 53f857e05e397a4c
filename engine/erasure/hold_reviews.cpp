#include "engine/erasure/hold_reviews.h"

#include "engine/base/sha256.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/writer/decision_state.h"

namespace recourse {
namespace {

constexpr std::chrono::days kTriage{7};

/// The same for the same date of review, so that it is raised once whoever looks.
EntryId alert_of(const HoldState& hold) {
  const Hash hash = sha256(hold.hold.value() + '/' + to_rfc3339(hold.review_at));
  return EntryId("alr_" + to_hex(as_text(hash)).substr(0, 26));
}

Status raise(Writer& writer, const TenantId& tenant, const HoldState& hold, std::size_t& raised) {
  WriteRequest request;
  request.tenant = tenant;
  request.principal = {PrincipalId("sys_privacy"), ActorType::system, Role::admin, {}, {}};
  bool is_new = false;
  request.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    const EntryId id = alert_of(hold);
    const EntryState* const known = step.state.entries.find(id);
    is_new = known == nullptr || known->entry != id;
    if (!is_new) return Error{ErrorCode::conflict, "the alert was raised already"};
    AlertRaised alert;
    alert.alert = id;
    alert.rule = Clear("hold_review_due");
    alert.about = Clear(hold.hold.value());
    alert.triage_due_at = step.context.now + kTriage;
    const Actor actor{step.context.principal.kind, step.context.principal.id};
    return std::vector<NewEvent>{{id.value(), "", actor, "", "", std::move(alert)}};
  };
  const Outcome done = writer.handle(std::move(request));
  if (!done && is_new) return done.error();
  if (done) ++raised;
  return {};
}

Status look_at(Writer& writer, const TenantId& tenant, std::size_t& raised) {
  RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
  RECOURSE_LET(const PrivacyState open, privacy_row(writer.views(), info.ledger));
  for (const EntryId& id : open.holds) {
    RECOURSE_LET(const HoldState hold, hold_row(writer.views(), info.ledger, id));
    if (hold.review_at > writer.clock().now()) continue;
    const auto known =
        writer.views().row(kDecisionState, info.ledger, "entry/" + alert_of(hold).value());
    if (!known) RECOURSE_TRY(raise(writer, tenant, hold, raised));
  }
  return {};
}

}  // namespace

Result<std::size_t> alert_due_reviews(Writer& writer) {
  std::size_t raised = 0;
  std::optional<Error> first;
  for (const TenantId& tenant : writer.directory().tenants())
    if (const Status looked = look_at(writer, tenant, raised); !looked && !first)
      first = looked.error();
  if (first) return *first;
  return raised;
}

}  // namespace recourse
