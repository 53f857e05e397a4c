#include <algorithm>
#include <filesystem>

#include "engine/ledger/data_lock.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/signer_state.h"
#include "engine/privacy/kek.h"
#include "engine/writer/decision_state.h"
#include "tools/backup/restore.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/declared_loss.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLittleSpace = 256ULL << 20;

enum class Health { good, notice, problem };

std::string_view word_of(Health health) {
  return health == Health::good ? "ok" : health == Health::notice ? "notice" : "problem";
}

struct Finding {
  Health health;
  std::string about, what, advice;
};

/// Looks at one part after the other and never stops at the first fault: the whole picture is what
/// somebody in trouble needs.
class Examination {
 public:
  explicit Examination(const DoctorFlags& flags) : flags_(flags), directory_(flags.data_dir) {}

  std::vector<Finding> run() {
    lock();
    head();
    kek();
    ledger();
    views();
    signatures();
    quarantine();
    space();
    return std::move(findings_);
  }

 private:
  void note(Health health, std::string about, std::string what, std::string advice = "") {
    findings_.push_back({health, std::move(about), one_line(what), std::move(advice)});
  }

  void lock() {
    const auto held = DataLock::take(directory_);
    if (held) return note(Health::good, "lock", "no process holds the directory");
    if (held.error().code == ErrorCode::locked)
      return note(Health::good, "lock",
                  held.error().message.substr(0, held.error().message.find(": ")),
                  "what follows is what that process made durable");
    note(Health::problem, "lock", held.error().message, "mend the directory's owner and mode");
  }

  void head() {
    const auto anchor = HeadFile::read(directory_ / "HEAD");
    if (anchor)
      return note(Health::good, "HEAD",
                  "commit " + std::to_string(anchor->number) + " was acknowledged, epoch " +
                      std::to_string(anchor->epoch));
    const bool lost =
        anchor.error().code == ErrorCode::not_found || anchor.error().code == ErrorCode::corrupt;
    note(Health::problem, "HEAD", anchor.error().message,
         lost ? "restore it from the newest backup; if there is none, and the log as found is all "
                "there ever was, run `recourse doctor --accept-head --data " +
                    flags_.data_dir + "`"
              : "use the version of the program that wrote it, or a newer one");
  }

  void kek() {
    const std::string file = kek_path(flags_);
    const auto key = read_kek(file);
    if (key)
      return note(
          Health::good, "key",
          "the key encryption key in " + file + " is of epoch " + std::to_string(key->epoch));
    note(Health::problem, "key", key.error().message,
         "bring " + file +
             " back (or name it with --kek), mode 600; without it every text stays "
             "unreadable, while decisions and proofs remain");
  }

  void ledger() {
    auto opened = open_ledger_read_only(flags_);
    if (!opened) {
      const bool damaged = opened.error().code == ErrorCode::corrupt;
      return note(Health::problem, "ledger", opened.error().message,
                  damaged
                      ? "nothing was changed: keep a copy of the directory as it is, then "
                        "restore the newest backup into a new directory (and where acknowledged "
                        "events are in none, see --declare-loss)"
                      : "mend this first");
    }
    ledger_ = std::move(*opened);
    std::uint64_t events = 0;
    for (const LedgerInfo& info : ledger_->ledgers())
      events += ledger_->head(info.ledger).size.value();
    note(Health::good, "ledger",
         grouped(events) + " events in " + std::to_string(ledger_->ledgers().size()) +
             " ledgers; the log ends where HEAD says",
         "`recourse verify` checks every one of them");
    for (const LedgerInfo& info : ledger_->ledgers())
      for (const ClosedLog& log : info.closed)
        note(Health::notice, "loss",
             info.tenant.value() + ": " + log.origin + " was closed at " +
                 grouped(log.kept.size.value()) + " events, and what it had beyond is lost");
  }

  void views() {
    if (!ledger_) return;
    const auto views = open_views_read_only(flags_);
    if (!views)
      return note(Health::notice, "views", views.error().message,
                  "rows are derived: stop the server and run `recourse rebuild --data " +
                      flags_.data_dir + "`");
    std::uint64_t behind = 0;
    std::string other_version, ahead;
    for (const LedgerInfo& info : ledger_->ledgers()) {
      const std::uint64_t size = ledger_->head(info.ledger).size.value();
      for (const ProjectionKind& kind : all_projections()) {
        const ViewState state = (*views)->state(kind.number, info.ledger);
        if (state.version != 0 && state.version != kind.version) other_version = kind.name;
        if (state.applied.value() > size) ahead = kind.name;
        behind = std::max(behind, size - std::min(size, state.applied.value()));
      }
    }
    const std::string rebuild = "run `recourse rebuild --data " + flags_.data_dir + "`";
    // A server's newest rows are in its memory, so beside one the log is allowed to be ahead.
    if (!ahead.empty())
      note(Health::problem, "views", "the view " + ahead + " is ahead of its ledger", rebuild);
    if (!other_version.empty())
      return note(Health::notice, "views",
                  "the view " + other_version + " was made by another version of the program",
                  "a server makes it anew by itself; or stop the server and " + rebuild);
    note(Health::good, "views",
         behind == 0 ? "every row stands where the log stands"
                     : "on disk the rows are at most " + grouped(behind) + " events behind the log",
         behind == 0 ? "" : "the next start folds what is missing");
  }

  void signatures() {
    if (!ledger_) return;
    const auto signer = Signer::open_read_only(*ledger_, flags_.data_dir);
    const Status reached =
        signer ? check_signed_state(*ledger_, directory_) : Status(signer.error());
    if (reached) return note(Health::good, "signer", "no ledger is behind what was signed");
    note(Health::problem, "signer", reached.error().message,
         "a signed head is a promise: restore the newer copy of the log; if there is none any "
         "more, `recourse doctor --declare-loss REASON --data " +
             flags_.data_dir + "`");
  }

  void quarantine() {
    std::error_code error;
    std::size_t kept = 0;
    for (fs::directory_iterator at(directory_ / "quarantine", error), end; !error && at != end;
         at.increment(error))
      ++kept;
    if (kept > 0)
      note(Health::notice, "quarantine",
           std::to_string(kept) + " opens found a torn write-ahead log; its bytes are kept in " +
               (directory_ / "quarantine").string(),
           "nothing acknowledged was lost if the ledger above is ok; keep them until you know why");
  }

  void space() {
    std::error_code error;
    const fs::space_info space = fs::space(directory_, error);
    if (error) return;
    const std::string free = grouped(space.available >> 20) + " MiB are free";
    if (space.available < kLittleSpace)
      return note(Health::problem, "disk", free, "make room before appends are refused");
    note(Health::good, "disk", free);
  }

  const DoctorFlags& flags_;
  const fs::path directory_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<Finding> findings_;
};

Status check_directory(const DoctorFlags& flags) {
  std::error_code error;
  const fs::path directory = flags.data_dir;
  if (!fs::is_directory(directory, error))
    return Error{ErrorCode::not_found,
                 "there is no data directory " + flags.data_dir + "; name it with --data"};
  for (const char* part : {"HEAD", "ledger", "views", "keys"})
    if (fs::exists(directory / part, error)) return {};
  return Error{ErrorCode::not_found, flags.data_dir +
                                         " is not a data directory of Recourse; name one with "
                                         "--data"};
}

int accept_head(const DoctorFlags& flags) {
  DeploymentOptions options;
  options.place = flags;
  options.accept_head = true;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("doctor", deployment.error());
  print_line("The log as found is accepted: it ends at commit " +
             std::to_string((*deployment)->ledger().commit_number()) +
             ". That it was is recorded in the deployment's own ledger.");
  return kDone;
}

int declare_loss(const DoctorFlags& flags) {
  if (is_half_restored(flags.data_dir))
    return complain("doctor", "a restore into " + flags.data_dir + " was broken off",
                    "run the same `recourse restore` again, with --declare-loss", kFoundProblem);
  DeclareLossOptions options;
  options.data_dir = flags.data_dir;
  options.kek_file = kek_path(flags);
  for (const std::string& head : flags.heads) options.heads.emplace_back(head);
  const auto signer = head_signer(flags);
  if (!signer) return complain("doctor", signer.error().message, "", kWrongUsage);
  options.signer = *signer;
  options.ask_witnesses = ask_kept_witnesses;
  options.declaration = declaration_of(flags.declare_loss, flags.by);
  const auto loss = declare_loss_in(options);
  if (!loss) return complain("doctor", loss.error());
  if (flags.json) return print_json(loss_json(*loss)), kDone;
  print_loss(*loss);
  print_line("Serve it: recourse serve --data " + flags.data_dir + " --kek " + kek_path(flags) +
             ". It signs the new heads.");
  return kDone;
}

}  // namespace

int main_doctor(const DoctorFlags& flags) {
  if (const Status found = check_directory(flags); !found)
    return complain("doctor", found.error().message, "", kCouldNotTell);
  if (flags.accept_head) return accept_head(flags);
  if (!flags.declare_loss.empty()) return declare_loss(flags);
  const std::vector<Finding> findings = Examination(flags).run();
  const bool sick = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.health == Health::problem;
  });
  if (flags.json) {
    Json list = Json::array();
    for (const Finding& finding : findings)
      list.push_back(Json::object({{"about", finding.about},
                                   {"state", word_of(finding.health)},
                                   {"what", finding.what},
                                   {"advice", finding.advice}}));
    print_json(Json::object({{"healthy", !sick}, {"findings", list}}));
    return sick ? kFoundProblem : kDone;
  }
  for (const Finding& finding : findings) {
    std::string state(word_of(finding.health));
    state.resize(9, ' ');
    std::string about = finding.about;
    about.resize(11, ' ');
    print_line(state + about + finding.what);
    if (!finding.advice.empty()) print_line(std::string(20, ' ') + "-> " + finding.advice);
  }
  return sick ? kFoundProblem : kDone;
}

}  // namespace recourse::cli
