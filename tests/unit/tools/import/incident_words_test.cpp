#include "tools/import/incident_words.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

TEST_CASE("the states of a service desk have a status here") {
  CHECK(status_of_state("New") == TicketStatus::new_);
  CHECK(status_of_state("Active") == TicketStatus::open);
  CHECK(status_of_state("In Progress") == TicketStatus::open);
  CHECK(status_of_state("Awaiting User Info") == TicketStatus::pending);
  CHECK(status_of_state("Awaiting Caller") == TicketStatus::pending);
  CHECK(status_of_state("Awaiting Vendor") == TicketStatus::on_hold);
  CHECK(status_of_state("awaiting problem") == TicketStatus::on_hold);
  CHECK(status_of_state("On Hold") == TicketStatus::on_hold);
  CHECK(status_of_state("RESOLVED") == TicketStatus::resolved);
  CHECK(status_of_state("7") == TicketStatus::closed);
  CHECK(status_of_state("Canceled") == TicketStatus::closed);
}

TEST_CASE("a state that nobody knows is open") {
  CHECK(status_of_state("-100") == TicketStatus::open);
  CHECK(status_of_state("") == TicketStatus::open);
  CHECK(status_of_state("Newest") == TicketStatus::open);
}

}  // namespace
}  // namespace recourse
