#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/ledger/head_signer.h"
#include "engine/ledger/ledger.h"

namespace recourse {

/// The newest head of each log that somebody remembers as signed.
struct KnownHeads {
  struct Newest {
    TreeHead head;
    std::string from;      ///< Who remembers it, for people.
    bool has_root = true;  ///< False: only its size was told.
  };
  std::map<std::string, Newest> by_origin;
  /// Whether somebody remembers the newest head of every log: whoever holds the log key.
  bool of_all = false;

  /// Keeps the greater one.
  void add(const std::string& origin, Newest newest);
};

/// Asks witnesses for the size of the newest head of the meta log that they know, by showing them
/// `note`, the newest one here. Gives what was said, by their names; who does not answer is left
/// out.
using AskWitnesses = std::function<std::map<std::string, std::uint64_t>(
    const std::filesystem::path& data_dir, const std::string& note)>;

/// Where heads are remembered outside of the ledger.
struct HeadSources {
  std::filesystem::path data_dir;            ///< With the signer's memory, where it has one.
  std::vector<std::filesystem::path> files;  ///< A signed head each, or the memory of a witness.
  HeadSigner* signer = nullptr;              ///< Whoever holds the log key elsewhere.
  AskWitnesses ask_witnesses;                ///< May be empty.
};

/// Notes in the directory by which keys `signer` signs, for those who only read. Errors: conflict
/// when it is not what signed the newest kept head; io, unavailable.
Status take_log_halves(const Ledger& ledger, const std::filesystem::path& data_dir,
                       HeadSigner& signer);

/// What they all remember. Signed heads of files are verified with the log key; the memory of who
/// holds that key is believed. Errors: not_found for a file; invalid for one without a signed head;
/// unauthenticated for one that this log did not sign; corrupt, io, unavailable.
Result<KnownHeads> known_heads(const Ledger& ledger, const HeadSources& sources);

}  // namespace recourse
