#pragma once

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "projections/projection.h"
#include "projections/row_codec.h"
#include "projections/rows.h"

// A story tells what matters and leaves the rest of an event as it starts out.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace recourse {

/// Rows as a store would hold them, and what a projection of them stands on.
class MemoryRows final : public RowSource {
 public:
  std::optional<std::string> load(std::string_view key) const override {
    const auto found = rows.find(std::string(key));
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }
  RowSink sink() {
    return [this](std::string_view key, std::string_view json) {
      if (json.empty()) {
        rows.erase(std::string(key));
      } else {
        rows[std::string(key)] = json;
      }
    };
  }
  Digest from_scratch() const {
    Digest digest;
    for (const auto& [key, json] : rows) digest.add(Digest::of_row(key, json));
    return digest;
  }
  std::map<std::string, std::string> rows;
};

/// A history told event by event, one second apart, and the rows that a projection makes of it.
class Story {
 public:
  explicit Story(const ProjectionKind& kind) : projection_(kind.make(store, digest)) {}

  /// Appends what happened; `by` is who did it.
  Story& then(EventData data, std::string by = "agt_1", std::string stream = "") {
    RecordedEvent event;
    event.id = EventId("evt_" + std::to_string(events.size()));
    event.source = "audit.example.com/t/7f3a";
    event.position = Position(events.size());
    event.time = at(events.size());
    event.actor = {by.starts_with("usr_") ? ActorType::human : ActorType::agent, PrincipalId(by)};
    event.stream_version = versions_[stream]++;
    event.stream = std::move(stream);
    event.subject = "tkt_1";
    event.data = std::move(data);
    projection_->apply(event);
    events.push_back(std::move(event));
    return *this;
  }

  static Timestamp at(std::size_t position) {
    return from_rfc3339("2026-01-05T09:00:00Z").value() + std::chrono::seconds(position);
  }

  /// Rows by their keys, after a flush.
  const std::map<std::string, std::string>& rows() {
    projection_->flush(store.sink());
    CHECK(digest == store.from_scratch());
    return store.rows;
  }
  bool has(const std::string& key) { return rows().contains(key); }
  template <class Row>
  Row row(const std::string& key) {
    Row row;
    REQUIRE_MESSAGE(rows().contains(key), "there is no row ", key);
    REQUIRE(decode_row(store.rows.at(key), row));
    return row;
  }

  std::vector<RecordedEvent> events;
  MemoryRows store;
  Digest digest;

 private:
  std::unique_ptr<Projection> projection_;
  std::map<std::string, std::int64_t> versions_;
};

// What most stories are made of.

inline TicketOpened opened(std::string ticket = "tkt_1", std::int64_t number = 1) {
  TicketOpened data;
  data.ticket = TicketId(std::move(ticket));
  data.number = number;
  data.channel = "api";
  data.requester = SubjectId("sub_1");
  return data;
}

inline ActionProposed proposed(std::string action = "act_1", std::string type = "process_refund") {
  ActionProposed data;
  data.action = ActionId(std::move(action));
  data.ticket = TicketId("tkt_1");
  data.type = std::move(type);
  data.type_version = 1;
  data.confidence_ppm = 900'000;
  return data;
}

inline PolicyDecided decided(PolicyOutcome outcome, std::string action = "act_1") {
  PolicyDecided data;
  data.action = ActionId(std::move(action));
  data.ticket = TicketId("tkt_1");
  data.decision = "dec_1";
  data.outcome = outcome;
  data.policy = "pol_default@1";
  data.at = "propose";
  return data;
}

inline ApprovalRequested requested(std::string approval = "apr_1", std::string action = "act_1") {
  ApprovalRequested data;
  data.approval = ApprovalId(std::move(approval));
  data.action = ActionId(std::move(action));
  data.ticket = TicketId("tkt_1");
  data.expires_at = from_rfc3339("2026-01-05T10:00:00Z").value();
  return data;
}

inline ResolutionAsserted asserted(std::string resolution = "res_1", std::string action = "act_1",
                                   std::string type = "process_refund") {
  ResolutionAsserted data;
  data.resolution = ResolutionId(std::move(resolution));
  data.ticket = TicketId("tkt_1");
  if (action.empty()) return data;
  data.action = ActionId(std::move(action));
  data.action_type = Clear(std::move(type));
  return data;
}

const inline TicketId kTicket("tkt_1");
const inline ActionId kAction("act_1");
const inline ApprovalId kApproval("apr_1");
const inline ResolutionId kResolution("res_1");

}  // namespace recourse
