#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "tools/backup/known_heads.h"

namespace recourse {

/// Why the log goes on without what is missing, and who says so: both stand in it for ever, in
/// clear.
struct LossDeclaration {
  std::string reason;  ///< 1 to 200 bytes, a code or a few words; nothing about people.
  std::string by;      ///< An identifier.
};

/// What was declared, as the ledgers say it now.
struct DeclaredLoss {
  struct Lost {
    TenantId tenant;     ///< Empty for a ledger of which nothing is left.
    std::string origin;  ///< Of the log that is closed.
    LogSize kept;        ///< What is left of it.
    LogSize lost_to;     ///< Size of its newest signed head that is known; 0: none is.
    std::string from;    ///< Who remembers that head.
    std::string next;    ///< The name under which it goes on; empty when nothing is left.
  };
  std::vector<Lost> lost;
  std::vector<LedgerInfo> complete;  ///< That provably lost no signed event and keep their names.
  bool was_declared = false;         ///< Before, by a run that was broken off or finished.
};

/// Errors: invalid for a reason or a name that cannot stand in a leaf.
Status check_declaration(const LossDeclaration& declaration);

/// Closes the log of every ledger that is behind a known head, or of which that cannot be excluded,
/// and lets the ledger go on under the log's next name, in one commit: all of them or none. A
/// ledger keeps its name when whoever holds the log key remembers no newer head of it; the meta
/// ledger never does. Repeating it is harmless. `before_commit`: what has to be done first, once it
/// is known that there is a loss; may be empty.
/// Errors: conflict when nothing is missing; corrupt when a known head of a size that is here has
/// another root; those of Ledger::commit.
Result<DeclaredLoss> declare_loss(Ledger& ledger, const KnownHeads& known,
                                  const LossDeclaration& declaration, Timestamp now,
                                  const std::function<Status()>& before_commit = {});

struct DeclareLossOptions {
  std::filesystem::path data_dir, kek_file;
  std::vector<std::filesystem::path> heads;
  /// Makes the way to whoever holds the log key; absent: it is in the directory.
  std::function<std::unique_ptr<HeadSigner>()> signer;
  AskWitnesses ask_witnesses;  ///< May be empty.
  LossDeclaration declaration;
  Random* random = nullptr;      ///< Default: the system's.
  const Clock* clock = nullptr;  ///< Default: the system's.
};

/// The same for a data directory in its place, which nobody serves: opens it, declares, and removes
/// the rows, which the next start makes again from the log. Errors: those of Ledger::open,
/// known_heads and declare_loss.
Result<DeclaredLoss> declare_loss_in(const DeclareLossOptions& options);

}  // namespace recourse
