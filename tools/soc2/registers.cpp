#include "tools/soc2/registers.h"

#include <array>

#include "engine/event/parse_json.h"
#include "tools/soc2/chapter_writer.h"

namespace recourse::soc2 {
namespace {

enum class Part { changes, incidents, access, privacy, integrity };

struct Register {
  Part part;
  std::string_view id, title;
  std::vector<std::string_view> types;  ///< Without recourse. and the version.
  std::string_view note = {};
};

constexpr std::string_view kNotVerified =
    "References are ids of the customer's own systems, not verified by Recourse.";

const std::vector<Register>& all_registers() {
  static const std::vector<Register> list = {
      {Part::changes,
       "policies",
       "Policies",
       {"policy.drafted", "policy.backtested", "policy.activated", "policy.reverted",
        "policy.retired"}},
      {Part::changes,
       "changes",
       "Changes of models, prompts, flags, agents and releases",
       {"change.requested", "change.approved", "change.activated", "change.reviewed"},
       kNotVerified},
      {Part::changes,
       "rollouts",
       "Rollouts and experiments",
       {"rollout.ramped", "rollout.guardrail_breached", "experiment.started",
        "experiment.concluded"}},
      {Part::changes, "connectors", "Connectors", {"connector.configured", "connector.removed"}},
      {Part::changes,
       "oversight",
       "Mandates and oversight",
       {"mandate.granted", "mandate.revoked", "oversight.assigned", "provider.notified"}},
      {Part::incidents,
       "incidents",
       "Incidents",
       {"incident.opened", "incident.progressed", "incident.followup_added",
        "incident.followup_done", "incident.closed"}},
      {Part::incidents, "alerts", "Alerts", {"alert.raised", "alert.triaged", "alert.closed"}},
      {Part::incidents,
       "stops",
       "Halts and breakers",
       {"killswitch.engaged", "killswitch.released", "breaker.transitioned"}},
      {Part::incidents,
       "rollbacks",
       "Rollbacks",
       {"rollback.requested", "rollback.refused", "rollback.started", "rollback.stuck",
        "rollback.completed", "rollback.partial", "rollback.aborted"}},
      {Part::incidents, "bypasses", "Controls set aside on purpose", {"bypass.granted"}},
      {Part::access,
       "access",
       "Requests, grants and removals",
       {"access.requested", "access.granted", "access.terminated", "access.removed"},
       kNotVerified},
      {Part::access,
       "reviews",
       "Access reviews",
       {"access.review_opened", "access.reviewed", "access.review_closed"}},
      {Part::access,
       "keys",
       "Principals and keys",
       {"principal.created", "apikey.created", "apikey.revoked"}},
      {Part::privacy,
       "requests",
       "Requests of data subjects",
       {"dsr.received", "dsr.identity_verified", "dsr.assessed", "dsr.extended", "dsr.completed",
        "recipients.notified", "processing.restricted", "processing.released", "value.corrected"}},
      {Part::privacy,
       "erasures",
       "Erasures and retention",
       {"erasure.deferred", "subject.erased", "erasure.certified", "erasure.propagated",
        "bucket.destroyed", "kek.epoch_retired"}},
      {Part::privacy, "holds", "Legal holds", {"hold.placed", "hold.reviewed", "hold.released"}},
      {Part::privacy,
       "disclosures",
       "Exports, disclosures and openings",
       {"export.created", "disclosure.made", "sealed.opened", "report.generated"}},
      {Part::integrity,
       "checks",
       "Checks of the log",
       {"fsck.completed", "head.accepted", "log.continued", "clock.anomaly", "key.created",
        "key.rotated", "control.tested"}},
      {Part::integrity,
       "rebuilds",
       "Rebuilds of projections",
       {"projection.rebuilt", "projection.switched", "projection.event_parked"}},
      {Part::integrity,
       "backups",
       "Backups and restores",
       {"backup.completed", "backup.failed", "restore.tested", "restore.completed"}},
  };
  return list;
}

/// effect.dispatched of recourse.effect.dispatched.v1
std::string_view short_type(std::string_view type) {
  if (type.starts_with("recourse.")) type.remove_prefix(9);
  return type.substr(0, type.rfind('.'));
}

/// The deployment's events are about all tenants; a package is about one.
bool is_of_other_tenant(const Seen& seen, const Source& source, const History& history) {
  return visit(
      [&](const auto& event) {
        if constexpr (requires { event.tenant == source.tenant; })
          return event.tenant != source.tenant;
        if constexpr (requires { event.ledger == std::int64_t{}; }) {
          const auto ledger = history.ledger();
          return seen.meta && ledger && event.ledger != *ledger && event.ledger != 0;
        }
        return false;
      },
      seen.event.data);
}

constexpr std::size_t kLongestValue = 120;

std::string plain(const Json& value) {
  if (const std::string* text = value.string()) return text->size() <= kLongestValue ? *text : "";
  if (const auto number = value.integer()) return std::to_string(*number);
  if (const auto truth = value.boolean()) return *truth ? "true" : "false";
  std::string joined;
  if (value.is_array())
    for (const Json& each : *value.elements()) {
      const std::string text = plain(each);
      if (joined.size() + text.size() > kLongestValue) return joined + " ...";
      if (!text.empty()) joined += (joined.empty() ? "" : " ") + text;
    }
  return joined;
}

}  // namespace

std::string clear_details(const EventData& data) {
  const auto json = parse_json(data_json(data));
  std::string details;
  if (!json || !json->is_object()) return details;
  for (const Json::Member& member : *json->members()) {
    const std::string value = plain(member.value);
    if (!value.empty()) details += (details.empty() ? "" : "; ") + member.name + " " + value;
  }
  return details;
}

Registers::Registers(const Source& source) : source_(source) {
  for (const Register& each : all_registers()) {
    for (const std::string_view type : each.types) table_of_.emplace(type, tables_.size());
    tables_.push_back({std::string(each.id),
                       std::string(each.title),
                       {"position", "time", "event", "by", "about", "details"},
                       {},
                       std::string(each.note)});
  }
}

void Registers::see(const Seen& seen, const History& history) {
  if (!seen.within()) return;
  const RecordedEvent& event = seen.event;
  if (!seen.meta) for_each_sealed(event.data, [&](const Sealed&) { ++sealed_; });
  if (const auto* e = seen.as<SubjectErased>()) erased_ += static_cast<std::uint64_t>(e->fields);
  if (const auto* e = seen.as<DisclosureMade>())
    disclosed_ += static_cast<std::uint64_t>(e->fields);
  if (const auto* e = seen.as<RunStarted>()) {
    const auto text = [](const std::optional<Clear>& clear) { return clear ? clear->text : ""; };
    Runs& runs = runs_[{e->agent.value(), text(e->agent_version), text(e->model)}];
    if (runs.count++ == 0) runs.first = event.time;
    runs.last = event.time;
  }
  const std::string_view type = short_type(type_of(event.data));
  if (is_of_other_tenant(seen, source_, history)) return;
  const auto counted = counts_.find(type);
  if (counted != counts_.end()) {
    ++counted->second;
  } else {
    counts_.emplace(type, 1);
  }
  const auto table = table_of_.find(type);
  if (table == table_of_.end()) return;
  tables_[table->second].rows.push_back(
      {(seen.meta ? "meta/" : "") + sequence_text(event.position), to_rfc3339(event.time),
       std::string(type), event.actor.id.value(),
       event.subject.empty() ? event.stream : event.subject, clear_details(event.data)});
}

void Registers::fill(Package& package) && {
  const std::array<std::vector<Table>*, 5> parts = {
      &package.changes, &package.incidents, &package.access, &package.privacy, &package.integrity};
  for (std::size_t i = 0; i < tables_.size(); ++i)
    parts[static_cast<std::size_t>(all_registers()[i].part)]->push_back(std::move(tables_[i]));
  Table agents{"agents",
               "Agents, their versions and models",
               {"agent", "version", "model", "runs", "first", "last"},
               {},
               "As each run said when it started."};
  for (const auto& [key, runs] : runs_)
    agents.rows.push_back({key[0], key[1], key[2], std::to_string(runs.count),
                           to_rfc3339(runs.first), to_rfc3339(runs.last)});
  package.changes.push_back(std::move(agents));
}

}  // namespace recourse::soc2
