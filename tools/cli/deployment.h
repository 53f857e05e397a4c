#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/ledger/ledger.h"
#include "engine/ledger/signer.h"
#include "engine/privacy/pooled_random.h"
#include "engine/writer/writer.h"
#include "projections/view_store.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

struct DeploymentOptions {
  PlaceFlags place;
  std::string deployment;  ///< Empty: the ledger's default.
  bool create = false;     ///< Make a deployment where there is none.
  bool accept_head = false;
  Random* random = nullptr;      ///< Default: the system's.
  const Clock* clock = nullptr;  ///< Default: the system's.
  WriterOptions writer;
  std::vector<std::string> park;  ///< Types of events that projections may leave out from now on.
};

/// Everything that writes a data directory, opened in the order in which each needs the other and
/// closed in the opposite one. Holds the directory's lock. Threads: those of its parts.
class Deployment {
 public:
  /// Errors: those of Ledger::open, ViewStore::open, Writer::open and Signer::open, with what to do
  /// in their text; `invalid` for a path that cannot be a data directory.
  static Result<std::unique_ptr<Deployment>> open(const DeploymentOptions& options);
  /// Signs what was appended.
  ~Deployment();

  Ledger& ledger() { return *ledger_; }
  ViewStore& views() { return *views_; }
  Writer& writer() { return *writer_; }
  Signer& signer() { return *signer_; }

 private:
  explicit Deployment(const DeploymentOptions& options);
  Status open_parts(const DeploymentOptions& options);

  SystemRandom system_random_;
  SystemClock system_clock_;
  PooledRandom pooled_random_{system_random_};
  Random& random_;
  const Clock& clock_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ViewStore> views_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Signer> signer_;
};

/// The ledger as its options say, or the error with what to do. Errors: as Deployment::open.
Result<std::unique_ptr<Ledger>> open_ledger(const DeploymentOptions& options);
Result<std::unique_ptr<ViewStore>> open_views(const PlaceFlags& place);

/// For tools beside a running server: no lock, nothing written. Errors: those of
/// Ledger::open_read_only.
Result<std::unique_ptr<Ledger>> open_ledger_read_only(const PlaceFlags& place);
Result<std::unique_ptr<ViewStore>> open_views_read_only(const PlaceFlags& place);

/// Makes the way to the process that holds the log key; empty when none is named. Errors: invalid.
Result<std::function<std::unique_ptr<HeadSigner>()>> head_signer(const PlaceFlags& place);

/// The key file that `place` means.
std::string kek_path(const PlaceFlags& place);

/// Where the types of events are listed that projections may leave out (ParkList).
std::string park_file(const PlaceFlags& place);
/// Adds to that list. REQUIRES: the directory's lock is held. Errors: as ParkList::add.
Status add_parked_types(const PlaceFlags& place, const std::vector<std::string>& types);

/// The ledger of `tenant`; `meta` is the deployment's own. Errors: not_found.
Result<LedgerInfo> find_ledger(const Ledger& ledger, const std::string& tenant);

}  // namespace recourse::cli
