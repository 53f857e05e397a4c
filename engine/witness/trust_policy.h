#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/note_key.h"

namespace recourse {

/// Which cosignatures make a head trusted (c2sp.org/tlog-policy): logs, named witnesses, groups of
/// them, and the quorum. Any thread.
class TrustPolicy {
 public:
  struct Log {
    NoteKey key;
    std::string url;
  };
  struct Witness {
    std::string name;  ///< In this policy only.
    NoteKey key;
    std::string url;  ///< Submission prefix; may be empty.
  };

  /// No witness, nothing asked for.
  TrustPolicy() = default;
  /// All of `witnesses` have to cosign; none: none has to. Errors: invalid for a key or a name that
  /// is there twice.
  static Result<TrustPolicy> all_of(std::vector<Witness> witnesses);
  /// Errors: invalid, with the number of the line; unsupported for a key that is not Ed25519;
  /// too_large past 256 lines that say something.
  static Result<TrustPolicy> parse(std::string_view text);

  const std::vector<Log>& logs() const { return logs_; }
  const std::vector<Witness>& witnesses() const { return witnesses_; }
  /// Whether any cosignature is asked for.
  bool asks() const { return quorum_ != kNone; }

  /// Whether the quorum is there when just these keys cosigned. A name and an id are compared: pass
  /// signatures that were verified with keys().
  bool satisfied(std::span<const NoteKey> cosigned) const;
  /// The keys of all witnesses.
  std::vector<NoteKey> keys() const;

  /// As a policy file, without logs: whoever writes it names those that it is about.
  std::string witness_lines() const;

 private:
  static constexpr std::string_view kNone = "none";
  struct Group {
    std::string name;
    std::size_t threshold = 0;
    std::vector<std::string> members;
  };
  class Parser;

  bool holds(const std::string& name, std::span<const NoteKey> cosigned) const;

  std::vector<Log> logs_;
  std::vector<Witness> witnesses_;
  std::vector<Group> groups_;
  std::string quorum_{kNone};
};

}  // namespace recourse
