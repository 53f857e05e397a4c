#include "tools/backup/declare_loss.h"

#include <algorithm>

#include "engine/base/failpoint.h"
#include "engine/event/limits.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/signer_state.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

const LedgerId kDeploymentLedger(0);
constexpr std::size_t kMaxReasonBytes = 200;

/// What is known of one ledger's logs, from the newest one here on.
struct Standing {
  LedgerInfo info;
  TreeHead head;
  std::uint64_t newest_generation = 1;
  LogSize lost_to;
  std::string from;
  bool behind = false;
  bool declared = false;  ///< A head beyond the end of a log that was closed is known.
};

Error other_history(const std::string& origin, const KnownHeads::Newest& known) {
  return {ErrorCode::corrupt,
          origin + " at " + std::to_string(known.head.size.value()) + " events is not what " +
              known.from +
              " says: it went on with another history; restore a backup from before, and declare "
              "the loss there"};
}

Status take_head(const Ledger& ledger, const std::string& origin, const KnownHeads::Newest& known,
                 Standing& standing) {
  const std::uint64_t generation = parse_origin_name(origin).generation;
  const std::uint64_t own = parse_origin_name(standing.info.origin).generation;
  standing.newest_generation = std::max(standing.newest_generation, generation);
  if (generation < own) {
    for (const ClosedLog& log : standing.info.closed)
      standing.declared =
          standing.declared || (log.origin == origin && known.head.size > log.kept.size);
    return {};
  }
  if (generation == own && known.head.size <= standing.head.size) {
    if (!known.has_root || known.head.size.value() == 0) return {};
    RECOURSE_LET(const Hash root, ledger.root_at(standing.info.ledger, known.head.size));
    return root == known.head.root ? Status() : Status(other_history(origin, known));
  }
  standing.behind = true;
  if (known.head.size <= standing.lost_to) return {};
  standing.lost_to = known.head.size;
  standing.from = known.from;
  return {};
}

/// A declaration whose HEAD was not written any more: its commit is the last one.
bool is_declared_last(const Ledger& ledger) {
  const auto meta = ledger.find_tenant(TenantId("meta"));
  if (!meta || meta->closed.empty()) return false;
  bool only = true;
  const Status read = ledger.scan(
      kDeploymentLedger, Position(meta->closed.back().kept.size.value()),
      Position(ledger.head(kDeploymentLedger).size.value()), [&](Position, std::string_view leaf) {
        const auto event = read_leaf(leaf);
        only = event && (holds_alternative<LogContinued>(event->data) ||
                         holds_alternative<HeadAccepted>(event->data));
        return only;
      });
  return read && only;
}

class Declaration {
 public:
  Declaration(Ledger& ledger, const KnownHeads& known, const LossDeclaration& said, Timestamp now)
      : ledger_(ledger), known_(known), now_(now), reason_(said.reason) {
    by_.type = ActorType::human;
    by_.id = PrincipalId(said.by);
  }

  Status look() {
    std::map<std::string_view, Standing*> by_first;
    for (LedgerInfo& info : ledger_.ledgers()) {
      Standing standing;
      standing.info = std::move(info);
      standing.head = ledger_.head(standing.info.ledger);
      standing.newest_generation = parse_origin_name(standing.info.origin).generation;
      standings_.push_back(std::move(standing));
    }
    for (Standing& standing : standings_) by_first[standing.info.first_origin()] = &standing;
    for (const auto& [origin, newest] : known_.by_origin) {
      const auto found = by_first.find(parse_origin_name(origin).first);
      if (found != by_first.end()) {
        RECOURSE_TRY(take_head(ledger_, origin, newest, *found->second));
      } else if (!is_given_up(ledger_, origin)) {
        gone_.emplace_back(origin, newest);
      }
    }
    return {};
  }

  bool any_behind() const {
    return !gone_.empty() || ledger_.lost_commit() > 0 ||
           std::any_of(standings_.begin(), standings_.end(),
                       [](const Standing& one) { return one.behind; });
  }
  bool was_declared() const {
    return std::any_of(standings_.begin(), standings_.end(),
                       [](const Standing& one) { return one.declared; });
  }

  /// What the ledgers say already.
  DeclaredLoss recall() const {
    DeclaredLoss loss;
    loss.was_declared = true;
    for (const Standing& standing : standings_) {
      const auto& closed = standing.info.closed;
      if (closed.empty()) loss.complete.push_back(standing.info);
      if (!closed.empty())
        loss.lost.push_back({standing.info.tenant, closed.back().origin, closed.back().kept.size,
                             closed.back().lost_to, "", standing.info.origin});
    }
    return loss;
  }

  Result<DeclaredLoss> stage() {
    DeclaredLoss loss;
    // Who remembers some heads only cannot say of the others that nothing is missing; HEAD cannot
    // say whose events the lost commits were.
    const bool all = !known_.of_all || ledger_.lost_commit() > 0;
    for (const Standing& standing : standings_) {
      if (!all && !standing.behind && standing.info.ledger != kDeploymentLedger) {
        loss.complete.push_back(standing.info);
        continue;
      }
      RECOURSE_LET(DeclaredLoss::Lost lost, close(standing));
      loss.lost.push_back(std::move(lost));
    }
    for (const auto& [origin, newest] : gone_) {
      LogContinued nothing_left;
      nothing_left.origin = origin;
      nothing_left.root = empty_root();
      nothing_left.lost_to = static_cast<std::int64_t>(newest.head.size.value());
      RECOURSE_TRY(add(kDeploymentLedger, std::move(nothing_left)));
      loss.lost.push_back({TenantId(), origin, LogSize(0), newest.head.size, newest.from, ""});
    }
    return loss;
  }

 private:
  Result<DeclaredLoss::Lost> close(const Standing& standing) {
    const LedgerInfo& info = standing.info;
    // A destruction at a position that is used again must be carried out again.
    RECOURSE_LET(const LogSize carried_out, ledger_.keys().carried_out(info.ledger));
    if (carried_out > standing.head.size)
      RECOURSE_TRY(ledger_.keys().set_carried_out(info.ledger, standing.head.size));
    Continuation next{origin_name(info.first_origin(), standing.newest_generation + 1),
                      standing.lost_to, by_};
    RECOURSE_TRY(ledger_.stage_continuation(info.ledger, next, now_));
    RECOURSE_TRY(accept(info.ledger));
    return DeclaredLoss::Lost{info.tenant,      info.origin,   standing.head.size,
                              standing.lost_to, standing.from, next.origin};
  }

  /// Why, in each log that goes on: an auditor of one tenant sees no other.
  Status accept(LedgerId ledger) {
    return add(ledger, HeadAccepted{static_cast<std::int64_t>(ledger_.commit_number()), reason_});
  }

  Status add(LedgerId ledger, EventData data) {
    NewEvent event;
    event.actor = by_;
    event.data = std::move(data);
    const std::array<std::int64_t, 1> version{0};
    RECOURSE_TRY(ledger_.stage(ledger, {std::move(event)}, version, now_));
    return {};
  }

  Ledger& ledger_;
  const KnownHeads& known_;
  const Timestamp now_;
  Actor by_;
  const std::string reason_;
  std::vector<Standing> standings_;
  std::vector<std::pair<std::string, KnownHeads::Newest>> gone_;  ///< Logs that are not here.
};

}  // namespace

Status check_declaration(const LossDeclaration& declaration) {
  const std::string& reason = declaration.reason;
  const bool printable = std::none_of(reason.begin(), reason.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (reason.empty() || reason.size() > kMaxReasonBytes || !printable)
    return Error{ErrorCode::invalid,
                 "a reason is one line of 1 to 200 bytes; it stays in the log for ever, so say "
                 "nothing about people in it"};
  if (!is_identifier(declaration.by))
    return Error{ErrorCode::invalid,
                 "whoever declares a loss is named by an identifier such as usr_..., 1 to 128 of "
                 "the characters A-Z a-z 0-9 _ . : @ / -"};
  return {};
}

Result<DeclaredLoss> declare_loss(Ledger& ledger, const KnownHeads& known,
                                  const LossDeclaration& declaration, Timestamp now,
                                  const std::function<Status()>& before_commit) {
  RECOURSE_TRY(check_declaration(declaration));
  Declaration declaring(ledger, known, declaration, now);
  RECOURSE_TRY(declaring.look());
  if (ledger.lost_commit() > 0 && is_declared_last(ledger)) {
    RECOURSE_TRY(ledger.settle_head());
    return declaring.recall();
  }
  if (ledger.lost_commit() > 0 && ledger.lost_commit() <= ledger.commit_number())
    return Error{ErrorCode::corrupt,
                 "HEAD names another commit " + std::to_string(ledger.lost_commit()) +
                     " than this log has: it is that of another history; restore a backup"};
  if (!declaring.any_behind()) {
    if (declaring.was_declared()) return declaring.recall();
    return Error{ErrorCode::conflict,
                 "there is nothing to declare: no signed head is known that this log does not "
                 "reach; name what remembers one with --head or --signer"};
  }
  RECOURSE_LET(DeclaredLoss loss, declaring.stage());
  if (before_commit) RECOURSE_TRY(before_commit());
  FAILPOINT("before_loss_declared");
  RECOURSE_TRY(ledger.commit());
  FAILPOINT("after_loss_declared");
  return loss;
}

Result<DeclaredLoss> declare_loss_in(const DeclareLossOptions& options) {
  RECOURSE_TRY(check_declaration(options.declaration));
  LedgerOptions opening;
  opening.data_dir = options.data_dir.string();
  opening.kek_file = options.kek_file.string();
  opening.create = false;
  opening.loss_declared = true;
  opening.random = options.random;
  opening.clock = options.clock;
  opening.free_space_watermark_bytes = 0;
  RECOURSE_LET(const auto ledger, Ledger::open(opening));
  const std::unique_ptr<HeadSigner> signer = options.signer ? options.signer() : nullptr;
  if (signer != nullptr) RECOURSE_TRY(take_log_halves(*ledger, options.data_dir, *signer));
  RECOURSE_LET(const KnownHeads known, known_heads(*ledger, {options.data_dir, options.heads,
                                                             signer.get(), options.ask_witnesses}));
  const auto before_commit = [&]() -> Status {
    // Rows may be of events that are gone. They are derived: the next start makes them again.
    const std::filesystem::path views = options.data_dir / "views";
    std::error_code error;
    std::filesystem::remove_all(views, error);
    if (error) return system_error("remove", views, error.value());
    // Where HEAD itself says that something is missing, it stays until the loss is recorded.
    return ledger->lost_commit() == 0 ? ledger->begin_epoch() : Status();
  };
  SystemClock system_clock;
  const Clock& clock = options.clock != nullptr ? *options.clock : system_clock;
  return declare_loss(*ledger, known, options.declaration, clock.now(), before_commit);
}

}  // namespace recourse
