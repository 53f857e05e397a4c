#include "tools/cli/deployment.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "api/integrations/unix_head_signer.h"
#include "engine/ledger/apply_destructions.h"
#include "engine/ledger/destruction_journal.h"
#include "tools/backup/known_destructions.h"
#include "tools/backup/restore.h"
#include "tools/cli/note_destructions.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

LedgerOptions ledger_options(const PlaceFlags& place) {
  LedgerOptions options;
  options.data_dir = place.data_dir;
  options.kek_file = kek_path(place);
  return options;
}

bool is_deployment(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / "HEAD", error) || fs::exists(directory / "ledger", error);
}

/// A first start makes files all over the directory, so it must not be somebody's home.
Status check_place(const fs::path& directory, bool create) {
  std::error_code error;
  const fs::file_status status = fs::status(directory, error);
  if (!fs::exists(status)) {
    if (create) return {};
    return Error{ErrorCode::not_found, "there is no data directory " + directory.string() +
                                           "; name it with --data, or make one with `recourse "
                                           "serve` or `recourse demo`"};
  }
  if (!fs::is_directory(status))
    return Error{ErrorCode::invalid,
                 directory.string() + " is not a directory; name the data directory with --data"};
  if (is_half_restored(directory))
    return Error{ErrorCode::conflict, "a restore into " + directory.string() +
                                          " was broken off; run the same `recourse restore` again"};
  if (is_deployment(directory)) return {};
  if (!create)
    return Error{ErrorCode::not_found, directory.string() +
                                           " is not a data directory of Recourse; name one with "
                                           "--data"};
  fs::directory_iterator entries(directory, error);
  if (error)
    return Error{ErrorCode::forbidden,
                 "cannot read " + directory.string() + ": " + error.message() + "; ask its owner"};
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (name != "LOCK" && name != "lost+found")
      return Error{ErrorCode::invalid, directory.string() +
                                           " holds other files; give an empty or a new directory "
                                           "with --data"};
  }
  return {};
}

std::string holder_of(const fs::path& directory) {
  std::ifstream file(directory / "LOCK");
  std::string id;
  if (!(file >> id) || id.find_first_not_of("0123456789") != std::string::npos)
    return "another process";
  return "process " + id;
}

/// The library says what is wrong; here is what somebody at a terminal can do about it.
Error with_way_out(const PlaceFlags& place, Error error) {
  if (error.message.find("; ") != std::string::npos) return error;
  switch (error.code) {
    case ErrorCode::locked:
      error.message = holder_of(place.data_dir) + " holds the data directory " + place.data_dir +
                      "; stop it first, or use --url and --key-file where a command has them";
      break;
    case ErrorCode::not_found:
    case ErrorCode::forbidden:
    case ErrorCode::unauthenticated:
      error.message += "; the key encryption key is read from " + kek_path(place) +
                       ": bring it back, mend its mode (600), or name it with --kek";
      break;
    case ErrorCode::corrupt:
      error.message += "; run `recourse doctor --data " + place.data_dir + "`";
      break;
    case ErrorCode::unsupported:
      error.message += "; use the version of this program that wrote it, or a newer one";
      break;
    case ErrorCode::disk_full:
      error.message += "; make room on its disk, then start again";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace

std::string kek_path(const PlaceFlags& place) {
  if (!place.kek_file.empty()) return place.kek_file;
  // A slash at the end would put the key inside the directory that it must not lie in.
  std::string path = place.data_dir;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path + ".kek";
}

std::string park_file(const PlaceFlags& place) { return place.data_dir + "/park"; }

Status add_parked_types(const PlaceFlags& place, const std::vector<std::string>& types) {
  if (types.empty()) return {};
  ParkList parks;
  RECOURSE_TRY(parks.open(park_file(place)));
  return parks.add(types);
}

Result<std::unique_ptr<Ledger>> open_ledger(const DeploymentOptions& options) {
  RECOURSE_TRY(check_place(options.place.data_dir, options.create));
  LedgerOptions ledger = ledger_options(options.place);
  if (!options.deployment.empty()) ledger.deployment = options.deployment;
  ledger.create = options.create;
  ledger.accept_head = options.accept_head;
  ledger.random = options.random;
  ledger.clock = options.clock;
  auto opened = Ledger::open(ledger);
  if (!opened) return with_way_out(options.place, opened.error());
  return opened;
}

Result<std::unique_ptr<ViewStore>> open_views(const PlaceFlags& place) {
  auto opened = ViewStore::open(place.data_dir);
  if (!opened) return with_way_out(place, opened.error());
  return opened;
}

Result<std::unique_ptr<Ledger>> open_ledger_read_only(const PlaceFlags& place) {
  RECOURSE_TRY(check_place(place.data_dir, false));
  auto opened = Ledger::open_read_only(ledger_options(place));
  if (!opened) return with_way_out(place, opened.error());
  return opened;
}

Result<std::unique_ptr<ViewStore>> open_views_read_only(const PlaceFlags& place) {
  auto opened = ViewStore::open_read_only(place.data_dir);
  if (!opened) return with_way_out(place, opened.error());
  return opened;
}

Result<std::function<std::unique_ptr<HeadSigner>()>> head_signer(const PlaceFlags& place) {
  constexpr std::string_view kUnix = "unix:";
  if (place.signer.empty()) return std::function<std::unique_ptr<HeadSigner>()>();
  if (!place.signer.starts_with(kUnix))
    return Error{ErrorCode::invalid, place.signer + " is no signer; write it like unix:PATH"};
  const std::string path = place.signer.substr(kUnix.size());
  return std::function<std::unique_ptr<HeadSigner>()>([path] { return unix_head_signer(path); });
}

Result<LedgerInfo> find_ledger(const Ledger& ledger, const std::string& tenant) {
  if (const auto found = ledger.find_tenant(TenantId(tenant))) return *found;
  for (const LedgerInfo& info : ledger.ledgers())
    if (info.tenant.value() == tenant) return info;
  return Error{ErrorCode::not_found,
               "there is no tenant " + tenant + "; `recourse tenant list` shows them"};
}

Deployment::Deployment(const DeploymentOptions& options)
    : random_(options.random != nullptr ? *options.random : pooled_random_),
      clock_(options.clock != nullptr ? *options.clock : system_clock_) {}

Deployment::~Deployment() {
  if (!signer_ || writer_->failed()) return;
  if (const Status signed_last = signer_->sign_round(); !signed_last)
    spdlog::error("the last heads were not signed: {}", signed_last.error().message);
  signer_.reset();
  const bool failed = writer_->failed();
  writer_.reset();
  if (failed) return;
  if (const Status marked = mark_carried_out(*ledger_); !marked)
    spdlog::error("how far destructions were carried out was not noted: {}",
                  marked.error().message);
}

Status Deployment::open_parts(const DeploymentOptions& options) {
  DeploymentOptions own = options;
  own.random = &random_;
  own.clock = &clock_;
  RECOURSE_LET(ledger_, open_ledger(own));
  // Before anything is served: a crash, or an older key store, may have left keys that the log says
  // are destroyed.
  RECOURSE_LET(const AppliedDestructions applied,
               apply_destructions(*ledger_, note_destructions(options.place)));
  if (applied.subjects + applied.buckets > 0)
    spdlog::warn("destroyed again as the log says: keys of {} persons and {} months",
                 applied.subjects, applied.buckets);
  // The same for a directory that was put back as it was before: its log does not say so.
  RECOURSE_LET(const auto journal, read_destructions(journal_beside(kek_path(options.place))));
  if (const auto alive = still_alive(*ledger_, journal); !alive.empty()) {
    RECOURSE_LET(const std::size_t keys, destroy_again(*ledger_, alive));
    spdlog::warn("destroyed again as the journal beside the key file says: {} keys", keys);
  }
  RECOURSE_LET(views_, open_views(options.place));
  RECOURSE_TRY(add_parked_types(options.place, options.park));
  WriterOptions writing = options.writer;
  writing.park_file = park_file(options.place);
  auto writer = Writer::open(*ledger_, *views_, clock_, random_, writing);
  if (!writer) return with_way_out(options.place, writer.error());
  writer_ = std::move(writer).value();
  RECOURSE_LET(const auto holder, head_signer(options.place));
  std::unique_ptr<HeadSigner> elsewhere = holder ? holder() : nullptr;
  auto signer = Signer::open(*ledger_, options.place.data_dir, std::move(elsewhere));
  if (!signer) return with_way_out(options.place, signer.error());
  signer_ = std::move(signer).value();
  return {};
}

Result<std::unique_ptr<Deployment>> Deployment::open(const DeploymentOptions& options) {
  std::unique_ptr<Deployment> made(new Deployment(options));
  RECOURSE_TRY(made->open_parts(options));
  return made;
}

}  // namespace recourse::cli
