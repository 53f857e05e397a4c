#pragma once

#include <boost/mp11.hpp>
#include <string_view>
#include <utility>
#include <variant>

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
    ProjectionSwitched, ProjectionEventParked>;

using EventVariant = boost::mp11::mp_rename<EventTypes, std::variant>;

/// The data of one event: a variant of all types, to be visited and asked as one. Copying, moving
/// and destroying it is compiled in one place, since with so many types that takes the compiler
/// longer than all else in most files.
class EventData : public EventVariant {
 public:
  EventData();
  template <class E>
  requires boost::mp11::mp_contains<EventTypes, E>::value EventData(E event)
  noexcept : EventVariant(std::in_place_type<E>, std::move(event)) {}
  EventData(const EventData& other);
  EventData(EventData&& other) noexcept;
  EventData& operator=(const EventData& other);
  EventData& operator=(EventData&& other) noexcept;
  ~EventData();
};

std::string_view type_of(const EventData& data);

}  // namespace recourse
