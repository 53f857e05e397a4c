#include "engine/ledger/vault_record.h"

#include <algorithm>
#include <optional>

namespace recourse {
namespace {

constexpr char kVaultVersion = 1;
constexpr std::size_t kMonthBytes = 7;
constexpr std::size_t kShort = 0xFF;

void put_short(std::string& out, std::string_view text) {
  out += static_cast<char>(text.size());
  out.append(text);
}

/// Reads from the front of `rest`; nothing once it ran out.
struct Reader {
  std::string_view rest;
  bool good = true;

  std::string_view take(std::size_t count) {
    if (!good || rest.size() < count) {
      good = false;
      return {};
    }
    const std::string_view taken = rest.substr(0, count);
    rest.remove_prefix(count);
    return taken;
  }
  std::size_t number8() {
    const std::string_view byte = take(1);
    return good ? static_cast<std::uint8_t>(byte[0]) : 0;
  }
  std::size_t number16() {
    const std::string_view bytes = take(2);
    return good ? get_u16(bytes) : 0;
  }
  std::string_view short_text() { return take(number8()); }
};

}  // namespace

bool fits_vault_record(const VaultRecord& record) {
  return record.event_id.size() <= kShort && record.retention.size() <= kShort &&
         record.month.size() == kMonthBytes && record.pointer.size() <= 0xFFFF &&
         record.subjects.size() <= kShort &&
         std::all_of(record.subjects.begin(), record.subjects.end(),
                     [](const std::string& subject) { return subject.size() <= kShort; });
}

std::string vault_record_bytes(const VaultRecord& record) {
  RECOURSE_ASSERT(fits_vault_record(record), "the texts of a vault record are short");
  std::string out;
  out.reserve(160 + record.pointer.size() + record.sealed.size());
  out += kVaultVersion;
  out.append(as_text(record.commitment));
  put_short(out, record.event_id);
  put_u16(out, static_cast<std::uint16_t>(record.pointer.size()));
  out.append(record.pointer);
  put_short(out, record.retention);
  out.append(record.month);
  out += static_cast<char>(record.subjects.size());
  for (const std::string& subject : record.subjects) put_short(out, subject);
  return out.append(record.sealed);
}

std::vector<std::string> VaultRecordView::subjects() const {
  std::vector<std::string> subjects;
  for (Reader reader{packed_subjects}; !reader.rest.empty();)
    subjects.emplace_back(reader.short_text());
  return subjects;
}

Result<VaultRecordView> view_vault_record(std::string_view bytes) {
  Reader reader{bytes};
  const std::size_t version = reader.number8();
  if (reader.good && version != kVaultVersion)
    return Error{ErrorCode::unsupported, "a vault record was written by a newer program"};
  VaultRecordView record;
  const std::string_view commitment = reader.take(record.commitment.size());
  std::copy_n(as_bytes(commitment), commitment.size(), record.commitment.begin());
  record.event_id = reader.short_text();
  record.pointer = reader.take(reader.number16());
  const std::string_view key_name = reader.rest;
  record.retention = reader.short_text();
  record.month = reader.take(kMonthBytes);
  const std::size_t count = reader.number8();
  const std::string_view subjects = reader.rest;
  for (std::size_t left = count; left > 0 && reader.good; --left) reader.short_text();
  record.sealed = reader.rest;
  if (!reader.good) return Error{ErrorCode::corrupt, "a vault record is cut short"};
  record.key_name = key_name.substr(0, key_name.size() - record.sealed.size());
  record.packed_subjects = subjects.substr(0, subjects.size() - record.sealed.size());
  return record;
}

Result<VaultRecord> parse_vault_record(std::string_view bytes) {
  RECOURSE_LET(const VaultRecordView view, view_vault_record(bytes));
  VaultRecord record;
  record.commitment = view.commitment;
  record.event_id = view.event_id;
  record.pointer = view.pointer;
  record.retention = view.retention;
  record.month = view.month;
  record.subjects = view.subjects();
  record.sealed = view.sealed;
  return record;
}

}  // namespace recourse
