// The directory of the key store: which subject an address belongs to, filed under keyed hashes.

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/privacy/key_store.h"
#include "engine/privacy/key_store_impl.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxAddressSize = 512;

/// Without surrounding white space and in lower case (ASCII: other letters keep their case, since
/// which of them are the same letter depends on the language).
Result<std::string> normalised(std::string_view address) {
  constexpr std::string_view white = " \t\r\n\f\v";
  const std::size_t first = address.find_first_not_of(white);
  if (first == std::string_view::npos) return Error{ErrorCode::invalid, "an address is empty"};
  address = address.substr(first, address.find_last_not_of(white) - first + 1);
  if (address.size() > kMaxAddressSize)
    return Error{ErrorCode::invalid, "an address has at most 512 bytes"};
  std::string text(address);
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace

std::string KeyStore::Impl::directory_row(const Key& under, LedgerId ledger,
                                          std::string_view address) const {
  std::string row(1, kDirectoryRow);
  put_u32(row, ledger.value());
  const Hash filed = hmac_sha256(under.view(), {std::string_view(row).substr(1), address});
  return row.append(as_text(filed));
}

Result<SubjectId> KeyStore::Impl::find_subject(const std::string& row) const {
  std::uint64_t before;
  {
    const std::lock_guard lock(memory_mutex);
    if (const SubjectId* const subject = subjects.find(row)) return *subject;
    before = destructions;
  }
  RECOURSE_LET(const WipedText text, unwrapped(row, "the subject of this address"));
  const SubjectId subject{std::string(text.view())};
  const std::lock_guard lock(memory_mutex);
  if (before == destructions) subjects.put(row, subject);
  return subject;
}

Result<SubjectId> KeyStore::find_subject(LedgerId ledger, std::string_view address) const {
  RECOURSE_LET(const std::string text, normalised(address));
  const std::shared_lock epoch_lock(impl_->epoch_mutex);
  return impl_->find_subject(impl_->directory_row(impl_->directory_key, ledger, text));
}

Result<SubjectId> KeyStore::obtain_subject(LedgerId ledger, std::string_view address) {
  Result<SubjectId> known = find_subject(ledger, address);
  if (known || known.error().code != ErrorCode::not_found) return known;
  RECOURSE_LET(const std::string text, normalised(address));
  const std::lock_guard lock(impl_->write_mutex);
  RECOURSE_TRY(impl_->writable());
  std::string row;
  {
    const std::shared_lock epoch_lock(impl_->epoch_mutex);
    row = impl_->directory_row(impl_->directory_key, ledger, text);
    known = impl_->find_subject(row);  // Another thread may have drawn it.
    if (known || known.error().code != ErrorCode::not_found) return known;
  }
  // Random, not a ULID: the id stays in the ledger for ever and tells nothing.
  const SubjectId subject("sub_" + to_hex(as_text(impl_->random.bytes<16>())));
  const KeyName name = KeyName::subject(ledger, subject.value());
  Key key;
  impl_->random.fill(key.fill());
  // The address stands with the key, so that its row can be found again from the subject's id: to
  // destroy it, and to file it under a new key in the next epoch.
  impl_->add_pending(name.bytes(), {key.view(), text});
  impl_->add_pending(row, {subject.value()});
  const std::lock_guard memory_lock(impl_->memory_mutex);
  impl_->keys.put(name.bytes(), key);
  impl_->subjects.put(row, subject);
  return subject;
}

}  // namespace recourse
