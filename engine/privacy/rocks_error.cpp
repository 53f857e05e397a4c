#include "engine/privacy/rocks_error.h"

#include <string>

namespace recourse {

Error rocks_error(const rocksdb::Status& status, std::string_view doing,
                  const std::filesystem::path& path) {
  RECOURSE_ASSERT(!status.ok(), "an error is told of a failed call");
  const std::string what = "cannot " + std::string(doing) + " " + path.string() + ": ";
  const std::string said = status.ToString();
  if (status.IsNoSpace()) return {ErrorCode::disk_full, what + "the disk is full"};
  if (status.IsNotFound() || status.IsPathNotFound())
    return {ErrorCode::not_found, what + "it is not there"};
  if (status.IsCorruption())
    return {ErrorCode::corrupt, what + "stored bytes are damaged; restore a backup"};
  if (status.IsNotSupported()) return {ErrorCode::unsupported, what + "a newer format"};
  // RocksDB has no code of its own for a lock that is held; the words are those of 7.8's env_posix.
  if (status.IsIOError() && (said.find("lock hold by current process") != std::string::npos ||
                             said.find("While lock file") != std::string::npos))
    return {ErrorCode::locked, what + "another process holds it"};
  if (status.IsIOError()) return {ErrorCode::io, what + said};
  if (status.IsInvalidArgument() && said.find("does not exist") != std::string::npos)
    return {ErrorCode::not_found, what + "it is not there"};
  if (status.IsBusy() || status.IsTryAgain() || status.IsTimedOut() || status.IsIncomplete() ||
      status.IsShutdownInProgress())
    return {ErrorCode::unavailable, what + "it is busy"};
  return {ErrorCode::io, what + said};
}

}  // namespace recourse
