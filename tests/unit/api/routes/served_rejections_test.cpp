#include "api/routes/served_rejections.h"

#include <doctest/doctest.h>

#include <vector>

namespace recourse::routes::served {
namespace {

const Timestamp kStart = *from_rfc3339("2026-03-02T08:00:00Z");

struct Recorded {
  std::vector<Rejections::One> all;
  Rejections rejections{[this](const Rejections::One& one) { all.push_back(one); }};

  void note(const char* tenant, Timestamp at) {
    rejections.note(TenantId(tenant), Principal{}, "process_ticket", "not_found", at);
  }
};

TEST_CASE("the first rejection is recorded at once, further ones as one count a minute later") {
  Recorded recorded;
  for (int i = 0; i < 100; ++i) recorded.note("acme", kStart);
  REQUIRE(recorded.all.size() == 1);
  CHECK(recorded.all[0].count == 1);
  recorded.rejections.flush(kStart + std::chrono::seconds(59));
  CHECK(recorded.all.size() == 1);
  recorded.rejections.flush(kStart + std::chrono::seconds(60));
  REQUIRE(recorded.all.size() == 2);
  CHECK(recorded.all[1].count == 99);
  CHECK(recorded.all[1].command == "process_ticket");
}

TEST_CASE("what was quiet for a minute is recorded at once again") {
  Recorded recorded;
  recorded.note("acme", kStart);
  recorded.rejections.flush(kStart + std::chrono::minutes(2));
  CHECK(recorded.all.size() == 1);
  recorded.note("acme", kStart + std::chrono::minutes(3));
  CHECK(recorded.all.size() == 2);
}

TEST_CASE("each tenant has records of its own") {
  Recorded recorded;
  recorded.note("acme", kStart);
  recorded.note("globex", kStart);
  REQUIRE(recorded.all.size() == 2);
  CHECK(recorded.all[1].tenant == TenantId("globex"));
}

TEST_CASE("with a target each principal and target has records of its own") {
  Recorded recorded;
  const auto vote = [&](const char* who, const char* approval) {
    recorded.rejections.note(TenantId("acme"),
                             {PrincipalId(who), ActorType::human, Role::viewer, {}}, "cast_vote",
                             "forbidden", kStart, approval);
  };
  vote("usr_1", "apr_1");
  vote("usr_2", "apr_1");
  vote("usr_1", "apr_2");
  vote("usr_1", "apr_1");
  REQUIRE(recorded.all.size() == 3);
  CHECK(recorded.all[1].principal.id == PrincipalId("usr_2"));
  CHECK(recorded.all[2].target == "apr_2");
  recorded.rejections.flush(kStart + std::chrono::minutes(1));
  REQUIRE(recorded.all.size() == 4);
  CHECK(recorded.all[3].target == "apr_1");
  CHECK(recorded.all[3].count == 1);
}

TEST_CASE("many targets do not grow without bound") {
  Recorded recorded;
  for (int i = 0; i < 10'000; ++i)
    recorded.rejections.note(TenantId("acme"), Principal{}, "cast_vote", "forbidden", kStart,
                             "apr_" + std::to_string(i));
  CHECK(recorded.all.size() == 4'097);
}

}  // namespace
}  // namespace recourse::routes::served
