#pragma once

#include <algorithm>
#include <boost/mp11.hpp>
#include <cstddef>
#include <new>
#include <string_view>
#include <utility>

#include "engine/base/assert.h"
#include "engine/event/action_events.h"
#include "engine/event/approval_events.h"
#include "engine/event/connector_events.h"
#include "engine/event/control_events.h"
#include "engine/event/deployment_events.h"
#include "engine/event/experiment_events.h"
#include "engine/event/governance_events.h"
#include "engine/event/operation_events.h"
#include "engine/event/policy_events.h"
#include "engine/event/privacy_events.h"
#include "engine/event/resolution_events.h"
#include "engine/event/rollback_events.h"
#include "engine/event/sla_events.h"
#include "engine/event/ticket_events.h"

namespace recourse {

/// Every event there is, each described once in its header. What is not listed here cannot be
/// appended; docs and schemas/events are generated from this list.
using EventTypes = boost::mp11::mp_list<
    TicketOpened, TicketTriaged, TicketAssigned, TicketStatusChanged, TicketEscalated,
    TicketHandlerChanged, TicketReopened, TicketMerged, TicketUpdated, TicketAutomationChanged,
    TicketNoted, SlaApplied, SlaPaused, SlaResumed, SlaMet, SlaBreached, SlaWaived, MessageReceived,
    MessageSent, RunStarted, RunFinished, ActionProposed, PolicyDecided, ActionWithdrawn,
    ActionAmended, EffectHeld, EffectRecalled, EffectDispatched, EffectHeartbeat, EffectConfirmed,
    EffectRejected, EffectOutcomeUnknown, EffectReconciled, ConnectorConfigured, ConnectorRemoved,
    ApprovalRequested, ApprovalClaimed, ApprovalReleased, ApprovalEscalated, ApprovalVoted,
    ApprovalGranted, ApprovalRejected, ApprovalExpired, ApprovalStaled, ApprovalRevoked,
    ApprovalConsumed, BypassGranted, ResolutionAsserted, ResolutionAssumed, ResolutionConfirmed,
    ResolutionContradicted, ResolutionVoided, FollowUpScheduled, FollowUpPostponed, FollowUpSent,
    FollowUpSkipped, FollowUpAnswered, FollowUpMissed, FollowUpCancelled, FeedbackSubmitted,
    FeedbackRetracted, RollbackRequested, RollbackRefused, RollbackPlanned, RollbackPlanContinued,
    RollbackStaled, RollbackStarted, CompensationStarted, CompensationHeartbeat,
    CompensationSucceeded, CompensationFailed, CompensationOutcomeUnknown, CompensationSkipped,
    CompensationRecordedManually, CompensationRetried, RollbackStuck, RollbackPaused,
    RollbackResumed, RollbackCompleted, RollbackPartial, RollbackAborted, ActionBasedOn,
    ActionTainted, IncidentOpened, IncidentClosed, LogOpened, LogHeartbeat, LogAnchored,
    ClockAnomaly, HeadAccepted, KeyCreated, TenantCreated, PrincipalCreated, ApiKeyCreated,
    ApiKeyRevoked, AuthDenied, PolicyDrafted, PolicyBacktested, PolicyBacktestListed,
    PolicyActivated, PolicyRetired, PolicyReverted, KillswitchEngaged, KillswitchReleased,
    LimitReached, BreakerTransitioned, RolloutRamped, RolloutAssigned, GuardrailBreached,
    ExperimentStarted, ExperimentAssigned, ExperimentSrmDetected, ExperimentGuardrailBreached,
    ExperimentConcluded, SealedOpened, RecordUnreadable, ImportFinished, ProjectionRebuilt,
    ExportCreated, CommandRejected, AccessRequested, AccessGranted, AccessTerminated, AccessRemoved,
    AccessReviewOpened, AccessReviewed, AccessReviewClosed, ChangeRequested, ChangeApproved,
    ChangeActivated, ChangeReviewed, AlertRaised, AlertTriaged, AlertClosed, IncidentProgressed,
    IncidentFollowUpAdded, IncidentFollowUpDone, MandateGranted, MandateRevoked, OversightAssigned,
    ProviderNotified, AiDisclosed, DecisionExplained, IngressCounted, ControlTested,
    ReportGenerated, ExceptionAnswered, DsrReceived, DsrIdentityVerified, DsrAssessed, DsrExtended,
    DsrCompleted, ErasureDeferred, SubjectErased, KekEpochRetired, ErasureCertified,
    RecipientsNotified, ErasurePropagated, ValueCorrected, ProcessingRestricted, ProcessingReleased,
    HoldPlaced, HoldReviewed, HoldReleased, BucketDestroyed, DisclosureMade, BackupCompleted,
    BackupFailed, RestoreTested, RestoreCompleted, FsckCompleted, KeyRotated, LogContinued,
    CapacitySampled, ProjectionSwitched, ProjectionEventParked>;

namespace described {

struct Room {
  std::size_t bytes = 0, alignment = 1;
};
template <class... E>
consteval Room room_for(boost::mp11::mp_list<E...>) {
  return {std::max({sizeof(E)...}), std::max({alignof(E)...})};
}

}  // namespace described

template <class E>
concept EventType = boost::mp11::mp_contains<EventTypes, E>::value;

/// The data of one event, of one of all types: a std::variant in all but name, with get, get_if,
/// holds_alternative and visit below. For a std::variant the compiler's work grows with the square
/// of the number of types, and with so many that takes longer than all else.
class EventData {
 public:
  /// One of the first type.
  EventData();
  template <EventType E>
  EventData(E event) noexcept : index_(kIndex<E>) {
    ::new (value()) E(std::move(event));
  }
  EventData(const EventData& other);
  EventData(EventData&& other) noexcept;
  EventData& operator=(const EventData& other);
  EventData& operator=(EventData&& other) noexcept;
  ~EventData();

  /// The number of the type within EventTypes.
  std::size_t index() const { return index_; }
  template <EventType E>
  static constexpr std::size_t kIndex = boost::mp11::mp_find<EventTypes, E>::value;

  /// An event of the type of that number as it starts out, in place of this one.
  void renew(std::size_t index);

  /// The event, for who knows its type from elsewhere.
  const void* value() const { return bytes_; }
  void* value() { return bytes_; }

 private:
  static constexpr described::Room kRoom = described::room_for(EventTypes());

  alignas(kRoom.alignment) std::byte bytes_[kRoom.bytes];
  std::size_t index_;
};

template <EventType E>
bool holds_alternative(const EventData& data) {
  return data.index() == EventData::kIndex<E>;
}
/// Null when `data` is null or of another type.
template <EventType E>
const E* get_if(const EventData* data) {
  return data != nullptr && holds_alternative<E>(*data) ? static_cast<const E*>(data->value())
                                                        : nullptr;
}
template <EventType E>
E* get_if(EventData* data) {
  return data != nullptr && holds_alternative<E>(*data) ? static_cast<E*>(data->value()) : nullptr;
}
/// REQUIRES: it is of that type.
template <EventType E>
const E& get(const EventData& data) {
  RECOURSE_ASSERT(holds_alternative<E>(data), "the event is of another type");
  return *static_cast<const E*>(data.value());
}
template <EventType E>
E& get(EventData& data) {
  RECOURSE_ASSERT(holds_alternative<E>(data), "the event is of another type");
  return *static_cast<E*>(data.value());
}

namespace described {

template <class Result, class Visitor, class E>
Result visit_as(Visitor& visitor, const void* event) {
  return visitor(*static_cast<const E*>(event));
}
template <class Visitor, class First, class... E>
decltype(auto) visit_one_of(Visitor& visitor, const EventData& data,
                            boost::mp11::mp_list<First, E...>) {
  using Result = decltype(visitor(std::declval<const First&>()));
  static constexpr Result (*kFor[])(Visitor&, const void*) = {&visit_as<Result, Visitor, First>,
                                                              &visit_as<Result, Visitor, E>...};
  return kFor[data.index()](visitor, data.value());
}

}  // namespace described

/// Calls `visitor` with the event as what it is; it returns the same type for all.
template <class Visitor>
decltype(auto) visit(Visitor&& visitor, const EventData& data) {
  return described::visit_one_of(visitor, data, EventTypes());
}

std::string_view type_of(const EventData& data);

}  // namespace recourse
