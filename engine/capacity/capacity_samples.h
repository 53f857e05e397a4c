#pragma once

#include <chrono>
#include <filesystem>
#include <functional>

#include "engine/writer/writer.h"

namespace recourse {

/// How much room there is where the ledger lies, and how much the commands needed: written into the
/// deployment's ledger once per span of a server's work and at its end, as capacity.sampled. Spans
/// follow each other without a gap while a server runs. Threads: one.
class CapacitySamples {
 public:
  struct Disk {
    std::uint64_t total_bytes = 0, free_bytes = 0;
  };
  struct Options {
    std::chrono::seconds every = std::chrono::hours(1);
    /// What is free for the ledger. Default: asks the file system of `data_dir`.
    std::function<Result<Disk>()> disk = {};
  };

  /// `writer` outlives the samples.
  CapacitySamples(Writer& writer, const std::filesystem::path& data_dir, Options options);
  CapacitySamples(Writer& writer, const std::filesystem::path& data_dir)
      : CapacitySamples(writer, data_dir, Options()) {}
  /// Writes the last sample and waits for it.
  ~CapacitySamples();
  CapacitySamples(const CapacitySamples&) = delete;
  CapacitySamples& operator=(const CapacitySamples&) = delete;

  /// Writes a sample when its span is over. Waits for nothing.
  void look();

 private:
  Result<WriteRequest> sample(Timestamp now);

  Writer& writer_;
  const Options options_;
  Timestamp from_;
};

}  // namespace recourse
