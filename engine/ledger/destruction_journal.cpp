#include "engine/ledger/destruction_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"
#include "engine/ledger/durable_file.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

std::string line_of(const Destruction& one) {
  const bool bucket = one.key.kind() == KeyName::Kind::bucket;
  RECOURSE_ASSERT(bucket || one.key.kind() == KeyName::Kind::subject,
                  "only keys of subjects and of buckets are destroyed one by one");
  Json line = Json::object({{"at", to_rfc3339(one.at)},
                            {"kind", bucket ? "bucket" : "subject"},
                            {"ledger", one.key.ledger().value()},
                            {"origin", one.origin}});
  line.set(bucket ? "retention" : "subject", one.key.text());
  if (bucket) line.set("month", one.key.month());
  return canonical_json(line) + '\n';
}

std::string text_of(const Json& json, std::string_view name) {
  const Json* const member = json.find(name);
  return member == nullptr || member->string() == nullptr ? std::string() : *member->string();
}

Result<Destruction> read_line(std::string_view text) {
  const Error damaged{ErrorCode::corrupt, "is no destruction"};
  const Result<Json> line = parse_json(text);
  if (!line || !line->is_object()) return damaged;
  const auto at = from_rfc3339(text_of(*line, "at"));
  const Json* const number = line->find("ledger");
  const std::int64_t ledger = number == nullptr ? -1 : number->integer().value_or(-1);
  const std::string kind = text_of(*line, "kind"), origin = text_of(*line, "origin");
  if (!at || ledger < 0 || ledger > UINT32_MAX || origin.empty()) return damaged;
  const LedgerId id(static_cast<std::uint32_t>(ledger));
  const std::string subject = text_of(*line, "subject"), month = text_of(*line, "month");
  const std::string retention = text_of(*line, "retention");
  if (kind == "subject" && !subject.empty())
    return Destruction{origin, KeyName::subject(id, subject), *at};
  if (kind == "bucket" && month.size() == 7 && !retention.empty())
    return Destruction{origin, KeyName::bucket(id, retention, month), *at};
  if (kind == "subject" || kind == "bucket") return damaged;
  return Error{ErrorCode::unsupported, "was written by a newer program"};
}

Status append_to(const fs::path& journal, std::string_view lines) {
  RECOURSE_LET(OpenFile file, OpenFile::open(journal, O_RDWR | O_CREAT));
  RECOURSE_LET(const std::string before, read_file(journal));
  const std::size_t whole = before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1;
  if (whole < before.size() && ::ftruncate(file.descriptor(), static_cast<off_t>(whole)) != 0)
    return system_error("write", journal, errno);
  RECOURSE_TRY(file.write_at(whole, lines));
  RECOURSE_TRY(file.sync());
  return before.empty() ? sync_directory(journal.parent_path()) : Status();
}

}  // namespace

Status append_destructions(std::span<const fs::path> journals,
                           std::span<const Destruction> destructions) {
  static std::mutex one_after_the_other;
  if (destructions.empty()) return {};
  std::string lines;
  for (const Destruction& one : destructions) lines += line_of(one);
  const std::lock_guard lock(one_after_the_other);
  for (const fs::path& journal : journals) RECOURSE_TRY(append_to(journal, lines));
  return {};
}

Result<std::vector<Destruction>> read_destructions(const fs::path& journal) {
  std::vector<Destruction> all;
  const Result<std::string> text = read_file(journal);
  if (!text && text.error().code == ErrorCode::not_found) return all;
  if (!text) return text.error();
  std::size_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = text->find('\n', at);
    if (end == text->npos) break;  // Torn by a crash, before anything was destroyed.
    ++number;
    Result<Destruction> one = read_line(std::string_view(*text).substr(at, end - at));
    if (!one)
      return Error{one.error().code, "line " + std::to_string(number) + " of " + journal.string() +
                                         ' ' + one.error().message};
    all.push_back(std::move(one).value());
    at = end + 1;
  }
  return all;
}

fs::path journal_beside(const fs::path& kek_file) { return kek_file.string() + ".erasures.ndjson"; }

fs::path journal_in(const fs::path& backups) { return backups / "erasures.ndjson"; }

}  // namespace recourse
