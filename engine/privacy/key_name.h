#pragma once

#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/base/result.h"

namespace recourse {

/// The name of a stored key. Its bytes are the record's key in the database (docs/format/keys.md).
class KeyName {
 public:
  enum class Kind : char {
    subject = 's',     ///< One data subject of a tenant's ledger: destroyed by an erasure.
    bucket = 'b',      ///< Retention class and month: destroyed when its time is over.
    tenant = 't',      ///< Seals what belongs to no subject.
    deployment = 'n',  ///< "log", "report", "idempotency", "cursor", …: of the whole deployment.
  };

  static KeyName subject(LedgerId ledger, std::string_view subject_id);
  /// `month` is the first seven characters of the leaf's `time`: "2026-01".
  static KeyName bucket(LedgerId ledger, std::string_view retention, std::string_view month);
  static KeyName tenant(LedgerId ledger);
  static KeyName deployment(std::string_view purpose);
  /// Errors: corrupt.
  static Result<KeyName> parse(std::string_view bytes);

  Kind kind() const { return static_cast<Kind>(bytes_[0]); }
  LedgerId ledger() const;         ///< REQUIRES: not a deployment key.
  std::string_view text() const;   ///< Subject id, retention class, purpose; empty for a tenant.
  std::string_view month() const;  ///< Of a bucket; else empty.

  const std::string& bytes() const { return bytes_; }
  /// For error texts: "the key of subject sub_5d2e".
  std::string describe() const;

  bool operator==(const KeyName&) const = default;

 private:
  explicit KeyName(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

}  // namespace recourse
