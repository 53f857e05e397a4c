#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/writer/decision_state.h"
#include "projections/tickets.h"

namespace recourse {

inline const TenantId kDefault("default");
inline const std::uint8_t kTicketRows = tickets_kind().number;

/// The projection tickets, with a handler that breaks off in the middle of events of its choice.
class FussyTickets final : public Projection {
 public:
  /// Whether an event is too much for the handler; none: it does all of them.
  static inline std::function<bool(const RecordedEvent&)> refuses;

  FussyTickets(const RowSource& source, Digest& digest)
      : tickets_(tickets_kind().make(source, digest)) {}

  void apply(const RecordedEvent& event) override {
    tickets_->apply(event);  // Half of the event is in the rows when it fails.
    if (refuses && refuses(event)) throw FoldFailure("this is too much");
  }
  std::vector<FlushedTable*> tables() override { return tickets_->tables(); }

 private:
  std::unique_ptr<Projection> tickets_;
};

inline std::vector<ProjectionKind> with_fussy_tickets(std::uint32_t version = 0) {
  std::vector<ProjectionKind> kinds = all_projections();
  ProjectionKind& tickets = kinds.at(tickets_kind().number);
  if (version != 0) tickets.version = version;
  tickets.make = [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
    return std::make_unique<FussyTickets>(source, digest);
  };
  return kinds;
}

}  // namespace recourse
