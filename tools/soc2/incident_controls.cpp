#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-13
class IncidentsClosed final : public OneControlTest {
 public:
  explicit IncidentsClosed(const TestContext& context) : OneControlTest(context, "RC-13") {}

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<IncidentOpened>()) on_opened(seen, *e);
    if (const auto* e = seen.as<IncidentProgressed>()) on_progress(seen, *e);
    if (const auto* e = seen.as<IncidentFollowUpAdded>())
      if (const auto found = incidents_.find(e->incident.value()); found != incidents_.end())
        found->second.items[e->item.value()] = e->due_at;
    if (const auto* e = seen.as<IncidentFollowUpDone>()) on_done(seen, *e);
    if (const auto* e = seen.as<IncidentClosed>()) on_closed(seen, *e);
  }

  void finish() override {
    for (auto& [id, incident] : incidents_) {
      if (!incident.closed) check_open(id, incident);
      for (const auto& [item, due_at] : incident.items)
        if (due_at < context_.last && (incident.member.at || due_at >= context_.first))
          writer_.fail(incident.member, "follow_up_overdue",
                       "Of incident " + id + " the item " + item + " was due at " +
                           to_rfc3339(due_at) + " and is not done.");
    }
  }

 private:
  struct Incident {
    Member member;
    Timestamp opened_at;
    bool declared = false, looked_at = false, closed = false, in_order = true, has_cause = false;
    std::optional<Timestamp> due_at;
    std::optional<IncidentStage> stage;
    std::map<std::string, Timestamp> items;  ///< Left to do, with when they are due.
  };

  void on_opened(const Seen& seen, const IncidentOpened& e) {
    Incident incident;
    incident.member = writer_.member(seen);
    incident.opened_at = seen.event.time;
    Row& row = writer_.row_of(incident.member);
    row.subject = e.incident.value();
    incident.declared = e.kind == IncidentKind::declared;
    incident.due_at = e.due_at;
    incidents_.insert_or_assign(e.incident.value(), std::move(incident));
  }

  void look_at(Incident& incident, const std::string& id, const Seen& seen) {
    if (!incident.looked_at && incident.due_at && seen.event.time > *incident.due_at &&
        seen.place != Place::before)
      writer_.fail(incident.member, "not_looked_at",
                   "Incident " + id + " was looked at only at " + to_rfc3339(seen.event.time) +
                       ", due was " + to_rfc3339(*incident.due_at) + ".");
    incident.looked_at = true;
  }

  void on_progress(const Seen& seen, const IncidentProgressed& e) {
    const auto found = incidents_.find(e.incident.value());
    if (found == incidents_.end()) return;
    Incident& incident = found->second;
    look_at(incident, found->first, seen);
    const int before = incident.stage ? static_cast<int>(*incident.stage) : -1;
    if (static_cast<int>(e.stage) != before + 1 && static_cast<int>(e.stage) != before)
      incident.in_order = false;
    incident.stage = e.stage;
    if (e.root_cause && !e.root_cause->text.empty()) incident.has_cause = true;
  }

  void on_done(const Seen& seen, const IncidentFollowUpDone& e) {
    const auto found = incidents_.find(e.incident.value());
    if (found == incidents_.end()) return;
    Incident& incident = found->second;
    const auto item = incident.items.find(e.item.value());
    if (item == incident.items.end()) return;
    if (seen.event.time > item->second && seen.place != Place::before)
      writer_.fail(incident.member, "follow_up_overdue",
                   "Of incident " + found->first + " the item " + item->first + " was due at " +
                       to_rfc3339(item->second) + " and done at " + to_rfc3339(seen.event.time) +
                       ".");
    incident.items.erase(item);
  }

  void on_closed(const Seen& seen, const IncidentClosed& e) {
    const auto found = incidents_.find(e.incident.value());
    if (found == incidents_.end()) return;
    Incident& incident = found->second;
    const std::string& id = found->first;
    incident.closed = true;
    look_at(incident, id, seen);
    if (seen.place == Place::before) return;
    writer_.enter(incident.member).accountable = seen.event.actor.id.value();
    if (seen.event.time > until(incident))
      writer_.fail(incident.member, "not_closed",
                   "Incident " + id + " was closed only at " + to_rfc3339(seen.event.time) + ".");
    if (!incident.declared) return;
    if (!incident.in_order || incident.stage != IncidentStage::reviewed)
      writer_.fail(incident.member, "stage_missing",
                   "Incident " + id + " was closed at " + sequence_text(seen.event.position) +
                       " without all stages in their order; the last one was " +
                       (incident.stage ? std::string(word(*incident.stage)) : "none") + ".");
    if (!incident.has_cause)
      writer_.fail(incident.member, "no_root_cause",
                   "Incident " + id + " was closed without a root cause.");
  }

  Timestamp until(const Incident& incident) const {
    return incident.opened_at + std::chrono::days(thresholds_.incident_end_d);
  }

  void check_open(const std::string& id, Incident& incident) {
    writer_.leave(incident.member, "still_in_time");
    if (!incident.looked_at && incident.due_at && context_.last > *incident.due_at)
      writer_.fail(
          incident.member, "not_looked_at",
          "Nobody had looked at incident " + id + " until " + to_rfc3339(*incident.due_at) + ".");
    if (context_.last > until(incident))
      writer_.fail(incident.member, "not_closed",
                   "Incident " + id + " was not closed until " + to_rfc3339(until(incident)) + ".");
  }

  std::map<std::string, Incident> incidents_;
};

}  // namespace

void add_incident_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<IncidentsClosed>(context));
}

}  // namespace recourse::soc2
