#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "tools/import/import_actors.h"
#include "tools/import/record_sink.h"
#include "tools/import/servicenow.h"

namespace recourse {

/// The names of a file's columns as they may stand in a stored object, in its order.
class IncidentRowJson {
 public:
  explicit IncidentRowJson(const IncidentHeader& header);

  /// All columns of the row as one canonical object of texts, unknown values empty.
  std::string content(const IncidentRow& row) const;
  /// The same as it may be stored (see storable_text()).
  std::string record(const IncidentRow& row) const;
  /// What changed from `before` to `row`: the names, and an object of the new values.
  struct Changed {
    std::vector<Clear> fields;
    std::string values;
  };
  Changed changed(const IncidentRow& before, const IncidentRow& row,
                  const ImportTarget& target) const;

 private:
  template <class Text>
  std::string object(const IncidentRow& row, const std::vector<std::size_t>& columns,
                     Text text) const;

  std::vector<std::string> names_;   // by column
  std::vector<std::size_t> sorted_;  // columns in the order of canonical names
};

/// The tickets of a source's incidents. An id depends on the source, the incident's number and when
/// its first row says that it was opened: so each import of the file finds the same.
/// Threads: one. `target` and the log outlive it.
class IncidentTickets {
 public:
  explicit IncidentTickets(const ImportTarget& target) : target_(target) {}
  /// To be asked for all changes in their order, also for those that are known. The reference is
  /// valid while this lives.
  const TicketId& of(const IncidentChange& change);

 private:
  const ImportTarget& target_;
  std::unordered_map<std::string_view, TicketId> tickets_;
};

/// Turns changes of incidents into the events of tickets. Who changed is the row's sys_updated_by,
/// for an opening opened_by: always a person, because the log does not say who is a program, and an
/// actor that closes thousands of incidents is only probably one.
/// Threads: the writer's, within decisions. `target`, `rows` and the log outlive it.
class IncidentEvents {
 public:
  IncidentEvents(const ImportTarget& target, const IncidentRowJson& rows)
      : target_(target), rows_(rows), actors_(target) {}

  /// A first row opens the ticket; so does any row of an incident that has none yet. The first row
  /// of one that has a ticket already (it was unreadable in an earlier file) is an update.
  Result<std::vector<NewEvent>> decide(DecisionStep& step, const IncidentChange& change,
                                       const TicketId& ticket);

 private:
  struct Making;
  Status open(Making& making);
  void update(Making& making, const IncidentRow* before);
  Status on(Making& making, const incident::Assigned& assigned);
  Status on(Making& making, const incident::StateChanged& changed);
  Status on(Making& making, const incident::Reopened& reopened);
  Status on(Making& making, const incident::Triaged& triaged);
  Status on(Making& making, const incident::SlaBreached& breached);
  Status on(Making& making, const incident::Updated& updated);

  Clear word(std::string_view text);
  std::optional<Clear> known_word(std::string_view text);
  Provenance provenance(Timestamp occurred_at) const;

  const ImportTarget& target_;
  const IncidentRowJson& rows_;
  ImportActors actors_;
  std::unordered_map<std::string, Clear> words_;
};

}  // namespace recourse
