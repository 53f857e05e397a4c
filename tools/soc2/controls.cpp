#include "tools/soc2/controls.h"

#include <algorithm>
#include <array>

#include "engine/base/assert.h"

namespace recourse::soc2 {
namespace {

/// Queries are in the language of docs/format/soc2.md. Words in braces are thresholds: a package
/// shows their numbers.
const std::array<Control, 26>& all_controls() {
  static const std::array<Control, 26> list = {{
      {"RC-01",
       "decision-before-dispatch",
       "No action runs unless the policy in force allowed it before.",
       {"CC5.2", "CC6.1", "CC6.3", "PI1.3", "AIUC-B006", "AIUC-D003"},
       "Every dispatch of an action, our own ones included, and every reported effect that no "
       "dispatch came before.",
       "effect.dispatched{not imported} + effect.confirmed{not imported, no earlier "
       "effect.dispatched of data.action}",
       "The latest enforced policy.decided of the action before the dispatch allows it, under "
       "the policy in force at the dispatch; the dispatch carries the commitment of the "
       "proposed arguments.",
       {"no_decision: nothing was decided about the action, before or after.",
        "decision_later: what allows it was recorded after the dispatch.",
        "not_allowed: the latest verdict is not allow.",
        "policy_not_active: the verdict is of a policy that was not in force at the dispatch.",
        "other_payload: what was dispatched is not what was proposed.",
        "effect_without_dispatch: an effect was reported of an action that was never "
        "dispatched."}},
      {"RC-02",
       "human-approval",
       "A person approved where the policy demands it, in time and as one who may.",
       {"CC5.1", "CC6.3", "CC8.1", "AI-Act-14"},
       "Every verdict that demands approval; earlier ones whose action was dispatched in the "
       "period.",
       "policy.decided{outcome = require_approval, not shadow, not imported} + such earlier "
       "ones with effect.dispatched of data.action in the period",
       "At the dispatch there is an approval of these arguments that was granted before, had "
       "not expired, and has the demanded number of votes of different people with a role that "
       "was asked, none of whom proposed the action or answers for its agent.",
       {"no_approval: dispatched, and nobody had agreed.",
        "approved_late: granted only after the dispatch.",
        "approval_expired: it could no longer be used at the dispatch.",
        "payload_changed: what was dispatched is not what was agreed to.",
        "approver_is_requester: who proposed it voted for it, or somebody else who was "
        "excluded did.",
        "approver_is_agent_owner: whose mandate the agent has voted for it.",
        "approver_lacks_role: a vote was cast in a role that was not asked.",
        "approver_not_human: a machine voted.",
        "too_few_votes: fewer people agreed than demanded."}},
      {"RC-03",
       "informed-approval",
       "Who decides an approval decides about what was shown.",
       {"CC5.1", "GDPR-22", "AI-Act-14-4-b"},
       "Every approval that was granted or rejected.",
       "approval.granted + approval.rejected",
       "The request holds the digest of what was shown and each vote quotes the same one.",
       {"not_shown: what was shown is not recorded.",
        "other_shown: a vote is about something else than what was asked.",
        "no_vote: decided, and nobody voted."}},
      {"RC-04",
       "denied-stays-denied",
       "What was denied does not run.",
       {"CC6.1", "CC6.6"},
       "Every denial; earlier ones whose action was dispatched in the period.",
       "policy.decided{outcome = deny, not shadow, not imported} + such earlier ones with "
       "effect.dispatched of data.action in the period",
       "After a denial that ends the action it is never dispatched; after one by the kill "
       "switch, a limit or a breaker only after a newer allow.",
       {"dispatched_after_denial: it was dispatched all the same."}},
      {"RC-05",
       "mandates",
       "For each action that an agent runs alone a person answers by a mandate that holds and "
       "covers it.",
       {"CC1.3", "CC5.3", "CC6.3"},
       "Every dispatch of an agent's action without an approval.",
       "effect.dispatched{not imported, proposed by actortype agent or by nobody, no "
       "approval.consumed of data.action before}",
       "There is a mandate of this agent, granted before and not revoked, that has not "
       "expired, names the type, is not exceeded in amount and number a day (UTC), and whose "
       "author still has access. Money of an unknown amount or currency is outside of a limit.",
       {"no_mandate: the agent has none, or nobody proposed the action.",
        "outside_limits: type, amount or number is not covered.",
        "mandate_expired: its time was over.",
        "mandate_author_left: who granted it had no access any more."}},
      {"RC-06",
       "decisions-re-perform",
       "Each recorded decision comes out again when the policy is asked again.",
       {"PI1.3", "CC4.1"},
       "Every decision, imported and shadow ones included.",
       "policy.decided",
       "The text of the policy in the log, asked with the inputs that the decision recorded, "
       "gives the same outcome, problem, approvals, roles and result of each rule.",
       {"other_verdict: it comes out otherwise.", "no_policy: the log does not hold the policy.",
        "unreadable_policy: the policy cannot be read.",
        "no_proposal: the log does not hold what was decided about."}},
      {"RC-07",
       "change-approval",
       "What decides about agents changes only with the approval of a second person and after "
       "a test.",
       {"CC8.1", "CC6.8", "CC7.1", "AIUC-E004"},
       "Every policy put into force or back into force, every other change put into force, "
       "rollouts that were widened, connectors.",
       "policy.activated{mode = enforce, actortype not system} + policy.reverted + "
       "change.activated + rollout.ramped{percent_bp > prev_percent_bp} + connector.configured",
       "Approved by another person than who requested, drafted or activated it, before it was "
       "put into force, as the kind and the bytes that were approved, and with a test; one "
       "approval is for one time. Who activates a policy that another person drafted is its "
       "second person. An emergency change and a reversion are reviewed afterwards by another "
       "person than who wanted it or did it.",
       {"no_approval: no second person approved it, or the approval was used before.",
        "self_approval: who asked for it, drafted it or put it into force approved it.",
        "approved_late: approved after it was in force.",
        "other_digest: other bytes than were requested.",
        "no_test: there is no reference of a test.",
        "emergency_not_reviewed: nobody else reviewed it in time."}},
      {"RC-08",
       "access-grants",
       "Access is granted on an approved request and not beyond it; keys are of people and "
       "agents who have a grant.",
       {"CC6.2", "CC6.3"},
       "Every grant and every new key of this tenant, of people and agents.",
       "access.granted + apikey.created{data.tenant = tenant}",
       "A grant follows a request for the same principal, approved by somebody who neither "
       "asked nor gets it, with no wider role or scope. A key's role is covered by a grant of "
       "its principal that holds, and no other principal has the same key.",
       {"no_request: nobody asked for it.", "no_approval: nobody is named who approved.",
        "self_approval: who asked or gets it approved it.",
        "role_wider: the role is wider than asked for.",
        "scope_wider: the scope is not the one asked for.",
        "key_without_grant: no grant covers the key.",
        "shared_credential: two principals have the same key."}},
      {"RC-09",
       "access-removals",
       "Access is removed in time and not used afterwards.",
       {"CC6.2", "CC6.3"},
       "Every notice that somebody leaves, earlier ones that were open at the start, and every "
       "removal that ends none.",
       "access.terminated + access.removed{ends no open notice of data.principal} + earlier "
       "access.terminated that nothing had ended before the start",
       "Everything is removed within {access_removal_h} h of the effective moment; nothing has "
       "the principal as its actor afterwards, unless access was granted anew. A removal of all, "
       "or of the last grant while there is no key, ends each notice of its principal; a grant "
       "ends those whose time is not over.",
       {"removed_late: removed after the time.", "not_removed: not removed, and the time is over.",
        "used_after_removal: somebody acted whose access was removed."}},
      {"RC-10",
       "access-reviews",
       "Access is reviewed each cycle, account by account, and what is to go goes.",
       {"CC6.2", "CC6.3"},
       "Accounts of each review, and each span of {access_review_every_d} days without a "
       "review.",
       "access.review_opened.accounts[] + spans of {access_review_every_d} days without "
       "access.review_opened",
       "Each account was reviewed by somebody else until the review was due; what is not to be "
       "kept was removed within {review_removal_h} h, all of it.",
       {"missed_cycle: no review was opened in time.",
        "not_reviewed: an account was not reviewed in time.",
        "self_review: somebody reviewed their own account.",
        "remove_not_executed: it was to be removed and was not, or late."}},
      {"RC-11",
       "refused-access-watched",
       "Refused logins, limits and attempts across tenants are watched, and none gets through.",
       {"CC6.1", "CC6.6", "CC7.2", "AIUC-A005", "AIUC-B004"},
       "Refused logins and limits that were reached.",
       "auth.denied + limit.reached",
       "More than {burst_denials} refused logins ({burst_crossings} with keys of other "
       "tenants) or {burst_limits} limits within {burst_window_s} s raise an alert within "
       "{burst_alert_s} s whose rule names it: a word that begins with auth, login, denial, denied "
       "or "
       "refus, for other tenants also with cross or tenant, for limits with limit; no event has an "
       "actor who belongs to other tenants only.",
       {"burst_without_alert: nobody was alerted.",
        "crossing_allowed: somebody of another tenant acted here."}},
      {"RC-12",
       "alerts-triaged",
       "Anomalies are looked at in time and closed with a reason.",
       {"CC7.2", "CC7.3"},
       "Every alert; earlier ones that were open at the start.",
       "alert.raised + earlier alert.raised without alert.closed before the start",
       "Triaged until data.triage_due_at and before it is closed; closed with a reason.",
       {"not_triaged: not triaged in time.", "closed_without_reason: closed without a reason.",
        "closed_untriaged: closed before anybody triaged it."}},
      {"RC-13",
       "incidents-closed",
       "Incidents are handled through all stages to their closure.",
       {"CC7.3", "CC7.4", "CC7.5"},
       "Every incident; earlier ones that were open at the start.",
       "incident.opened + earlier incident.opened without incident.closed before the start",
       "Looked at until it was due, closed within {incident_end_d} days. A declared one that is "
       "closed went through contained, "
       "eradicated, recovered and reviewed in this order, with a root cause. What was left to "
       "do is done when it is due.",
       {"not_looked_at: nobody did anything until it was due.", "not_closed: not closed in time.",
        "stage_missing: closed without a stage, or not in order.",
        "no_root_cause: closed without one.",
        "follow_up_overdue: something left to do was not done in time."}},
      {"RC-14",
       "stop-works",
       "Who stops agents stops them.",
       {"CC7.4", "AI-Act-14-4-e"},
       "Every halt; earlier ones that were in force at the start.",
       "killswitch.engaged + earlier killswitch.engaged without killswitch.released before the "
       "start",
       "Between a halt and its release nothing within its scope is dispatched; a halt of the "
       "whole deployment works within {halt_ms} ms.",
       {"dispatch_after_halt: an action within the scope was dispatched."}},
      {"RC-15",
       "rollbacks",
       "A rollback is authorised, ends, and compensates nothing twice.",
       {"CC7.4", "CC7.5", "PI1.3"},
       "Every request for a rollback; earlier ones that had not ended at the start, or of which a "
       "step had failed for good without an incident.",
       "rollback.requested + earlier rollback.requested that had not ended before the start, or "
       "had failed for good without an incident.opened of data.rollback",
       "A person asked for it or one approved it, with a reason; it ends within "
       "{rollback_end_h} h; each action is undone once; a step that failed for good leads to "
       "an incident within {escalation_s} s.",
       {"no_reason: no reason is recorded.",
        "no_authoriser: no person asked for it or approved it.",
        "no_end: it has not ended, and its time is over.",
        "compensated_twice: an action was undone that was undone already.",
        "not_escalated: a step failed for good, and there is no incident."}},
      {"RC-16",
       "known-outcomes",
       "Every dispatched action ends in a known outcome.",
       {"PI1.3", "PI1.4"},
       "Every dispatch; earlier ones without an outcome at the start.",
       "effect.dispatched{not imported} + earlier such without an outcome before the start",
       "Confirmed, rejected, reconciled as succeeded or failed, recalled or undone within "
       "{outcome_h} h.",
       {"no_outcome: no outcome is known, and the time is over.",
        "outcome_late: the outcome was known too late."}},
      {"RC-17",
       "inputs-complete",
       "What came in was taken in.",
       {"PI1.2"},
       "Counters of each channel and hour, and the hours of a channel in which something came "
       "in without a counter.",
       "ingress.counted + (channel, hour) of ticket.opened{not imported, no data.follows} and "
       "message.received{not imported} without ingress.counted, not before the first hour that "
       "has one; earlier such, and earlier counters that did not agree, whose hour was not over "
       "for 1 h at the start",
       "Over all counters of a channel and hour, received = accepted + rejected + duplicates, "
       "and accepted = the tickets and customers' messages of that channel recorded within the "
       "hour.",
       {"sum_differs: the counters do not add up.",
        "count_differs: other than the number of recorded tickets and messages.",
        "hour_not_counted: something was recorded, and there is no counter."}},
      {"RC-18",
       "outputs-reach-their-party",
       "What goes out goes to whom it is about.",
       {"PI1.4", "C1.1", "AIUC-A006"},
       "Every message that was sent.",
       "message.sent{not imported}",
       "Its ticket is one of this tenant; it is sealed for nobody but people of that ticket; "
       "a machine's goes out by a channel of the ticket; one of an action belongs to a dispatched "
       "action "
       "of that ticket.",
       {"unknown_ticket: the ticket is not in this log.",
        "other_subject: sealed for a person who has no part in the ticket.",
        "other_channel: a machine's message by a channel that nobody wrote by.",
        "other_ticket: its action is about another ticket.",
        "not_dispatched: its action was not dispatched."}},
      {"RC-19",
       "resolution-follow-up",
       "People are asked whether what an agent resolved is resolved, and a no is heard.",
       {"CC4.1", "P8.1"},
       "Every resolution that an agent's action asserted; earlier ones that nobody had asked "
       "about at the start, or that met a no then or since.",
       "resolution.asserted{data.action present, not imported} + earlier such that nobody had "
       "asked about at the start, or that a no was open about then or came to since",
       "Within {followup_h} h and {followup_tolerance_h} h of tolerance somebody was asked, "
       "answered, or the asking was skipped or cancelled for a recorded reason. After a no the "
       "ticket is reopened, escalated or the resolution voided within {reopen_h} h. One that is "
       "resolved again in time is not tested; what was overdue stays so.",
       {"no_follow_up: nobody was asked in time.", "follow_up_missed: its moment was missed.",
        "negative_not_reopened: a no, and nothing came of it."}},
      {"RC-20",
       "log-integrity",
       "The log is signed continuously, and checks of it find nothing.",
       {"CC7.1", "CC7.2", "PI1.5", "C1.1", "AIUC-E015"},
       "Minutes (UTC) in which something was recorded, checks of the stored bytes, and "
       "declared losses.",
       "minutes of leaves in the period + fsck.completed + head.accepted + log.continued",
       "Each leaf is in a kept head whose last leaf is at most {head_every_s} s and "
       "{head_tolerance_s} s of tolerance younger; each kept head has the root that the leaves "
       "give, and {cosignatures} cosignatures; a check finds nothing, and values are missing "
       "only after an erasure or the end of their time.",
       {"minute_without_head: no head in time.",
        "other_root: a kept head has another root than the leaves.",
        "missing_cosignature: fewer witnesses than demanded.",
        "check_failed: a check found something.",
        "missing_values: values are missing without an erasure.",
        "declared_loss: the log was declared to be complete, or goes on after a loss."}},
      {"RC-21",
       "rebuild-equals-live",
       "What is shown is what the log says.",
       {"PI1.3", "PI1.5"},
       "Every rebuild of a projection of this tenant, and for each projection each span of "
       "{rebuild_every_d} days without one.",
       "projection.rebuilt{data.ledger = tenant's} + spans of {rebuild_every_d} days without one, "
       "for each of {projections}",
       "The digest of the rebuilt rows equals that of the live ones.",
       {"digest_differs: rebuilt rows differ from the live ones.",
        "no_rebuild: a projection was not rebuilt in time."}},
      {"RC-22",
       "backup-and-restore",
       "Backups are made, restores are tested, and there is room for what comes in.",
       {"A1.1", "A1.2", "A1.3"},
       "Every backup, failed ones too, every restore test, each span without: "
       "{backup_every_h} h for backups, {restore_every_d} days for tests that succeeded; and every "
       "sample of the disk and the queue.",
       "backup.completed + backup.failed + restore.tested + capacity.sampled + spans of "
       "{backup_every_h} h without backup.completed + spans of {restore_every_d} days without "
       "restore.tested{equal}",
       "A backup is completed in time, and a failed one is followed by one that is; a restore "
       "into an empty place gives the roots of the signed heads; at least {disk_free_percent} % of "
       "the disk are free, and at most {refused_commands} commands of a sample found no place.",
       {"no_backup: none in time.",
        "backup_failed: failed, and none was completed in time after it.",
        "restore_differs: the restored data is not that of the heads.",
        "no_restore_test: none in time.", "low_space: less of the disk was free.",
        "commands_refused: more commands found no place in the queue or no space."}},
      {"RC-23",
       "privacy-requests",
       "People's requests about their data are answered in time and by the rules.",
       {"P4.3", "P5.1", "P5.2", "C1.2"},
       "Every request; earlier ones that were open at the start.",
       "dsr.received + earlier dsr.received without dsr.completed before the start",
       "Due within {request_d} days, extended before that to at most {request_extended_d} "
       "days; completed until it is due; the identity verified before; an erasure erases, one "
       "that a hold put off {retention_tolerance_d} days after its release; who had got the data "
       "(disclosure.made to others, connectors that effects for the person's tickets were sent by) "
       "is told of an erasure, rectification or restriction.",
       {"past_due: not completed in time.", "due_too_late: more time than the rules give.",
        "identity_not_verified: completed without knowing who asked.",
        "not_erased: completed, and nothing was erased.",
        "recipients_not_told: somebody who had got the data was not told."}},
      {"RC-24",
       "retention-and-holds",
       "Data goes when its time is over, and stays while a hold lies on it.",
       {"C1.1", "C1.2", "P4.2", "P4.3", "CC6.5"},
       "Months of sealed values whose time ended in the period, destroyed ones, erasures, "
       "holds; earlier holds that lay at the start.",
       "bucket.destroyed + subject.erased + hold.placed + (retention class, month) of sealed "
       "values due in the period and alive + earlier hold.placed without hold.released before "
       "the start",
       "A month's key is destroyed within {retention_tolerance_d} days after its time unless a "
       "hold covers it: one on all, or on a person or ticket of which the month has something; "
       "nothing is destroyed under a hold; a hold is authorised by another "
       "person than who asked for it, and reviewed within {hold_review_d} days.",
       {"bucket_alive: a key is alive past its time.", "destroyed_late: destroyed after its time.",
        "destroyed_under_hold: a hold covered what was destroyed.",
        "hold_not_reviewed: nobody reviewed it in time.",
        "hold_self_authorised: who asked for the hold authorised it."}},
      {"RC-25",
       "disclosures-recorded",
       "What leaves the house and what people open has a purpose and a recipient, and only "
       "roles that may open it.",
       {"CC6.7", "P6.2", "P6.7", "C1.1"},
       "Every export, disclosure and opening of sealed texts.",
       "export.created{data.tenant = tenant} + disclosure.made + sealed.opened",
       "Purpose and recipient are recorded, for an opening the purpose; who opened has a role "
       "above viewer, where the roles are known.",
       {"no_purpose: nobody knows what for.", "no_recipient: nobody knows for whom.",
        "role_not_allowed: a viewer's or an agent's key opened sealed texts."}},
      {"RC-26",
       "controls-monitored",
       "These controls are tested regularly, and what they find has an owner and a date.",
       {"CC4.1", "CC4.2"},
       "Every recorded test of a control, and for each control each span of {control_every_d} days "
       "without one.",
       "control.tested + spans of {control_every_d} days without one, for each of RC-01 to RC-26",
       "A test that found exceptions names who owns the deficiency and until when, or as many "
       "exceptions of the control have answers that do.",
       {"no_owner: exceptions, and nobody owns them.",
        "no_date: exceptions, and no date until when.",
        "run_missed: a control was not tested in time."}},
  }};
  return list;
}

}  // namespace

std::span<const Control> controls() { return all_controls(); }

const Control& control_named(std::string_view id) {
  const auto& list = all_controls();
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Control& control) { return control.id == id; });
  RECOURSE_ASSERT(found != list.end(), "a test names a control of the list");
  return *found;
}

}  // namespace recourse::soc2
