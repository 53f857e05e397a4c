#include "engine/decision/registers.h"

#include <algorithm>
#include <array>

#include "engine/event/catalogue.h"

namespace recourse {

namespace {

bool lists(std::string_view names, std::string_view member) {
  std::size_t begin = 0;
  while (begin < names.size()) {
    const std::size_t end = std::min(names.find(' ', begin), names.size());
    if (names.substr(begin, end - begin) == member) return true;
    begin = end + 1;
  }
  return false;
}

}  // namespace

bool RecordRule::fills(std::string_view member) const { return lists(filled, member); }
bool RecordRule::has_default(std::string_view member) const { return lists(defaulted, member); }

std::span<const RecordRule> record_rules() {
  using R = Role;
  // clang-format off
  static constexpr auto kRules = std::to_array<RecordRule>({
      {"access.requested", "Somebody is to get a role", R::agent, false, "request"},
      {"access.granted", "Give the role that was asked for", R::admin, false, "grant principal role scope approved_by"},
      {"access.terminated", "Somebody leaves, or needs the access no more", R::manager, false, "notice"},
      {"access.removed", "Take a role away; all of somebody's keys are revoked", R::admin, false, "keys_revoked"},
      {"access.review_opened", "Begin a review of everybody who holds a key", R::manager, false, "review accounts"},
      {"access.reviewed", "Say of one account whether it is kept", R::manager, false, "role"},
      {"access.review_closed", "End a review", R::manager, false, "kept removed open"},
      {"change.requested", "Something that decides what agents do is to be another one", R::operator_, false, "change"},
      {"change.approved", "Agree to a change that another person asked for", R::manager, false, ""},
      {"change.activated", "A change is in force from now on", R::manager, false, "kind what digest"},
      {"change.reviewed", "Look at an emergency change afterwards", R::manager, false, ""},
      {"alert.raised", "Something needs to be looked at", R::operator_, true, "alert", "severity triage_due_at"},
      {"alert.triaged", "Say what an alert is", R::operator_, false, ""},
      {"alert.closed", "Nothing is left to do about an alert", R::operator_, false, ""},
      {"incident.opened", "Declare an incident", R::operator_, false, "incident kind rollback step"},
      {"incident.progressed", "A declared incident is contained, eradicated, recovered from or reviewed", R::operator_, false, ""},
      {"incident.followup_added", "Something is left to do about an incident", R::operator_, false, "item"},
      {"incident.followup_done", "It is done", R::operator_, false, ""},
      {"mandate.granted", "Answer for what an agent does without being approved each time", R::admin, false, "mandate"},
      {"mandate.revoked", "Answer for it no more", R::admin, false, ""},
      {"oversight.assigned", "A person watches over an agent", R::admin, false, ""},
      {"provider.notified", "The provider of a model or a tool was told", R::manager, false, ""},
      {"disclosure.ai_shown", "A customer was told that an AI writes", R::agent, true, ""},
      {"exception.answered", "Say what becomes of an exception that a control's test found", R::manager, false, ""},
  });
  // clang-format on
  return kRules;
}

const RecordRule* find_record_rule(std::string_view type) {
  for (const RecordRule& rule : record_rules())
    if (rule.type == type) return &rule;
  return nullptr;
}

namespace {

struct EntryOf {
  std::string operator()(const AccessRequested& e) const { return e.request.value(); }
  std::string operator()(const AccessGranted& e) const { return e.grant.value(); }
  std::string operator()(const AccessTerminated& e) const { return e.notice.value(); }
  std::string operator()(const AccessReviewOpened& e) const { return e.review.value(); }
  std::string operator()(const AccessReviewed& e) const { return e.review.value(); }
  std::string operator()(const AccessReviewClosed& e) const { return e.review.value(); }
  std::string operator()(const ChangeRequested& e) const { return e.change.value(); }
  std::string operator()(const ChangeApproved& e) const { return e.change.value(); }
  std::string operator()(const ChangeActivated& e) const { return e.change.value(); }
  std::string operator()(const ChangeReviewed& e) const { return e.change.value(); }
  std::string operator()(const AlertRaised& e) const { return e.alert.value(); }
  std::string operator()(const AlertTriaged& e) const { return e.alert.value(); }
  std::string operator()(const AlertClosed& e) const { return e.alert.value(); }
  std::string operator()(const IncidentOpened& e) const { return e.incident.value(); }
  std::string operator()(const IncidentProgressed& e) const { return e.incident.value(); }
  std::string operator()(const IncidentFollowUpAdded& e) const { return e.item.value(); }
  std::string operator()(const IncidentFollowUpDone& e) const { return e.item.value(); }
  std::string operator()(const MandateGranted& e) const { return e.mandate.value(); }
  std::string operator()(const MandateRevoked& e) const { return e.mandate.value(); }
  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }
};

}  // namespace

std::string entry_of(const EventData& fact) { return visit(EntryOf(), fact); }

}  // namespace recourse
