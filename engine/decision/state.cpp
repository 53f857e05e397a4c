#include "engine/decision/state.h"

namespace recourse {
namespace {

template <class IdType, class Row>
std::int64_t version_in(StateTable<IdType, Row>& table, IdType id) {
  const Row* row = table.find(id);
  return row != nullptr ? row->next_version : 0;
}

}  // namespace

std::int64_t next_version(State& state, std::string_view stream) {
  const std::string id(stream);
  if (stream.starts_with("tkt_")) return version_in(state.tickets, TicketId(id));
  if (stream.starts_with("act_")) return version_in(state.actions, ActionId(id));
  if (stream.starts_with("apr_")) return version_in(state.approvals, ApprovalId(id));
  if (stream.starts_with("res_")) return version_in(state.resolutions, ResolutionId(id));
  return version_in(state.streams, id);
}

}  // namespace recourse
