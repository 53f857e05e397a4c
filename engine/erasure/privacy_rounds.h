#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "engine/erasure/erase.h"
#include "engine/erasure/kek_epochs.h"

namespace recourse {

struct PrivacyRoundsOptions {
  std::filesystem::path kek_file;
  std::chrono::milliseconds tick{5'000};
  /// A key epoch ends after this time, when a key was destroyed in it; zero: never by itself.
  std::chrono::seconds kek_epoch = std::chrono::hours(24);
  std::chrono::seconds retention_every = std::chrono::hours(24);  ///< Zero: never by itself.
  /// As BackupUnderNextKey; gives up with an error soon after `go_on` says no, at the end.
  std::function<Result<std::int64_t>(const std::function<bool()>& go_on)> backup = {};
  NoteDestruction note = {};
};

/// What of privacy happens by itself in a server: files are rewritten without what was destroyed,
/// erasures go on whose holds were released, key epochs end, certificates are issued, values are
/// destroyed whose time is over. Everything goes through the writer, so it is in the log. What one
/// tenant or one step cannot do keeps no other one from it. Threads: one of its own; nothing waits
/// for it.
class PrivacyRounds {
 public:
  /// All arguments outlive the rounds.
  PrivacyRounds(Writer& writer, const Signer& signer, PrivacyRoundsOptions options);
  ~PrivacyRounds();

  /// One round, as the thread does it. Errors: of all that failed, after the rest was done.
  Status round();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
