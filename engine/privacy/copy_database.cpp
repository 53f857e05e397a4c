#include "engine/privacy/copy_database.h"

#include <rocksdb/utilities/checkpoint.h>

#include <memory>

#include "engine/privacy/rocks_error.h"

namespace recourse {

Status copy_database(rocksdb::DB& db, const std::filesystem::path& to, std::string_view doing) {
  std::error_code ignored;
  if (std::filesystem::exists(to, ignored))
    return Error{ErrorCode::conflict, to.string() + " is there already"};
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&db, &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // What is in memory is written to a table first: a table is the same file in the next backup too,
  // a write-ahead log never is.
  if (status.ok()) status = checkpoint->CreateCheckpoint(to.string(), 0);
  if (!status.ok()) return rocks_error(status, doing, to);
  return {};
}

}  // namespace recourse
