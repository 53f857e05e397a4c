#include "tools/audit/verify.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "engine/base/sha256.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/commit_record.h"
#include "engine/ledger/head_file.h"
#include "engine/ledger/signer_state.h"
#include "tools/audit/sealed_check.h"
#include "tools/audit/tree_check.h"
#include "tools/audit/vouched_keys.h"

namespace recourse {
namespace {

const LedgerId kMetaLedger{0};

class Verification {
 public:
  Verification(const Ledger& ledger, const Signer& signer, const VerifyOptions& options)
      : ledger_(ledger), signer_(signer), options_(options) {
    report_.strict = options.strict;
  }

  VerifyReport run() {
    // What was stated comes before the heads it is compared with: a ledger may grow meanwhile.
    read_commits();
    read_signer_state();
    std::vector<LedgerInfo> chosen;
    for (const LedgerInfo& info : ledger_.ledgers()) {
      for (const std::string& origin : info.origins()) origins_[sha256(origin)] = info;
      if (info.ledger == kMetaLedger) meta_origin_ = info.origin;
      if (!options_.tenant || info.tenant == *options_.tenant) chosen.push_back(info);
    }
    if (chosen.empty())
      node("there is no ledger to verify", "name a tenant that is there",
           Integrity::could_not_tell);
    read_given_keys();
    for (const LedgerInfo& info : chosen) verify_ledger(info);
    compare_quoted_heads();
    return std::move(report_);
  }

 private:
  void node(std::string what, std::string_view way_out, Integrity verdict) {
    report_.findings.push_back(
        {verdict, "", std::nullopt, std::nullopt, std::move(what), std::string(way_out)});
  }

  void read_commits() {
    const Status status = ledger_.each_commit([&](const CommitRecord& record) {
      ++report_.commits;
      for (const LedgerHead& changed : record.heads) {
        std::vector<StatedHead>& heads = stated_[changed.ledger];
        const TreeHead& head = changed.head;
        // Now and then a record repeats the heads of ledgers that did not change.
        if (!heads.empty() && heads.back().size == head.size.value() &&
            heads.back().root == head.root)
          continue;
        heads.push_back({head.size.value(), head.root, StatedHead::By::commit, record.number});
      }
      return true;
    });
    if (status) return;
    const bool damaged = status.error().code == ErrorCode::corrupt;
    node(status.error().message, damaged ? kRestoreLedger : "see the error, then verify again",
         damaged ? Integrity::damaged : Integrity::could_not_tell);
  }

  /// What the signer remembers having signed, apart from the database. Without it, putting the
  /// whole database back to an older copy would leave nothing that disagrees.
  void read_signer_state() {
    Result<SignerState> state = recourse::read_signer_state(signer_.data_dir());
    if (state) {
      signed_heads_ = std::move(state->signed_heads);
    } else if (state.error().code != ErrorCode::not_found) {
      node("what the signer remembers cannot be read: " + state.error().message,
           "restore the signer's state from its backup", Integrity::could_not_tell);
    }
  }

  /// Whether the log has grown since it was opened for reading. Only heads that HEAD covers are
  /// ever signed, so in a log that has not, a signed head beyond the last leaf is a loss.
  bool moved_on() const {
    const Result<Anchor> head = HeadFile::read(signer_.data_dir() / "HEAD");
    return head && head->number > ledger_.commit_number();
  }

  /// Takes the signed heads beyond the last leaf out of `stated` and reports them, if they are
  /// lost.
  void report_lost(const LedgerReport& ledger, std::vector<StatedHead>& stated,
                   Findings& findings) const {
    std::uint64_t beyond = 0;
    std::erase_if(stated, [&](const StatedHead& head) {
      beyond = std::max(beyond, head.size);
      return head.size > ledger.head.size.value();
    });
    if (beyond <= ledger.head.size.value()) return;
    // What was signed since this ledger was opened is the next verification's.
    if (moved_on()) return;
    findings.add(Integrity::damaged,
                 "a head of " + std::to_string(beyond) +
                     " leaves was signed, which is beyond the last leaf: this is an older copy of "
                     "the ledger, or a part of it",
                 kRestoreLedger);
  }

  void read_given_keys() {
    for (const std::string& text : options_.log_keys) {
      const Result<NoteKey> key = NoteKey::parse(text);
      if (key) given_.push_back(key->key());
      if (!key)
        node("a log key is unusable: " + key.error().message,
             "give the verifier key as name+id+base64", Integrity::could_not_tell);
    }
    if (given_.empty()) return;
    const auto vouched = vouched_keys(ledger_, signer_, given_);
    if (vouched) vouched_ = *vouched;
    if (!vouched)
      node("which keys were replaced cannot be read: " + vouched.error().message,
           "see the error, then verify again", Integrity::could_not_tell);
  }

  /// One key pair signs for every ledger, each time under the name of that ledger's log.
  static std::vector<NoteKey> named(const LedgerInfo& info,
                                    const std::vector<Ed25519PublicKey>& halves) {
    std::vector<NoteKey> keys;
    for (const std::string& origin : info.origins())
      for (const Ed25519PublicKey& half : halves)
        keys.emplace_back(origin, SignatureType::ed25519, half);
    return keys;
  }

  /// The keys one of which must have signed for this ledger.
  std::optional<std::vector<NoteKey>> log_keys(const LedgerInfo& info, Findings& findings) const {
    if (options_.log_keys.empty() && !ledger_.has_keys()) {
      findings.add(Integrity::could_not_tell, "checkpoint signatures were not checked",
                   "give the key file (--kek) or the log's verifier key");
      return std::nullopt;
    }
    if (options_.log_keys.empty()) return signer_.log_keys(info.ledger);
    if (given_.empty()) return std::nullopt;
    return named(info, given_);
  }

  void state_checkpoints(const LedgerInfo& info, LedgerReport& ledger,
                         std::vector<StatedHead>& stated, Findings& findings) const {
    const Result<std::vector<std::string>> notes = signer_.all(info.ledger);
    if (!notes) {
      findings.add(Integrity::damaged,
                   "the kept checkpoints cannot be read: " + notes.error().message, kRestoreLedger);
      return;
    }
    if (notes->empty()) return;
    const std::optional<std::vector<NoteKey>> keys = log_keys(info, findings);
    if (!keys) return;
    const std::vector<NoteKey> vouched = named(info, vouched_);
    for (const std::string& note : *notes) {
      Result<VerifiedCheckpoint> verified = verify_checkpoint(note, *keys);
      if (!verified && !vouched.empty()) {
        verified = verify_checkpoint(note, vouched);
        ledger.older_key_heads += verified.ok() ? 1 : 0;
      }
      if (!verified ||
          verified->checkpoint.origin != info.origin_of_head(LogSize(verified->checkpoint.size))) {
        const Result<Checkpoint> claimed = peek_checkpoint(note);
        findings.add(Integrity::damaged,
                     "the kept checkpoint at " +
                         (claimed ? std::to_string(claimed->size) + " leaves" : "an unknown size") +
                         " is not signed by the log",
                     "compare with a checkpoint kept outside; then restore");
        continue;
      }
      stated.push_back(
          {verified->checkpoint.size, verified->checkpoint.root, StatedHead::By::checkpoint, 0});
    }
  }

  /// What the signer remembers of all the ledger's logs. What a closed one had beyond its end was
  /// declared to be lost.
  void state_signed(const LedgerInfo& info, std::vector<StatedHead>& stated,
                    Findings& findings) const {
    const auto state = [&](const TreeHead& head) {
      stated.push_back({head.size.value(), head.root, StatedHead::By::signer, 0});
    };
    if (const auto known = signed_heads_.find(info.origin); known != signed_heads_.end())
      state(known->second);
    for (const ClosedLog& log : info.closed)
      if (const auto known = signed_heads_.find(log.origin);
          known != signed_heads_.end() && known->second.size <= log.kept.size)
        state(known->second);
    for (const auto& [origin, head] : signed_heads_)
      if (may_follow(info.origin, origin) && !moved_on())
        findings.add(Integrity::damaged,
                     "a head of " + origin +
                         " was signed, which goes on after this log: this is "
                         "an older copy of the ledger",
                     kRestoreLedger);
  }

  void verify_ledger(const LedgerInfo& info) {
    Findings findings(info.origin, options_.max_findings);
    LedgerReport ledger;
    ledger.info = info;
    std::vector<StatedHead>& stated = stated_[info.ledger];
    state_checkpoints(info, ledger, stated, findings);
    ledger.head = ledger_.head(info.ledger);
    state_signed(info, stated, findings);
    report_lost(ledger, stated, findings);
    for (const ClosedLog& log : info.closed)
      stated.push_back({log.kept.size.value(), log.kept.root, StatedHead::By::continuation, 0});
    auto told = continuations_of(ledger_, info);
    if (told) ledger.continued = std::move(told).value();
    if (!told) could_not(told.error(), "what was said of a loss could not be read", findings);
    stated.push_back({ledger.head.size.value(), ledger.head.root, StatedHead::By::head, 0});
    std::stable_sort(stated.begin(), stated.end(),
                     [](const StatedHead& a, const StatedHead& b) { return a.size < b.size; });

    std::vector<QuotedHead> quoted;
    const TreeCheckOptions tree{options_.strict, options_.threads, options_.pace};
    could_not(check_tree(ledger_, stated, meta_origin_, tree, ledger, findings, quoted),
              "the leaves could not be read", findings);
    for (QuotedHead& head : quoted) quoted_.push_back({info.origin, head});
    std::vector<StatedHead>().swap(stated);

    if (options_.sealed && ledger_.has_keys()) {
      could_not(check_sealed(ledger_, ledger, findings, options_.pace),
                "sealed values could not be read", findings);
    } else if (options_.sealed) {
      findings.add(Integrity::could_not_tell, "sealed values were not opened",
                   "give the key file (--kek), or leave them out on purpose");
    }
    if (options_.rebuild) compare_projections(ledger, findings);
    for (Finding& finding : findings.list()) report_.findings.push_back(std::move(finding));
    report_.ledgers.push_back(std::move(ledger));
  }

  static void could_not(const Status& status, std::string_view what, Findings& findings) {
    if (status) return;
    findings.add(Integrity::could_not_tell, std::string(what) + ": " + status.error().message,
                 "see the error, then verify again");
  }

  void compare_projections(LedgerReport& ledger, Findings& findings) const {
    const auto start = std::chrono::steady_clock::now();
    const Result<std::vector<ProjectionDigests>> digests = options_.rebuild(ledger.info.ledger);
    if (!digests) {
      findings.add(Integrity::could_not_tell,
                   "projections could not be rebuilt: " + digests.error().message,
                   "see the error, then verify again");
      return;
    }
    for (const ProjectionDigests& projection : *digests) {
      if (projection.live == projection.rebuilt) {
        ++ledger.projections;
        continue;
      }
      findings.add(Integrity::damaged,
                   "the projection " + projection.projection + " at " +
                       std::to_string(projection.size.value()) +
                       " leaves is not what the ledger gives",
                   "rebuild the views; the ledger itself is not concerned");
    }
    ledger.projection_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  /// The meta ledger anchors tenant heads and tenants quote the meta head: each must be a prefix of
  /// what is stored now. The stored tiles give the roots; that they are right was just proven.
  void compare_quoted_heads() {
    std::map<std::string, Findings> by_quoter;
    for (const auto& [quoter, head] : quoted_) {
      const auto found = origins_.find(head.origin_hash);
      if (found == origins_.end()) continue;  // Of a ledger that was moved to another node.
      Findings& findings =
          by_quoter.try_emplace(quoter, quoter, options_.max_findings).first->second;
      const Result<Hash> root = ledger_.root_at(found->second.ledger, LogSize(head.size));
      const auto report = std::find_if(
          report_.ledgers.begin(), report_.ledgers.end(),
          [&](const LedgerReport& ledger) { return ledger.info.ledger == found->second.ledger; });
      if (root && *root == head.root) {
        if (report != report_.ledgers.end()) ++report->heads_compared;
        continue;
      }
      findings.add(Integrity::damaged,
                   "it quotes a head of " + found->second.origin + " at " +
                       std::to_string(head.size) + " leaves that is not the stored one",
                   kRestoreLedger, head.quoted_at);
    }
    for (auto& [quoter, findings] : by_quoter)
      for (Finding& finding : findings.list()) report_.findings.push_back(std::move(finding));
  }

  const Ledger& ledger_;
  const Signer& signer_;
  const VerifyOptions& options_;
  VerifyReport report_;
  std::string meta_origin_;
  std::vector<Ed25519PublicKey> given_, vouched_;  ///< Log keys: from outside; with those replaced.
  std::map<Hash, LedgerInfo> origins_;             ///< By the hash of their origin.
  std::map<LedgerId, std::vector<StatedHead>> stated_;
  std::map<std::string, TreeHead> signed_heads_;            ///< By origin, as the signer remembers.
  std::vector<std::pair<std::string, QuotedHead>> quoted_;  ///< With the origin that quotes.
};

}  // namespace

VerifyReport verify(const Ledger& ledger, const Signer& signer, const VerifyOptions& options) {
  return Verification(ledger, signer, options).run();
}

VerifyReport report_of_refused_open(const Error& error) {
  const bool damaged = error.code == ErrorCode::corrupt;
  VerifyReport report;
  report.findings.push_back(
      {damaged ? Integrity::damaged : Integrity::could_not_tell, "", std::nullopt, std::nullopt,
       error.message, std::string(damaged ? kRestoreLedger : "mend the cause, then verify again")});
  return report;
}

}  // namespace recourse
