#include "engine/ledger/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

namespace recourse {

DataLock::DataLock(OpenFile file) : file_(std::move(file)) {}

Result<DataLock> DataLock::take(const std::filesystem::path& data_dir) {
  const std::filesystem::path path = data_dir / "LOCK";
  RECOURSE_LET(OpenFile file, OpenFile::open(path, O_RDWR | O_CREAT));
  if (::flock(file.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock", path, errno);
    Result<std::string> holder = read_file(path);
    if (!holder || holder->empty() ||
        !std::all_of(holder->begin(), holder->end(), [](char c) { return c >= '0' && c <= '9'; }))
      holder = std::string("of an unknown id");
    return Error{ErrorCode::locked, "process " + *holder + " holds the data directory " +
                                        data_dir.string() + ": stop it, or ask it by --url"};
  }
  // For the message above only; whether the lock is held is the system's to say.
  if (::ftruncate(file.descriptor(), 0) != 0) return system_error("write", path, errno);
  const Status written = file.write_at(0, std::to_string(::getpid()));
  if (!written && written.error().code != ErrorCode::disk_full) return written.error();
  return DataLock(std::move(file));
}

}  // namespace recourse
