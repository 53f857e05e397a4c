#include "engine/privacy/key_name.h"

#include "engine/base/bytes.h"

namespace recourse {
namespace {

constexpr std::size_t kPrefixSize = 1 + 4;         // kind, ledger
constexpr std::size_t kClassAt = kPrefixSize + 2;  // length of the retention class

std::string prefix(KeyName::Kind kind, LedgerId ledger) {
  std::string bytes(1, static_cast<char>(kind));
  put_u32(bytes, ledger.value());
  return bytes;
}

}  // namespace

KeyName KeyName::subject(LedgerId ledger, std::string_view subject_id) {
  return KeyName(prefix(Kind::subject, ledger).append(subject_id));
}

KeyName KeyName::bucket(LedgerId ledger, std::string_view retention, std::string_view month) {
  RECOURSE_ASSERT(retention.size() <= 0xffff, "a retention class fits in a leaf");
  std::string bytes = prefix(Kind::bucket, ledger);
  put_u16(bytes, static_cast<std::uint16_t>(retention.size()));
  return KeyName(bytes.append(retention).append(month));
}

KeyName KeyName::tenant(LedgerId ledger) { return KeyName(prefix(Kind::tenant, ledger)); }

KeyName KeyName::deployment(std::string_view purpose) {
  return KeyName(std::string(1, static_cast<char>(Kind::deployment)).append(purpose));
}

Result<KeyName> KeyName::parse(std::string_view bytes) {
  const Error bad{ErrorCode::corrupt, "not the name of a stored key"};
  if (bytes.empty()) return bad;
  switch (static_cast<Kind>(bytes[0])) {
    case Kind::deployment:
      return KeyName(std::string(bytes));
    case Kind::subject:
      if (bytes.size() <= kPrefixSize) return bad;
      return KeyName(std::string(bytes));
    case Kind::tenant:
      if (bytes.size() != kPrefixSize) return bad;
      return KeyName(std::string(bytes));
    case Kind::bucket:
      if (bytes.size() < kClassAt || bytes.size() < kClassAt + get_u16(bytes.substr(kPrefixSize)))
        return bad;
      return KeyName(std::string(bytes));
  }
  return bad;
}

LedgerId KeyName::ledger() const {
  RECOURSE_ASSERT(kind() != Kind::deployment, "a deployment key belongs to no ledger");
  return LedgerId(get_u32(std::string_view(bytes_).substr(1)));
}

std::string_view KeyName::text() const {
  const std::string_view bytes = bytes_;
  switch (kind()) {
    case Kind::deployment:
      return bytes.substr(1);
    case Kind::bucket:
      return bytes.substr(kClassAt, get_u16(bytes.substr(kPrefixSize)));
    case Kind::subject:
    case Kind::tenant:
      break;
  }
  return bytes.substr(kPrefixSize);
}

std::string_view KeyName::month() const {
  if (kind() != Kind::bucket) return {};
  return std::string_view(bytes_).substr(kClassAt + text().size());
}

std::string KeyName::describe() const {
  switch (kind()) {
    case Kind::deployment:
      return "the deployment's key \"" + std::string(text()) + "\"";
    case Kind::subject:
      return "the key of subject " + std::string(text());
    case Kind::bucket:
      return "the key of retention class " + std::string(text()) + " in " + std::string(month());
    case Kind::tenant:
      break;
  }
  return "the key of the tenant with ledger " + std::to_string(ledger().value());
}

}  // namespace recourse
