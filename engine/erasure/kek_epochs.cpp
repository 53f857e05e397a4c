#include "engine/erasure/kek_epochs.h"

#include <spdlog/spdlog.h>

#include "engine/base/failpoint.h"
#include "engine/base/sha256.h"
#include "engine/decision/decide_privacy.h"
#include "engine/erasure/certificate.h"
#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/erasure/trace_person.h"
#include "engine/privacy/kek.h"
#include "engine/privacy/key_rotation.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

const LedgerId kMetaLedger(0);

Principal privacy_principal() {
  return {PrincipalId("sys_privacy"), ActorType::system, Role::admin, {}, {}};
}

/// The last epoch of which the meta ledger says that it ended; 0 for none.
Result<std::int64_t> last_retired(const Ledger& ledger) {
  std::int64_t last = 0;
  Status unreadable;
  const std::string mark = '"' + std::string(KekEpochRetired::kType) + '"';
  RECOURSE_TRY(ledger.scan(kMetaLedger, Position(0),
                           Position(ledger.head(kMetaLedger).size.value()),
                           [&](Position, std::string_view leaf) {
                             if (leaf.find(mark) == leaf.npos) return true;
                             const Result<RecordedEvent> event = read_leaf(leaf);
                             if (!event) return unreadable = event.error(), false;
                             if (const auto* one = get_if<KekEpochRetired>(&event->data))
                               last = std::max(last, one->epoch);
                             return true;
                           }));
  RECOURSE_TRY(std::move(unreadable));
  return last;
}

/// Whether the store is wrapped under the next key already.
Result<bool> is_rewrapped(const KeyStore& keys, const std::filesystem::path& kek_file) {
  if (!rotation_under_way(kek_file)) return false;
  RECOURSE_LET(const Kek next, read_kek(kek_file.string() + ".next"));
  return next.epoch == keys.epoch();
}

Status record_retired(Writer& writer, std::uint64_t epoch, std::optional<std::int64_t> backup) {
  RECOURSE_LET(const KeyStore::Census census, writer.ledger().keys().census());
  KekEpochRetired retired;
  retired.epoch = static_cast<std::int64_t>(epoch);
  retired.rewrapped = static_cast<std::int64_t>(census.living);
  retired.method = "file";
  retired.assurance = Assurance::best_effort;
  retired.backup = backup;
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = privacy_principal();
  request.decide = [&](DecisionStep&) -> Result<Events> {
    NewEvent event;
    event.stream = "deployment";
    event.actor = {ActorType::system, privacy_principal().id};
    event.data = retired;
    return Events{std::move(event)};
  };
  RECOURSE_TRY(writer.handle(std::move(request)));
  return {};
}

/// One erasure. False: its epoch is not over.
Result<bool> certify(Writer& writer, const Signer& signer, const LedgerInfo& info,
                     const EntryId& id) {
  const Ledger& ledger = writer.ledger();
  RECOURSE_LET(const DsrState dsr, dsr_row(writer.views(), info.ledger, id));
  if (!dsr.subject || !dsr.erased_at) return false;
  RECOURSE_LET(const auto destroyed,
               ledger.keys().destroyed_in(KeyName::subject(info.ledger, dsr.subject->value())));
  if (!destroyed || *destroyed >= ledger.keys().epoch()) return false;
  CertifyErasure command;
  command.dsr = id;
  command.epoch = static_cast<std::int64_t>(*destroyed);
  RECOURSE_LET(const std::string text,
               certificate_text(ledger, info, Position(static_cast<std::uint64_t>(*dsr.erased_at)),
                                command.epoch, command.assurance));
  command.certificate = sha256(signer.sign_report(text));
  WriteRequest request = privacy_request(info.tenant, std::move(command), &certify_erasure);
  request.principal = privacy_principal();
  RECOURSE_TRY(writer.handle(std::move(request)));
  return true;
}

Status certify_pending(Writer& writer, const Signer& signer, EpochChange& change) {
  for (const TenantId& tenant : writer.directory().tenants()) {
    RECOURSE_LET(const LedgerInfo info, ledger_of(writer.ledger(), tenant));
    RECOURSE_LET(const PrivacyState open, privacy_row(writer.views(), info.ledger));
    for (const EntryId& id : open.uncertified) {
      const Result<bool> done = certify(writer, signer, info, id);
      if (done && *done) ++change.certified;
      // One that cannot be certified keeps no other one from it.
      if (!done) change.uncertified.push_back(id.value() + ": " + done.error().message);
    }
  }
  return {};
}

/// A hold that was placed after an erasure, over what the erasure took: older copies can still be
/// read while their key lives, so it has to. Errors: conflict, naming the hold.
Status check_holds(Writer& writer, const TenantId& tenant, std::uint64_t ending) {
  const Ledger& ledger = writer.ledger();
  RECOURSE_LET(const LedgerInfo info, ledger_of(ledger, tenant));
  RECOURSE_LET(const PrivacyState open, privacy_row(writer.views(), info.ledger));
  if (open.holds.empty()) return {};
  for (const EntryId& id : open.uncertified) {
    RECOURSE_LET(const DsrState dsr, dsr_row(writer.views(), info.ledger, id));
    if (!dsr.subject || !dsr.erased_at) continue;
    RECOURSE_LET(const auto destroyed,
                 ledger.keys().destroyed_in(KeyName::subject(info.ledger, dsr.subject->value())));
    if (!destroyed || *destroyed < ending) continue;
    const Position at(static_cast<std::uint64_t>(*dsr.erased_at));
    RECOURSE_LET(const std::string leaf, ledger.leaf(info.ledger, at));
    RECOURSE_LET(const RecordedEvent erased, read_leaf(leaf));
    PersonTrace trace(info.ledger, *dsr.subject);
    std::optional<SubjectTrace> found;  // Walked for when there is a later hold.
    for (const EntryId& one : open.holds) {
      RECOURSE_LET(const HoldState hold, hold_row(writer.views(), info.ledger, one));
      if (hold.placed_at < erased.time) continue;
      if (!found) {
        RECOURSE_TRY(trace.walk_on(ledger));
        RECOURSE_LET(found, trace.summary(ledger));
      }
      if (keeps(hold, *dsr.subject, *found))
        return Error{ErrorCode::conflict, "the key epoch cannot end while the hold " + one.value() +
                                              " of " + tenant.value() +
                                              " keeps older copies of what " + id.value() +
                                              " erased: release it first"};
    }
  }
  return {};
}

Status end_rotation(Writer& writer, const Signer& signer, const std::filesystem::path& kek_file,
                    std::optional<std::int64_t> backup, EpochChange& change) {
  KeyStore& keys = writer.ledger().keys();
  if (rotation_under_way(kek_file)) RECOURSE_TRY(finish_kek_rotation(keys, kek_file));
  FAILPOINT("after_old_kek_destroyed");
  change.retired = keys.epoch() - 1;
  RECOURSE_LET(const std::int64_t last, last_retired(writer.ledger()));
  for (auto epoch = static_cast<std::uint64_t>(last) + 1; epoch < keys.epoch(); ++epoch)
    RECOURSE_TRY(record_retired(writer, epoch,
                                epoch == change.retired ? backup : std::optional<std::int64_t>()));
  RECOURSE_LET(const KeyStore::Census census, keys.census());
  change.rewrapped = census.living;
  return certify_pending(writer, signer, change);
}

}  // namespace

bool rotation_under_way(const std::filesystem::path& kek_file) {
  std::error_code ignored;
  return std::filesystem::exists(kek_file.string() + ".next", ignored);
}

Result<EpochChange> retire_kek(Writer& writer, const Signer& signer,
                               const std::filesystem::path& kek_file,
                               const BackupUnderNextKey& backup) {
  KeyStore& keys = writer.ledger().keys();
  RECOURSE_LET(const bool rewrapped, is_rewrapped(keys, kek_file));
  for (const TenantId& tenant : writer.directory().tenants()) {
    const Status free = check_holds(writer, tenant, keys.epoch() - (rewrapped ? 1 : 0));
    if (free) continue;
    if (free.error().code == ErrorCode::conflict) return free.error();
    // A tenant whose rows are damaged must not keep what others' persons were promised from them.
    spdlog::error("the holds of {} cannot be read: {}", tenant.value(), free.error().message);
  }
  SystemRandom random;
  if (!rewrapped) RECOURSE_TRY(begin_kek_rotation(keys, kek_file, random));
  FAILPOINT("after_rewrap");
  EpochChange change;
  if (backup) {
    RECOURSE_LET(change.backup, backup());
  }
  RECOURSE_TRY(end_rotation(writer, signer, kek_file, change.backup, change));
  return change;
}

Result<bool> finish_retirement(Writer& writer, const Signer& signer,
                               const std::filesystem::path& kek_file) {
  const KeyStore& keys = writer.ledger().keys();
  RECOURSE_LET(const bool rewrapped, is_rewrapped(keys, kek_file));
  // Before that, nothing was given up: the next rotation goes on with the key that was drawn. After
  // it a backup may be wanted, so the old key stays until the next one.
  if (rewrapped || rotation_under_way(kek_file)) return false;
  RECOURSE_LET(const std::int64_t last, last_retired(writer.ledger()));
  EpochChange change;
  if (static_cast<std::uint64_t>(last) + 1 >= keys.epoch()) {
    RECOURSE_TRY(certify_pending(writer, signer, change));
    return change.certified > 0;
  }
  RECOURSE_TRY(end_rotation(writer, signer, kek_file, {}, change));
  return true;
}

}  // namespace recourse
