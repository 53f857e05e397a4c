#include <algorithm>
#include <array>

#include "engine/decision/draft.h"
#include "engine/decision/registers.h"
#include "engine/event/clear_names.h"
#include "engine/policy/action_types.h"

namespace recourse {
namespace {

using Hours = std::chrono::hours;

constexpr Hours kLongestMandate{24 * 366};

/// Stands for the answer to "by when?" where nobody said it.
Hours triage_within(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return Hours(1);
    case Severity::high:
      return Hours(4);
    case Severity::medium:
      return Hours(24);
    case Severity::low:
      return Hours(72);
  }
  return Hours(24);
}

/// Roles in ascending order; an auditor puts nothing on record but reads all of it.
int rank(Role role) {
  constexpr std::array kOrder{Role::viewer, Role::agent, Role::operator_, Role::manager,
                              Role::admin};
  const auto found = std::find(kOrder.begin(), kOrder.end(), role);
  return found == kOrder.end() ? -1 : static_cast<int>(found - kOrder.begin());
}

/// What name@version is put into force. No address looks like it.
bool is_versioned_name(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return is_code(text);
  const std::string_view version = text.substr(at + 1);
  const auto digit = [](std::string_view part) {
    return !part.empty() && part.front() >= '0' && part.front() <= '9';
  };
  return is_code(text.substr(0, at)) && is_code(version) &&
         (digit(version) || (version.front() == 'v' && digit(version.substr(1))));
}

/// RC-02/0000000000000117, of the meta ledger RC-22/meta/0000000000000012.
bool is_exception_id(std::string_view text) {
  constexpr std::string_view kForm = "RC-dd/", kMeta = "meta/";
  constexpr std::size_t kPosition = 16;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() < kForm.size() || !text.starts_with("RC-") || text[5] != '/') return false;
  if (!digit(text[3]) || !digit(text[4])) return false;
  text.remove_prefix(kForm.size());
  if (text.starts_with(kMeta)) text.remove_prefix(kMeta.size());
  return text.size() == kPosition && std::all_of(text.begin(), text.end(), digit);
}

class Recording {
 public:
  Recording(State& state, const RecordContext& context)
      : state_(state), context_(context), draft_{state, context.decision, {}} {}

  Result<Events> take(const EventData& fact) {
    EventData completed;
    Status good;
    visit(
        [&](const auto& given) {
          auto event = given;
          good = complete(event);
          completed = std::move(event);
        },
        fact);
    RECOURSE_TRY(good);
    const std::string entry = entry_of(completed);
    draft_.add(entry.empty() ? stream_ : entry, std::move(completed));
    return std::move(draft_.events);
  }

 private:
  // ---- Access ------------------------------------------------------------------------------

  Status complete(AccessRequested& e) {
    e.request = draft_.make<EntryId>("acr_");
    if (e.principal.value().empty()) return invalid("principal: who is to get the role");
    RECOURSE_TRY(check_code("scope", e.scope));
    return check_code("reference", e.reference);
  }

  Status complete(AccessGranted& e) {
    e.grant = draft_.make<EntryId>("acg_");
    if (!e.request) return invalid("request: the id of the access.requested that this follows");
    RECOURSE_LET(const EntryState request,
                 open_entry(*e.request, EntryKind::access_request, {EntryStatus::open}, "granted"));
    const PrincipalId& by = context_.decision.principal.id;
    if (request.about == by || request.by == by)
      RECOURSE_TRY(set_aside("self_approval", request.entry,
                             "who asked for the access, or gets it, cannot grant it: another "
                             "admin has to"));
    e.principal = request.about.value_or(PrincipalId());
    e.role = request.role.value_or(Role::viewer);
    e.scope = request.scope;
    e.approved_by = by;
    if (e.expires_at && *e.expires_at <= now()) return invalid("expires_at: in the future");
    return check_code("reference", e.reference);
  }

  Status complete(AccessTerminated& e) {
    e.notice = draft_.make<EntryId>("acn_");
    return check_code("reference", e.reference);
  }

  Status complete(AccessRemoved& e) {
    stream_ = "ctl_access";
    if (e.grant) {
      RECOURSE_LET(const EntryState grant,
                   open_entry(*e.grant, EntryKind::access_grant, {EntryStatus::active}, "removed"));
      if (grant.about != e.principal) return conflict("this grant is another principal's");
    }
    if (e.notice) {
      RECOURSE_LET(const EntryState notice, open_entry(*e.notice, EntryKind::access_notice,
                                                       {EntryStatus::open}, "followed"));
      if (notice.about != e.principal) return conflict("this notice is about another principal");
    }
    return {};
  }

  Status complete(AccessReviewOpened& e) {
    e.review = draft_.make<EntryId>("rvw_");
    if (!is_code(e.cycle.text)) return invalid("cycle: a name such as 2026-Q1");
    if (e.due_at <= now()) return invalid("due_at: in the future");
    e.accounts = context_.accounts;
    if (e.accounts.empty()) return conflict("nobody holds a key: there is nothing to review");
    if (e.accounts.size() > kMaxReviewedAccounts)
      return Error{ErrorCode::too_large,
                   "more than 512 accounts: revoke keys that nobody uses, or review by tenant"};
    return {};
  }

  Status complete(AccessReviewed& e) {
    RECOURSE_LET(const EntryState review,
                 open_entry(e.review, EntryKind::access_review, {EntryStatus::open}, "answered"));
    const auto& open = review.accounts;
    if (std::find(open.begin(), open.end(), e.principal) == open.end())
      return conflict(e.principal.value() + " is not among the accounts that are left in " +
                      e.review.value());
    if (e.principal == context_.decision.principal.id)
      return set_aside("own_access", review.entry, "nobody reviews the access of his own");
    return {};
  }

  Status complete(AccessReviewClosed& e) {
    RECOURSE_LET(const EntryState review,
                 open_entry(e.review, EntryKind::access_review, {EntryStatus::open}, "closed"));
    e.kept = review.kept;
    e.removed = review.removed;
    e.open = static_cast<std::int64_t>(review.accounts.size());
    return {};
  }

  // ---- Changes -----------------------------------------------------------------------------

  Status complete(ChangeRequested& e) {
    e.change = draft_.make<EntryId>("chg_");
    if (!is_versioned_name(e.what.text))
      return invalid("what: a name, and its version after an @, such as triage-prompt@12");
    return check_code("test", e.test);
  }

  Status complete(ChangeApproved& e) {
    RECOURSE_LET(const EntryState change,
                 open_entry(e.change, EntryKind::change, {EntryStatus::open, EntryStatus::active},
                            "approved"));
    if (change.approved_by) return conflict("it is approved already");
    if (change.by == context_.decision.principal.id)
      return set_aside("self_approval", change.entry,
                       "who asked for a change cannot approve it: another person has to");
    return {};
  }

  Status complete(ChangeActivated& e) {
    RECOURSE_LET(const EntryState change,
                 open_entry(e.change, EntryKind::change, {EntryStatus::open, EntryStatus::approved},
                            "activated"));
    if (change.status == EntryStatus::open && !change.emergency)
      return conflict(
          "nobody has approved it: record change.approved first, or ask for it with "
          "emergency=true");
    e.kind = change.change.value_or(ChangeKind::other);
    e.what = change.what.value_or(Clear());
    e.digest = change.digest;
    return {};
  }

  Status complete(ChangeReviewed& e) {
    RECOURSE_LET(const EntryState change,
                 open_entry(e.change, EntryKind::change, {EntryStatus::active}, "reviewed"));
    if (!change.emergency) return conflict("it was approved before: only emergencies are reviewed");
    if (change.reviewed) return conflict("it is reviewed already");
    if (change.by == context_.decision.principal.id)
      return set_aside("self_approval", change.entry, "who asked for a change cannot review it");
    return {};
  }

  // ---- Alerts, incidents -------------------------------------------------------------------

  Status complete(AlertRaised& e) {
    e.alert = draft_.make<EntryId>("alr_");
    if (!is_code(e.rule.text)) return invalid("rule: a code");
    if (e.triage_due_at == Timestamp()) e.triage_due_at = now() + triage_within(e.severity);
    return check_code("about", e.about);
  }

  Status complete(AlertTriaged& e) {
    RECOURSE_TRY(open_entry(e.alert, EntryKind::alert, {EntryStatus::open}, "triaged"));
    if (!is_code(e.verdict.text)) return invalid("verdict: a code such as real or false_alarm");
    return e.incident ? check_incident(*e.incident) : Status();
  }

  Status complete(AlertClosed& e) {
    RECOURSE_TRY(open_entry(e.alert, EntryKind::alert, {EntryStatus::triaged}, "closed"));
    if (!e.reason_code) return invalid("reason_code: why nothing is left to do, a code");
    return check_code("reason_code", e.reason_code);
  }

  Status complete(IncidentOpened& e) {
    e.incident = draft_.make<IncidentId>("inc_");
    e.kind = IncidentKind::declared;
    if (!e.severity) return invalid("severity: low, medium, high or critical");
    if (!e.due_at) e.due_at = now() + triage_within(*e.severity);
    if (e.alert && known(*e.alert, EntryKind::alert) == nullptr)
      return not_found("alert", e.alert->value());
    if (e.ticket && !is_ticket(*e.ticket)) return not_found("ticket", e.ticket->value());
    const ActionState* const action = e.action ? state_.actions.find(*e.action) : nullptr;
    if (e.action && (action == nullptr || action->ticket.value().empty()))
      return not_found("action", e.action->value());
    return {};
  }

  Status complete(IncidentProgressed& e) {
    stream_ = e.incident.value();
    RECOURSE_TRY(check_incident(e.incident));
    const IncidentState incident = *state_.incidents.find(e.incident);
    if (!incident.open) return conflict("the incident is closed");
    if (incident.stage && *incident.stage >= e.stage)
      return conflict("it is " + std::string(word(*incident.stage)) + " already");
    if (e.stage == IncidentStage::reviewed && !e.root_cause)
      return invalid("root_cause: a code, when the stage is reviewed");
    return check_code("root_cause", e.root_cause);
  }

  Status complete(IncidentFollowUpAdded& e) {
    e.item = draft_.make<EntryId>("itm_");
    RECOURSE_TRY(check_incident(e.incident));
    return e.due_at > now() ? Status() : invalid("due_at: in the future");
  }

  Status complete(IncidentFollowUpDone& e) {
    RECOURSE_LET(const EntryState item,
                 open_entry(e.item, EntryKind::incident_item, {EntryStatus::open}, "done"));
    return item.incident == e.incident ? Status() : conflict("it belongs to another incident");
  }

  // ---- Who answers for agents --------------------------------------------------------------

  Status complete(MandateGranted& e) {
    e.mandate = draft_.make<EntryId>("mnd_");
    if (!e.agent.value().starts_with("agt_")) return invalid("agent: an id that begins with agt_");
    if (e.expires_at <= now() || e.expires_at > now() + kLongestMandate)
      return invalid("expires_at: within the next 366 days");
    if (e.max_amount_minor.has_value() != e.currency.has_value())
      return invalid("max_amount_minor and currency: both or neither");
    if (e.max_amount_minor.value_or(0) < 0 || e.max_per_day.value_or(0) < 0)
      return invalid("max_amount_minor, max_per_day: 0 or more");
    for (const Clear& type : e.types)
      if (find_action_type(type.text) == nullptr)
        return invalid("there is no action type " + type.text);
    return check_code("currency", e.currency);
  }

  Status complete(MandateRevoked& e) {
    RECOURSE_TRY(open_entry(e.mandate, EntryKind::mandate, {EntryStatus::active}, "revoked"));
    return {};
  }

  Status complete(OversightAssigned& e) {
    stream_ = "ctl_oversight";
    if (!e.person.value().starts_with("usr_"))
      return invalid("person: an id that begins with usr_");
    return is_code(e.competence.text) ? Status() : invalid("competence: a code");
  }

  Status complete(ProviderNotified& e) {
    stream_ = "ctl_provider";
    if (!is_code(e.provider.text) || !is_code(e.cause.text))
      return invalid("provider, cause: codes");
    RECOURSE_TRY(check_code("reference", e.reference));
    return e.incident ? check_incident(*e.incident) : Status();
  }

  Status complete(AiDisclosed& e) {
    const TicketState* const ticket = state_.tickets.find(e.ticket);
    if (ticket == nullptr || !is_ticket(e.ticket)) return not_found("ticket", e.ticket.value());
    draft_.ticket = *ticket;
    stream_ = e.ticket.value();
    if (!is_versioned_name(e.text.text))
      return invalid("text: the name and version of what was shown");
    return is_code(e.channel.text) ? Status() : invalid("channel: a code");
  }

  Status complete(ExceptionAnswered& e) {
    stream_ = "ctl_exceptions";
    if (!is_exception_id(e.exception.text))
      return invalid("exception: as the report names it, such as RC-02/0000000000000117");
    if (e.status == ExceptionStatus::accepted && (!e.owner || !e.until || *e.until <= now()))
      return invalid("what is accepted needs owner, and until in the future");
    if (e.status == ExceptionStatus::remediated && e.remediation.empty())
      return invalid("remediation: the ids of the events that put it right");
    return {};
  }

  /// Everything else is decided where it belongs.
  template <class Other>
  Status complete(Other&) {
    return Error{ErrorCode::forbidden, "this is not put on record by people"};
  }

  // ---- What they have in common ------------------------------------------------------------

  Timestamp now() const { return context_.decision.now; }

  static Status check_code(std::string_view name, const std::optional<Clear>& text) {
    if (!text || is_code(text->text)) return {};
    return invalid(std::string(name) + ": 1 to 128 of A-Za-z0-9_.:/-");
  }

  const EntryState* known(const EntryId& id, EntryKind kind) {
    const EntryState* const found = state_.entries.find(id);
    return found != nullptr && found->kind == kind && !found->entry.value().empty() ? found
                                                                                    : nullptr;
  }

  Result<EntryState> open_entry(const EntryId& id, EntryKind kind,
                                std::initializer_list<EntryStatus> from, std::string_view to) {
    const EntryState* const found = known(id, kind);
    if (found == nullptr) return not_found(word(kind), id.value());
    if (std::find(from.begin(), from.end(), found->status) == from.end())
      return conflict(id.value() + " is " + std::string(word(found->status)) + " and cannot be " +
                      std::string(to));
    return *found;
  }

  bool is_ticket(const TicketId& id) {
    const TicketState* const ticket = state_.tickets.find(id);
    return ticket != nullptr && ticket->next_version > 0;
  }

  Status check_incident(const IncidentId& id) {
    const IncidentState* const incident = state_.incidents.find(id);
    return incident != nullptr && incident->next_version > 0 ? Status()
                                                             : not_found("incident", id.value());
  }

  /// A second person is needed; while there is one admin, he may do it and that is on record.
  Status set_aside(std::string_view rule, const EntryId& entry, std::string why_not) {
    const Principal& by = context_.decision.principal;
    if (context_.decision.admins > 1 || by.role != Role::admin)
      return Error{ErrorCode::forbidden, std::move(why_not)};
    draft_.add(entry.value(), BypassGranted{Clear(rule), by.id, "single_admin", {}, {}});
    return {};
  }

  State& state_;
  const RecordContext& context_;
  Draft draft_;
  std::string stream_;
};

}  // namespace

Status may_record(const RecordRule& rule, const Principal& by) {
  if (by.kind == ActorType::system) return {};
  if (by.kind != ActorType::human && !rule.machines)
    return Error{ErrorCode::forbidden, "only a person may record " + std::string(rule.type)};
  const Role least = by.kind == ActorType::human ? rule.least : Role::agent;
  if (rank(by.role) >= rank(least)) return {};
  return Error{ErrorCode::forbidden, "to record " + std::string(rule.type) + " takes the role " +
                                         std::string(word(least)) + " or a higher one"};
}

Result<Events> record_fact(State& state, const EventData& fact, const RecordContext& context) {
  constexpr std::string_view kBefore = "recourse.";
  std::string_view type = type_of(fact).substr(kBefore.size());
  type = type.substr(0, type.rfind('.'));
  const RecordRule* const rule = find_record_rule(type);
  if (rule == nullptr) return not_found("kind of record", type);
  RECOURSE_TRY(may_record(*rule, context.decision.principal));
  return Recording(state, context).take(fact);
}

}  // namespace recourse
