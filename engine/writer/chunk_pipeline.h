#pragma once

#include <cstddef>
#include <functional>

#include "engine/base/result.h"

namespace recourse {

/// A stream that is cut into chunks and folded by several consumers: chunks are read side by side
/// and in any order, each consumer takes every chunk in order.
/// The functions may run on any of the threads; for one chunk or one consumer never two at once.
struct ChunkWork {
  std::size_t chunks = 0;
  std::size_t consumers = 0;
  /// Fills the buffer `slot`, which nobody looks at until this returns.
  std::function<Status(std::size_t chunk, std::size_t slot)> read;
  /// Takes the chunk that lies in `slot`.
  std::function<Status(std::size_t consumer, std::size_t chunk, std::size_t slot)> consume;
  /// After `done` chunks have been through all consumers; one call at a time.
  std::function<void(std::size_t done)> progress;
};

/// Buffers between readers and consumers, and so the bound on what lies in memory.
constexpr std::size_t kChunkSlots = 4;

/// Does all of `work` on this thread and one more. Errors: the first that a function gave; nothing
/// more is begun after it.
Status run_on_two_threads(const ChunkWork& work);

}  // namespace recourse
