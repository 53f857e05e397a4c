#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ledger/head_signer.h"
#include "engine/ledger/ledger.h"
#include "engine/ledger/note_key.h"

namespace recourse {

/// Signs the heads of all ledgers with the deployment's log key: witness zero. Keeps its own state
/// (size and root of every origin it signed) in <data>/signer and checks a consistency proof from
/// it before each signature, so a rewound engine cannot fork silently. Signed checkpoints are kept
/// for ever. Threads: one thread signs; any thread reads.
class Signer {
 public:
  /// `ledger` outlives the signer. The first one draws the keys. Errors: `corrupt` when a ledger is
  /// behind or beside what was signed before, or the memory of it is missing; io.
  /// With `elsewhere` that one holds the log key and its own memory, and no log key is drawn here;
  /// further errors then: unavailable. In both cases: conflict when the newest kept head was signed
  /// by another key.
  static Result<std::unique_ptr<Signer>> open(Ledger& ledger, const std::string& data_dir,
                                              std::unique_ptr<HeadSigner> elsewhere = nullptr);
  /// For tools: reads kept checkpoints, signs nothing. Without the KEK it has no keys to show.
  static Result<std::unique_ptr<Signer>> open_read_only(const Ledger& ledger,
                                                        const std::string& data_dir);
  ~Signer();

  /// Signs the current head of every ledger that grew since its last checkpoint, persisting the
  /// round before any of it is visible. Errors: corrupt, io; unavailable when whoever holds the log
  /// key does not answer: then the heads stay unsigned until it does.
  Status sign_round();

  /// As given to open: where the state file lies.
  const std::filesystem::path& data_dir() const;

  /// The newest checkpoint (a signed note) of a ledger; none before the first round.
  std::optional<std::string> latest(LedgerId ledger) const;
  /// The newest kept checkpoint of at most / at least this size.
  Result<std::optional<std::string>> at_most(LedgerId ledger, LogSize size) const;
  Result<std::optional<std::string>> at_least(LedgerId ledger, LogSize size) const;
  Result<std::vector<std::string>> all(LedgerId ledger) const;

  /// Adds signature lines, such as cosignatures, to the kept checkpoint of exactly this size; lines
  /// that it has are left out. Whoever calls has verified them. Any thread. Errors: not_found; io.
  Status add_signatures(LedgerId ledger, LogSize size, std::string_view lines);

  /// A time-stamping authority's answer (RFC 3161, DER) about the three lines of the kept
  /// checkpoint of this size.
  struct TimeStamp {
    LogSize size;
    std::string response;
  };
  /// Keeps it for ever. Whoever calls has verified it. Any thread. Errors: io.
  Status keep_time_stamp(LedgerId ledger, const TimeStamp& stamp);
  /// The first kept one of at least this size; the newest one.
  Result<std::optional<TimeStamp>> time_stamp_at_least(LedgerId ledger, LogSize size) const;
  Result<std::optional<TimeStamp>> newest_time_stamp(LedgerId ledger) const;

  /// All keys that sign or signed heads of the ledger, newest first, each under every name that the
  /// ledger's log had, newest first. Any of them vouches.
  std::vector<NoteKey> log_keys(LedgerId ledger) const;
  /// The same for reports and for receipts.
  std::vector<NoteKey> report_keys() const;
  std::vector<NoteKey> receipt_keys() const;
  /// A kept checkpoint as the newest key signs it too, for who has only that one. Errors: corrupt
  /// when no key of this log signed it; those of sign_round.
  Result<std::string> with_newest_signature(LedgerId ledger, std::string note) const;

  /// Draws the next key of `purpose` (log, reports, receipts): it signs from reload_keys() on, once
  /// the event that this gives is in the meta ledger; the one before signs too for thirty days.
  /// Errors: invalid for another purpose; conflict when somebody else holds the key; io.
  Result<KeyRotated> draw_next_key(const std::string& purpose, Timestamp now);
  Status reload_keys();

  /// <name>+<8 hex>+<base64>: what an auditor receives once, outside of any bundle.
  std::string verifier_key(LedgerId ledger) const;
  /// The same under the name of any log: of one that a kept head was signed for, before a loss.
  std::string verifier_key_of(const std::string& origin) const;
  std::string report_verifier_key() const;
  std::string receipt_verifier_key() const;
  /// Signs a note text under <deployment>/reports. REQUIRES: is_note_text(text), the KEK.
  std::string sign_report(std::string_view text) const;
  /// All notes that sign_report() may have given for this text, as keys were replaced: under each key
  /// alone, and under each with the one before it. Newest first. REQUIRES: as above.
  std::vector<std::string> possible_reports(std::string_view text) const;
  /// A compact JWS over `payload` under <deployment>/receipts, with a key of its own. REQUIRES: the
  /// KEK.
  std::string sign_receipt(std::string_view payload) const;

 private:
  class Impl;
  explicit Signer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace recourse
