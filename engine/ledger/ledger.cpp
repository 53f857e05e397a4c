#include "engine/ledger/ledger.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/ledger/ledger_impl.h"
#include "engine/ledger/note_key.h"
#include "engine/ledger/signer_state.h"
#include "engine/privacy/seal.h"

namespace recourse {
namespace {

const TenantId kMetaTenant("meta");

bool is_tenant_name(const std::string& name) {
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

/// Every part with its length, so that no two names have the same text.
std::string joined(LedgerId ledger, std::string_view first, std::string_view second) {
  std::string text;
  put_u32(text, ledger.value());
  put_u32(text, static_cast<std::uint32_t>(first.size()));
  return text.append(first).append(second);
}

/// Gives out bytes that are known, for what is made from randomness elsewhere.
class KnownBytes final : public Random {
 public:
  explicit KnownBytes(std::string_view bytes) : rest_(bytes) {}
  void fill(std::span<std::uint8_t> out) override {
    RECOURSE_ASSERT(out.size() <= rest_.size(), "enough bytes are known");
    std::copy_n(as_bytes(rest_), out.size(), out.begin());
    rest_.remove_prefix(out.size());
  }

 private:
  std::string_view rest_;
};

}  // namespace

Ledger::Impl::Impl(const LedgerOptions& given)
    : options(given),
      data_dir(given.data_dir),
      random(given.random != nullptr ? *given.random : system_random),
      clock(given.clock != nullptr ? *given.clock : system_clock) {}

std::filesystem::path Ledger::Impl::kek_path() const {
  return options.kek_file.empty() ? options.data_dir + ".kek" : options.kek_file;
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open(const LedgerOptions& options) {
  if (!is_note_key_name(options.deployment + "/meta") || options.deployment.size() > 255)
    return Error{ErrorCode::invalid,
                 "a deployment's name has 1 to 255 bytes, no space and no plus sign"};
  auto impl = std::make_unique<Impl>(options);
  RECOURSE_TRY(impl->open());
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(impl)));
  Impl& opened = *ledger->impl_;
  const Timestamp now = opened.clock.now();
  if (opened.durable.commit_number() == 0) {
    RECOURSE_LET(const StagedLedger meta,
                 opened.stage->add_ledger(kMetaTenant, options.deployment + "/meta", now));
    RECOURSE_TRY(ledger->commit());
  }
  if (!options.loss_declared) RECOURSE_TRY(check_signed_state(*ledger, opened.data_dir));
  if (opened.head_accepted) {
    NewEvent accepted;
    accepted.data = HeadAccepted{static_cast<std::int64_t>(ledger->commit_number()), "head_lost"};
    const std::array<std::int64_t, 1> version{0};
    RECOURSE_TRY(ledger->stage(LedgerId(0), {accepted}, version, now));
    RECOURSE_TRY(ledger->commit());
  }
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open_read_only(const LedgerOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  RECOURSE_TRY(impl->open_read_only());
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Status Ledger::refresh() {
  RECOURSE_ASSERT(!impl_->stage, "only a read-only ledger moves on");
  return impl_->refresh();
}

Result<StagedLedger> Ledger::stage_ledger(const TenantId& tenant, Timestamp now) {
  RECOURSE_TRY(impl_->writable());
  if (!is_tenant_name(tenant.value()))
    return Error{ErrorCode::invalid,
                 "a tenant's name has 1 to 40 of the characters a-z, 0-9 and -"};
  // The meta ledger's origin says the deployment, whatever this process was told.
  const std::string meta = impl_->durable.extent(LedgerId(0)).first_origin();
  const std::string deployment = meta.substr(0, meta.rfind('/'));
  const auto unique = impl_->random.bytes<8>();
  return impl_->stage->add_ledger(tenant, deployment + "/t/" + to_hex(as_text(unique)), now);
}

Result<RecordedEvent> Ledger::stage_continuation(LedgerId ledger, const Continuation& continuation,
                                                 Timestamp now) {
  RECOURSE_TRY(impl_->writable());
  return impl_->stage->continue_ledger(ledger, continuation, now);
}

Result<std::vector<RecordedEvent>> Ledger::stage(LedgerId ledger, std::vector<NewEvent> events,
                                                 std::span<const std::int64_t> stream_versions,
                                                 Timestamp now) {
  RECOURSE_TRY(impl_->writable());
  return impl_->stage->add(ledger, std::move(events), stream_versions, now);
}

Timestamp Ledger::latest_time(LedgerId ledger) const {
  RECOURSE_ASSERT(impl_->stage, "only the process that holds the lock writes");
  return impl_->stage->time(ledger);
}

void Ledger::stage_request(LedgerId ledger, const Hash& request_key, Position first,
                           std::uint32_t count, std::string_view request_fingerprint) {
  if (!impl_->writable()) return;  // commit() says so.
  impl_->stage->add_request(ledger, request_key, first, count, request_fingerprint);
}

std::size_t Ledger::staged_bytes() const { return impl_->stage ? impl_->stage->bytes() : 0; }
bool Ledger::has_staged() const { return impl_->stage && !impl_->stage->empty(); }
void Ledger::discard() {
  if (impl_->stage) impl_->stage->discard();
}

std::vector<LedgerInfo> Ledger::ledgers() const { return impl_->durable.ledgers(); }
std::optional<LedgerInfo> Ledger::find_tenant(const TenantId& tenant) const {
  return impl_->durable.find_tenant(tenant);
}
TreeHead Ledger::head(LedgerId ledger) const { return impl_->durable.head(ledger); }
std::uint64_t Ledger::commit_number() const { return impl_->durable.commit_number(); }

bool Ledger::has_keys() const { return impl_->keys != nullptr; }
KeyStore& Ledger::keys() const {
  RECOURSE_ASSERT(impl_->keys, "the ledger was opened with the KEK");
  return *impl_->keys;
}

Hash Ledger::deployment_key(std::string_view purpose) const {
  RECOURSE_ASSERT(impl_->keys, "the ledger was opened with the KEK");
  const Key key = derive_key(impl_->deployment_secret, purpose);
  Hash bytes;
  std::copy_n(as_bytes(key.view()), bytes.size(), bytes.begin());
  return bytes;
}

Hash Ledger::request_key(LedgerId ledger, std::string_view principal, std::string_view key) const {
  return hmac_sha256(as_text(impl_->request_secret), {joined(ledger, principal, key)});
}

PrincipalId Ledger::pseudonym(LedgerId ledger, std::string_view prefix,
                              std::string_view name) const {
  const Hash mac = hmac_sha256(as_text(impl_->pseudonym_secret), {joined(ledger, prefix, name)});
  // 128 bits of it in the form that every other id has, a ULID; its time means nothing.
  std::string_view bits = as_text(mac);
  std::string millis("\0\0", 2);
  millis.append(bits.substr(0, 6));
  KnownBytes rest(bits.substr(6));
  const auto time = static_cast<std::int64_t>(get_u64(millis));
  return PrincipalId(make_ulid(prefix, Timestamp(std::chrono::milliseconds(time)), rest));
}

Result<SubjectId> Ledger::obtain_subject(LedgerId ledger, std::string_view address) {
  RECOURSE_TRY(impl_->writable());
  return impl_->keys->obtain_subject(ledger, address);
}

std::optional<SubjectId> Ledger::find_subject(LedgerId ledger, std::string_view address) const {
  if (!impl_->keys) return std::nullopt;
  Result<SubjectId> found = impl_->keys->find_subject(ledger, address);
  if (!found) return std::nullopt;
  return *found;
}

}  // namespace recourse
