#include "engine/event/append_json.h"

// Compiled twice by ctest: as it stands it must compile; with RECOURSE_PLAIN_STRING it must not.
namespace recourse {

struct ComplaintHeard {
  static constexpr std::string_view kType = "recourse.complaint.heard.v1";
  TicketId ticket;
#ifdef RECOURSE_PLAIN_STRING
  std::string complaint;
#else
  Sealed complaint;
#endif
};
BOOST_DESCRIBE_STRUCT(ComplaintHeard, (), (ticket, complaint))

std::string as_the_ledger_would(const ComplaintHeard& heard) { return to_json(heard); }

}  // namespace recourse
