#include "tools/audit/event_filter.h"

#include <doctest/doctest.h>

#include "tests/unit/tools/audit/told_ticket.h"

namespace recourse {
namespace {

using Types = std::vector<std::string>;

TEST_CASE("a type that is named without its version stands for every version ever stored") {
  CHECK(event_types_named("rollback.planned").value() ==
        Types{"recourse.rollback.planned.v2", "recourse.rollback.planned.v1"});
  CHECK(event_types_named("recourse.rollback.planned.v1").value() ==
        Types{"recourse.rollback.planned.v1"});
  CHECK(event_types_named("ticket.opened").value() == Types{"recourse.ticket.opened.v1"});
}

TEST_CASE("a noun stands for all of its types") {
  const Types noun = event_types_named("killswitch").value();
  CHECK(noun == Types{"recourse.killswitch.engaged.v1", "recourse.killswitch.released.v1"});
  CHECK(event_types_named("killswitch.*").value() == noun);
  CHECK(event_types_named(Types{"killswitch.released", "killswitch"}).value() ==
        Types{"recourse.killswitch.released.v1", "recourse.killswitch.engaged.v1"});
}

TEST_CASE("an unknown type is refused with what there is instead") {
  const auto message = [](std::string_view text) {
    const auto types = event_types_named(text);
    REQUIRE(!types.ok());
    CHECK(types.error().code == ErrorCode::invalid);
    return types.error().message;
  };
  CHECK(message("killswitch.thrown") ==
        "there is no event type 'killswitch.thrown'; there are killswitch.engaged, "
        "killswitch.released");
  CHECK(message("rolback").find(" rollback,") != std::string::npos);
  CHECK(message("").starts_with("there is no event type ''"));
  CHECK(message("recourse.ticket.opened.v9").find("nouns") != std::string::npos);
}

TEST_CASE("all conditions of a filter hold together") {
  const ToldTicket told;
  const auto passing = [&](const EventFilter& filter) {
    std::vector<std::uint64_t> places;
    for (std::uint64_t i = 0; i < told.ledger->head(told.tenant).size.value(); ++i)
      if (passes(filter, told.ledger->leaf(told.tenant, Position(i)).value())) places.push_back(i);
    return places;
  };
  CHECK(passing({}).size() == 10);
  EventFilter filter;
  filter.types = event_types_named("ticket.opened").value();
  CHECK(passing(filter) == std::vector{ToldTicket::kOpened, ToldTicket::kOther});
  filter.subject = told.other.value();
  CHECK(passing(filter) == std::vector{ToldTicket::kOther});
  const auto head = read_leaf_head(told.ledger->leaf(told.tenant, Position(2)).value());
  filter.actor = head->actor.id.value();
  CHECK(passing(filter) == std::vector{ToldTicket::kOther});
  filter.actor = "usr_nobody";
  CHECK(passing(filter).empty());
}

}  // namespace
}  // namespace recourse
