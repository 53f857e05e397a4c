#include "engine/capacity/capacity_samples.h"

#include <limits>

#include "tests/unit/engine/writer/deployment_for_test.h"

namespace recourse {
namespace {

using namespace std::chrono_literals;

std::vector<CapacitySampled> samples(const Ledger& ledger) {
  std::vector<CapacitySampled> found;
  const LedgerId meta(0);
  const Status read =
      ledger.scan(meta, Position(0), Position(ledger.head(meta).size.value()),
                  [&](Position, std::string_view leaf) {
                    const auto event = read_leaf(leaf);
                    if (const auto* one = event ? get_if<CapacitySampled>(&event->data) : nullptr)
                      found.push_back(*one);
                    return true;
                  });
  REQUIRE(read.ok());
  return found;
}

CapacitySamples::Options disk_of(std::uint64_t total, std::uint64_t free) {
  CapacitySamples::Options options;
  options.disk = [=] { return Result(CapacitySamples::Disk{total, free}); };
  return options;
}

/// Something for the writer to do.
WriteRequest heartbeat() {
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.decide = [](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{{"log", "", Actor{}, "", "", LogHeartbeat{}}};
  };
  return request;
}

TEST_CASE("a sample is written for each hour of work, and for what is left of one at the end") {
  DeploymentForTest at;
  const Timestamp began = at.clock.now();
  {
    CapacitySamples capacity(*at.writer, at.dir, disk_of(1'000, 400));
    at.clock.advance(59min);
    capacity.look();
    CHECK(at.writer->handle(heartbeat()).ok());
    CHECK(samples(*at.ledger).empty());
    at.clock.advance(1min);
    capacity.look();
    CHECK(at.writer->handle(heartbeat()).ok());
    REQUIRE(samples(*at.ledger).size() == 1);
    at.clock.advance(10min);
  }
  const auto written = samples(*at.ledger);
  REQUIRE(written.size() == 2);
  CHECK(written[0].from == began);
  CHECK(written[0].to == began + 1h);
  CHECK(written[0].disk_total == 1'000);
  CHECK(written[0].disk_free == 400);
  CHECK(written[0].queue_limit == 8'192);
  CHECK(written[0].queue_peak >= 1);
  CHECK(written[0].refused == 0);
  CHECK(written[1].from == written[0].to);
  CHECK(written[1].to == began + 70min);
}

TEST_CASE("commands that found no space are counted in the sample, once there is space for it") {
  DeploymentForTest at;
  at.close();
  LedgerOptions full;
  full.free_space_watermark_bytes = std::numeric_limits<std::uint64_t>::max() / 2;
  at.open(full);
  (void)at.writer->take_load();
  CHECK(at.writer->handle(heartbeat()).error().code == ErrorCode::disk_full);
  CHECK(at.writer->handle(heartbeat()).error().code == ErrorCode::disk_full);
  CHECK(at.writer->take_load().refused == 2);
  CHECK(at.writer->take_load().refused == 0);
}

TEST_CASE("the file system is asked where no other disk is named") {
  DeploymentForTest at;
  { CapacitySamples capacity(*at.writer, at.dir); }
  const auto written = samples(*at.ledger);
  REQUIRE(written.size() == 1);
  CHECK(written[0].disk_total > 0);
  CHECK(written[0].disk_free > 0);
  CHECK(written[0].disk_free < written[0].disk_total);
}

TEST_CASE("a disk that does not answer costs a sample and nothing else") {
  DeploymentForTest at;
  CapacitySamples::Options options;
  options.disk = [] { return Result<CapacitySamples::Disk>(Error{ErrorCode::io, "gone"}); };
  { CapacitySamples capacity(*at.writer, at.dir, std::move(options)); }
  CHECK(samples(*at.ledger).empty());
}

}  // namespace
}  // namespace recourse
