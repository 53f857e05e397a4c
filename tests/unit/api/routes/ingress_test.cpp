#include "api/routes/ingress.h"

#include <doctest/doctest.h>

#include <chrono>

namespace recourse::routes {
namespace {

using namespace std::chrono_literals;

const TenantId kTenant("default");
const Timestamp kNine = *from_rfc3339("2026-03-01T09:00:00Z");

std::string text(const std::vector<Ingress::Count>& counts) {
  std::string out;
  for (const auto& count : counts)
    out += count.tenant.value() + ' ' + count.channel + ' ' + to_rfc3339(count.hour).substr(11, 5) +
           ' ' + std::to_string(count.received) + '=' + std::to_string(count.accepted) + '+' +
           std::to_string(count.rejected) + '+' + std::to_string(count.duplicates) + '\n';
  return out;
}

TEST_CASE("what came in is counted by what became of it, by channel, hour and tenant") {
  Ingress ingress;
  const auto one = [&](const char* tenant, const char* channel, Timestamp at) {
    const auto input = ingress.begin(TenantId(tenant), "api", at);
    ingress.name_channel(input, channel);
    return input;
  };
  const auto accepted = one("default", "email", kNine);
  ingress.recorded(accepted, kNine + 1s, false);
  ingress.end(accepted);
  const auto again = one("default", "email", kNine + 30min);
  ingress.recorded(again, kNine - 24h, true);
  ingress.end(again);
  ingress.end(one("default", "email", kNine + 40min));
  ingress.end(ingress.begin(kTenant, "api", kNine));
  ingress.end(one("other", "email", kNine));
  ingress.end(0);
  CHECK(ingress.take(kNine + 1h).empty());
  CHECK(text(ingress.take(kNine + 1h + 5min)) ==
        "default api 09:00 1=0+1+0\ndefault email 09:00 3=1+1+1\nother email 09:00 1=0+1+0\n");
  CHECK(ingress.take_all().empty());
}

TEST_CASE("an input that was recorded after the hour counts in the hour of its event") {
  Ingress ingress;
  const auto late = ingress.begin(kTenant, "email", kNine + 59min);
  ingress.recorded(late, kNine + 1h, false);
  ingress.end(late);
  CHECK(ingress.take(kNine + 90min).empty());
  CHECK(text(ingress.take_all()) == "default email 10:00 1=1+0+0\n");
}

TEST_CASE("an input without a known end is received and nothing else") {
  Ingress ingress;
  const auto lost = ingress.begin(kTenant, "email", kNine);
  ingress.lost(lost);
  ingress.end(lost);
  const auto open = ingress.begin(kTenant, "email", kNine);
  CHECK(text(ingress.take(kNine + 2h)) == "default email 09:00 2=0+0+0\n");
  ingress.end(open);
  CHECK(ingress.take_all().empty());
}

TEST_CASE("a count that could not be written is taken again, with what came in besides") {
  Ingress ingress;
  ingress.end(ingress.begin(kTenant, "email", kNine));
  for (const auto& count : ingress.take(kNine + 2h)) ingress.put_back(count);
  ingress.end(ingress.begin(kTenant, "email", kNine));
  CHECK(text(ingress.take(kNine + 2h)) == "default email 09:00 2=0+2+0\n");
}

TEST_CASE("whoever makes up channels gets no counter for each of them") {
  Ingress ingress;
  for (int i = 0; i < 1'000; ++i) {
    const auto input = ingress.begin(kTenant, "api", kNine);
    ingress.name_channel(input, "made-up-" + std::to_string(i));
    ingress.end(input);
  }
  const auto counts = ingress.take_all();
  CHECK(counts.size() < 100);
  std::int64_t received = 0;
  for (const auto& count : counts) received += count.received;
  CHECK(received == 1'000);
}

}  // namespace
}  // namespace recourse::routes
