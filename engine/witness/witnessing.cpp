#include "engine/witness/witnessing.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/sha256.h"
#include "engine/witness/add_checkpoint.h"

namespace recourse {
namespace {

const LedgerId kMeta(0);
/// Kept heads that are looked through for one with its quorum when it all begins.
constexpr int kMaxLookedBack = 10'000;

std::string url_of(const std::string& prefix) {
  return prefix + (prefix.ends_with('/') ? "" : "/") + "add-checkpoint";
}

/// Without parameters, in lower case.
std::string media_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return type;
}

/// For one line of a log or of a page: what a stranger sent is not taken as it is.
std::string told(const PostPort::Answer& answer) {
  std::string text = "it answered " + std::to_string(answer.status);
  std::string said = answer.body.substr(0, 100);
  std::erase_if(said, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E;
  });
  return said.empty() ? text : text + ": " + said;
}

}  // namespace

std::string_view name(Standing standing) {
  switch (standing) {
    case Standing::ok:
      return "ok";
    case Standing::degraded:
      return "degraded";
    case Standing::red:
      break;
  }
  return "red";
}

std::vector<NoteKey> cosigners(std::string_view note, std::span<const NoteKey> keys) {
  std::vector<NoteKey> found;
  for (const NoteKey& key : keys)
    if (verify_note(note, std::span(&key, 1))) found.push_back(key);
  return found;
}

Result<std::string> cosignature_in(std::string_view lines, std::string_view note,
                                   const NoteKey& key) {
  RECOURSE_LET(const SignedNote parsed, parse_note(note));
  Error last{ErrorCode::unauthenticated, "there is no signature line"};
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (end == lines.npos) break;
    const std::string line(lines.substr(0, end + 1));
    lines.remove_prefix(end + 1);
    const auto verified = verify_note(parsed.text + "\n" + line, std::span(&key, 1));
    if (verified) return line;
    last = verified.error();
  }
  return last;
}

class Witnessing::Impl {
 public:
  Impl(const Ledger& ledger, Signer& signer, TrustPolicy policy, PostPort& port,
       WitnessingOptions options)
      : ledger_(ledger),
        signer_(signer),
        policy_(std::move(policy)),
        keys_(policy_.keys()),
        port_(port),
        options_(std::move(options)) {
    for (const TrustPolicy::Witness& witness : policy_.witnesses())
      asked_.push_back({{witness.name, 0, 0, 0, "", false}, 0, {}, {}, options_.first_pause});
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    port_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  /// Finds out how far witnesses came before.
  Status look_back() {
    if (!policy_.asks()) return {};
    LogSize at_most(~std::uint64_t{0});
    for (int i = 0; i < kMaxLookedBack; ++i) {
      RECOURSE_LET(const auto note, signer_.at_most(kMeta, at_most));
      if (!note) return {};
      RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
      if (policy_.satisfied(cosigners(*note, keys_))) return take_witnessed(head.size);
      if (head.size == 0) return {};
      at_most = LogSize(head.size - 1);
    }
    return {};
  }

  void run() {
    if (!options_.own_threads) return;
    for (std::size_t i = 0; i < asked_.size(); ++i)
      threads_.emplace_back([this, i] {
        std::unique_lock lock(mutex_);
        while (!stopping_) {
          lock.unlock();
          look(i);
          lock.lock();
          wake_.wait_for(lock, options_.tick, [this] { return stopping_; });
        }
      });
  }

  void tick() {
    for (std::size_t i = 0; i < asked_.size(); ++i) look(i);
  }

  State state() const {
    const std::optional<std::string> note = signer_.latest(kMeta);
    const bool there = !note || policy_.satisfied(cosigners(*note, keys_));
    const std::lock_guard lock(mutex_);
    State state;
    state.witnessed = witnessed_;
    bool failing = false, contradicted = false;
    for (const Asked& asked : asked_) {
      state.witnesses.push_back(asked.witness);
      failing = failing || !asked.witness.trouble.empty();
      contradicted = contradicted || asked.witness.contradicts;
    }
    const auto now = options_.now();
    if (!there && !waiting_since_) waiting_since_ = now;
    if (there) waiting_since_.reset();
    if (waiting_since_)
      state.waiting = std::chrono::duration_cast<std::chrono::seconds>(now - *waiting_since_);
    state.standing = contradicted || state.waiting > options_.late ? Standing::red
                     : failing                                     ? Standing::degraded
                                                                   : Standing::ok;
    return state;
  }

  LogSize witnessed(LedgerId ledger) const {
    const std::lock_guard lock(mutex_);
    if (ledger == kMeta) return LogSize(witnessed_);
    const auto found = anchored_.find(ledger);
    return found == anchored_.end() ? LogSize(0) : found->second;
  }

 private:
  struct Asked {
    Witness witness;
    std::uint64_t known_size = 0;  ///< As the witness said last.
    std::chrono::steady_clock::time_point next{}, shown_again{};
    std::chrono::seconds pause{1};
  };

  /// Shows the newest head to witness `i` if it has not cosigned it, or not for some time.
  void look(std::size_t i) {
    const TrustPolicy::Witness& witness = policy_.witnesses()[i];
    const auto now = options_.now();
    const std::optional<std::string> note = signer_.latest(kMeta);
    const Result<Checkpoint> head =
        note ? peek_checkpoint(*note) : Result<Checkpoint>(Checkpoint{});
    if (!head || head->size == 0) return;
    // Of a log that was closed by a declared loss nothing is cosigned any more: the next head is
    // that of the log which goes on.
    if (const auto meta = ledger_.find_tenant(TenantId("meta"));
        meta && head->origin != meta->origin)
      return;
    const bool cosigned = !cosigners(*note, std::span(&witness.key, 1)).empty();
    note_waiting(*note, now);
    {
      const std::lock_guard lock(mutex_);
      const Asked& asked = asked_[i];
      if (now < asked.next || (cosigned && now < asked.shown_again)) return;
    }
    const Status shown = show(i, *note, *head, cosigned);
    const std::lock_guard lock(mutex_);
    Asked& asked = asked_[i];
    if (shown) {
      if (!asked.witness.trouble.empty())
        spdlog::info("the witness {} cosigns again", witness.name);
      asked.witness.trouble.clear();
      asked.witness.contradicts = false;
      asked.witness.cosigned = head->size;
      asked.pause = options_.first_pause;
      asked.next = now;
      asked.shown_again = now + options_.again;
      return;
    }
    ++asked.witness.failures;
    if (asked.witness.trouble.empty())
      spdlog::warn("the witness {} does not cosign: {}", witness.name, shown.error().message);
    asked.witness.trouble = shown.error().message;
    if (shown.error().code == ErrorCode::corrupt && !asked.witness.contradicts) {
      asked.witness.contradicts = true;
      spdlog::error("the witness {} contradicts this log: {}", witness.name, shown.error().message);
    }
    asked.next = now + asked.pause;
    asked.pause = std::min(asked.pause * 2, options_.longest_pause);
  }

  void note_waiting(const std::string& note, std::chrono::steady_clock::time_point now) {
    const bool there = policy_.satisfied(cosigners(note, keys_));
    const std::lock_guard lock(mutex_);
    if (there) waiting_since_.reset();
    if (!there && !waiting_since_) waiting_since_ = now;
  }

  /// Errors: corrupt when the witness knows another log; unavailable otherwise.
  Status show(std::size_t i, const std::string& note, const Checkpoint& head, bool cosigned) {
    const TrustPolicy::Witness& witness = policy_.witnesses()[i];
    for (bool told_size = false;;) {
      RECOURSE_LET(const PostPort::Answer answer, ask(i, note, head));
      if (answer.status == 200) {
        RECOURSE_LET(const std::string line, cosignature_in(answer.body, note, witness.key));
        known_size(i, head.size);
        return cosigned ? Status() : keep(head, line);
      }
      const bool size_told = answer.status == 409 && media_type(answer.content_type) == kTlogSizeType;
      if (answer.status == 409 && !size_told)
        return Error{ErrorCode::corrupt, "it cosigned another root at this size"};
      if (answer.status == 422)
        return Error{ErrorCode::corrupt, "it does not see this log continue what it cosigned"};
      if (!size_told || told_size) return Error{ErrorCode::unavailable, told(answer)};
      RECOURSE_LET(const std::uint64_t size, parse_tlog_size(answer.body));
      // It may have been shown a newer head than this one by the time it answered.
      if (size > ledger_.head(kMeta).size.value())
        return Error{ErrorCode::corrupt, "it cosigned " + std::to_string(size) +
                                             " leaves, and this log has " +
                                             std::to_string(ledger_.head(kMeta).size.value())};
      if (size > head.size) return Error{ErrorCode::unavailable, "it has cosigned a newer head"};
      known_size(i, size);
      told_size = true;
    }
  }

  Result<PostPort::Answer> ask(std::size_t i, const std::string& note, const Checkpoint& head) {
    AddCheckpoint request;
    {
      const std::lock_guard lock(mutex_);
      ++asked_[i].witness.requests;
      request.old_size = std::min(asked_[i].known_size, head.size);
    }
    if (request.old_size > 0) {
      RECOURSE_LET(request.proof,
                   ledger_.consistency_proof(kMeta, LogSize(request.old_size), LogSize(head.size)));
    }
    request.note = note;
    return port_.post(url_of(policy_.witnesses()[i].url), "text/plain; charset=utf-8",
                      add_checkpoint_text(request));
  }

  void known_size(std::size_t i, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    asked_[i].known_size = size;
  }

  Status keep(const Checkpoint& head, const std::string& line) {
    RECOURSE_TRY(signer_.add_signatures(kMeta, LogSize(head.size), line));
    RECOURSE_LET(const auto kept, signer_.at_least(kMeta, LogSize(head.size)));
    if (kept && policy_.satisfied(cosigners(*kept, keys_))) return take_witnessed(head.size);
    return {};
  }

  /// From here on everything that the first `size` meta leaves anchor is witnessed.
  Status take_witnessed(std::uint64_t size) {
    if (!policy_.asks()) return {};
    const std::lock_guard scanning(scan_mutex_);
    if (size <= scanned_) return {};
    std::map<Hash, LedgerId> ids;
    std::map<Hash, LogSize> kept;  // Of closed logs: what they had beyond is not here.
    for (const LedgerInfo& info : ledger_.ledgers()) {
      ids[sha256(info.origin)] = info.ledger;
      for (const ClosedLog& log : info.closed) {
        ids[sha256(log.origin)] = info.ledger;
        kept[sha256(log.origin)] = log.kept.size;
      }
    }
    std::map<LedgerId, LogSize> found;
    RECOURSE_TRY(ledger_.scan(
        kMeta, Position(scanned_), Position(size), [&](Position, std::string_view leaf) {
          if (leaf.find(LogAnchored::kType) == leaf.npos) return true;
          const auto event = read_leaf(leaf);
          const auto* anchor = event ? get_if<LogAnchored>(&event->data) : nullptr;
          const auto id = anchor ? ids.find(anchor->origin_hash) : ids.end();
          if (id == ids.end()) return true;
          const LogSize anchored(static_cast<std::uint64_t>(anchor->size));
          const auto closed = kept.find(anchor->origin_hash);
          if (closed == kept.end() || anchored <= closed->second) found[id->second] = anchored;
          return true;
        }));
    scanned_ = size;
    const std::lock_guard lock(mutex_);
    witnessed_ = size;
    for (const auto& [id, covered] : found) anchored_[id] = std::max(anchored_[id], covered);
    return {};
  }

  const Ledger& ledger_;
  Signer& signer_;
  const TrustPolicy policy_;
  const std::vector<NoteKey> keys_;
  PostPort& port_;
  const WitnessingOptions options_;
  std::mutex scan_mutex_;
  std::uint64_t scanned_ = 0;  ///< Guarded by scan_mutex_.
  mutable std::mutex mutex_;   ///< Guards what follows.
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<Asked> asked_;  ///< As the policy's witnesses.
  std::uint64_t witnessed_ = 0;
  std::map<LedgerId, LogSize> anchored_;
  mutable std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::vector<std::thread> threads_;
};

Witnessing::Witnessing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Witnessing::~Witnessing() = default;

Result<std::unique_ptr<Witnessing>> Witnessing::start(const Ledger& ledger, Signer& signer,
                                                      TrustPolicy policy, PostPort& port,
                                                      WitnessingOptions options) {
  auto impl = std::make_unique<Impl>(ledger, signer, std::move(policy), port, std::move(options));
  RECOURSE_TRY(impl->look_back());
  impl->run();
  return std::unique_ptr<Witnessing>(new Witnessing(std::move(impl)));
}

void Witnessing::tick() { impl_->tick(); }
Witnessing::State Witnessing::state() const { return impl_->state(); }
LogSize Witnessing::witnessed(LedgerId ledger) const { return impl_->witnessed(ledger); }

}  // namespace recourse
