#include "engine/event/fields.h"

#include <doctest/doctest.h>

#include "engine/event/catalogue.h"
#include "tests/unit/engine/event/undescribed_members.h"

using namespace recourse;

namespace {

struct Forgetful {
  std::int64_t kept = 0, forgotten = 0;
};
BOOST_DESCRIBE_STRUCT(Forgetful, (), (kept))

struct Holder {
  std::vector<Forgetful> inner;
};
BOOST_DESCRIBE_STRUCT(Holder, (), (inner))

template <class T>
std::vector<std::string> names() {
  std::vector<std::string> all;
  boost::mp11::mp_for_each<described::Fields<T>>(
      [&](auto field) { all.emplace_back(decltype(field)::name); });
  return all;
}

}  // namespace

TEST_CASE("no event has a member that its description leaves out") {
  std::vector<std::string> found;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, EventTypes>>(
      [&](auto identity) { find_undescribed_members<typename decltype(identity)::type>(found); });
  CHECK(found == std::vector<std::string>());
  find_undescribed_members<Holder>(found);
  CHECK(found.size() == 1);
}

TEST_CASE("fields stand in the order of their names, those of a provenance among them") {
  CHECK(names<TicketReopened>() == std::vector<std::string>{"imported", "occurred_at", "reason",
                                                            "reason_code", "resolution", "source",
                                                            "ticket"});
}
