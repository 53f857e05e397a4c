#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/ledger.h"
#include "tools/audit/continuation.h"

namespace recourse {

/// What a verification can say. The number is the exit code of the command.
enum class Integrity { intact = 0, damaged = 1, could_not_tell = 2 };

/// The way out of damage to what the ledger proves.
inline constexpr std::string_view kRestoreLedger = "restore the ledger from a verified backup";

/// Something that is not as it should be, or could not be looked at.
struct Finding {
  Integrity verdict = Integrity::damaged;  ///< Never intact.
  std::string origin;                      ///< Of the ledger; empty for the node as a whole.
  std::optional<Position> from;            ///< First position concerned.
  std::optional<Position> to;              ///< One after the last; with `from`.
  std::string what;
  std::string way_out;  ///< What to do now.
};

/// Findings of one ledger in order: neighbours of the same kind become one range, and what is past
/// the limit is counted only. Threads: one.
class Findings {
 public:
  Findings(std::string origin, std::size_t limit) : origin_(std::move(origin)), limit_(limit) {}

  void add(Integrity verdict, std::string_view what, std::string_view way_out,
           std::optional<Position> at = std::nullopt);
  void add(const Findings& later);

  bool empty() const { return list_.empty(); }
  /// The findings, with a last one that says how many were left out.
  std::vector<Finding> list() const;

 private:
  void push(Finding finding);

  std::string origin_;
  std::size_t limit_;
  std::vector<Finding> list_;
  std::uint64_t left_out_ = 0;
  bool left_out_damage_ = false;
};

/// One ledger as it was found.
struct LedgerReport {
  LedgerInfo info;
  TreeHead head;  ///< As the ledger says.
  Hash root{};    ///< Recomputed from the leaves.
  std::uint64_t leaves = 0, leaf_bytes = 0;
  std::uint64_t heads_compared = 0;  ///< Heads in commit records and anchors.
  std::uint64_t checkpoints = 0;     ///< Signed heads whose signature and root hold.
  std::uint64_t older_key_heads =
      0;                             ///< Of these: only by a key that one from outside vouches for.
  std::uint64_t sealed_opened = 0;   ///< Values that match the leaf's commitment.
  std::uint64_t sealed_erased = 0;   ///< Values whose key was destroyed.
  std::uint64_t sealed_missing = 0;  ///< Neither of the two.
  std::uint64_t projections = 0;     ///< Projections equal to their rebuild.
  std::vector<ToldContinuation> continued;  ///< Its logs that were closed by declared losses.
  double tree_seconds = 0;                  ///< Leaves, tree and checkpoints.
  double sealed_seconds = 0, projection_seconds = 0;
};

struct VerifyReport {
  std::vector<LedgerReport> ledgers;
  std::vector<Finding> findings;
  std::uint64_t commits = 0;  ///< Commit records that form one chain.
  bool strict = false;

  /// Damage wins over doubt.
  Integrity verdict() const;
  int exit_code() const { return static_cast<int>(verdict()); }
};

/// Canonical JSON, without times that it took: the same ledger gives the same text.
std::string to_json(const VerifyReport& report);
/// For people: a line per ledger with its rate, then each finding with its way out.
std::string to_text(const VerifyReport& report);

}  // namespace recourse
