#pragma once

#include <rocksdb/options.h>

namespace recourse {

/// How the views database is opened, and how files that it is to take in are written.
rocksdb::Options view_options();

}  // namespace recourse
