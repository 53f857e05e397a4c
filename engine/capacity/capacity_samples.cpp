#include "engine/capacity/capacity_samples.h"

#include <spdlog/spdlog.h>

namespace recourse {
namespace {

Result<CapacitySamples::Disk> ask_file_system(const std::filesystem::path& place) {
  std::error_code error;
  const auto space = std::filesystem::space(place, error);
  if (error)
    return Error{ErrorCode::io,
                 "cannot read the free space of " + place.string() + ": " + error.message()};
  return CapacitySamples::Disk{space.capacity, space.available};
}

void warn(const Error& error) { spdlog::warn("no capacity sample: {}", error.message); }

CapacitySamples::Options completed(CapacitySamples::Options options,
                                   const std::filesystem::path& data_dir) {
  if (!options.disk) options.disk = [data_dir] { return ask_file_system(data_dir); };
  return options;
}

}  // namespace

CapacitySamples::CapacitySamples(Writer& writer, const std::filesystem::path& data_dir,
                                 Options options)
    : writer_(writer),
      options_(completed(std::move(options), data_dir)),
      from_(writer.clock().now()) {
  (void)writer_.take_load();  // What came before is not this span's.
}

CapacitySamples::~CapacitySamples() {
  if (writer_.failed()) return;
  auto last = sample(writer_.clock().now());
  if (!last) {
    warn(last.error());
  } else if (const Outcome written = writer_.handle(std::move(*last)); !written) {
    warn(written.error());
  }
}

void CapacitySamples::look() {
  const Timestamp now = writer_.clock().now();
  if (now < from_ + options_.every) return;
  auto next = sample(now);
  if (!next) {
    from_ = now;
    return warn(next.error());
  }
  writer_.submit(std::move(*next), [](const Outcome& written) {
    if (!written) warn(written.error());
  });
}

Result<WriteRequest> CapacitySamples::sample(Timestamp now) {
  RECOURSE_LET(const Disk disk, options_.disk());
  const Writer::Load load = writer_.take_load();
  CapacitySampled sampled;
  sampled.from = from_;
  sampled.to = from_ = now;
  sampled.disk_total = static_cast<std::int64_t>(disk.total_bytes);
  sampled.disk_free = static_cast<std::int64_t>(disk.free_bytes);
  sampled.queue_limit = static_cast<std::int64_t>(load.limit);
  sampled.queue_peak = static_cast<std::int64_t>(load.peak);
  sampled.refused = static_cast<std::int64_t>(load.refused);
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [sampled](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{{"capacity", "", Actor{}, "", "", sampled}};
  };
  return request;
}

}  // namespace recourse
