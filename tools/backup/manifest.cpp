#include "tools/backup/manifest.h"

#include <algorithm>

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse {
namespace {

constexpr std::string_view kFormat = "recourse/backup@v1";
constexpr std::string_view kFamily = "recourse/backup@";
/// A table file has some MiB: so many of them are terabytes.
constexpr JsonLimits kLimits{std::size_t{256} << 20, 8};

/// Numbers beyond 2^53 - 1 are no JSON integers: an epoch that is a time, a count of anything.
Json number(std::uint64_t value) { return value; }

Json hash(const Hash& value) { return to_base64(as_text(value)); }

/// Reads members and remembers whether one was not as it should be.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  std::string text(std::string_view name) {
    const Json* const member = object_.find(name);
    if (member != nullptr && member->string() != nullptr) return *member->string();
    good_ = false;
    return {};
  }
  std::uint64_t number(std::string_view name) {
    const Json* const member = object_.find(name);
    const auto value = member == nullptr ? std::nullopt : member->integer();
    if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
    good_ = false;
    return 0;
  }
  Hash hash(std::string_view name) {
    const auto value = hash_from_base64(text(name));
    if (value) return *value;
    good_ = false;
    return {};
  }
  Timestamp time(std::string_view name) {
    const auto value = from_rfc3339(text(name));
    if (value) return *value;
    good_ = false;
    return {};
  }
  const Json::Array& list(std::string_view name) {
    static const Json::Array none;
    const Json* const member = object_.find(name);
    if (member != nullptr && member->elements() != nullptr) return *member->elements();
    good_ = false;
    return none;
  }
  bool good() const { return good_; }

 private:
  const Json& object_;
  bool good_ = true;
};

/// A path within the data directory, which leads nowhere else.
bool is_inner_path(const std::string& path) {
  const std::filesystem::path parsed(path);
  return !path.empty() && parsed.is_relative() && path == parsed.lexically_normal().string() &&
         std::none_of(parsed.begin(), parsed.end(), [](const auto& part) { return part == ".."; });
}

}  // namespace

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const File& file : files) sum += file.size;
  return sum;
}

std::string to_json(const BackupManifest& manifest) {
  Json heads = Json::array(), files = Json::array(), left_out = Json::array();
  for (const LedgerCut::Head& head : manifest.heads)
    heads.push_back(Json::object({{"ledger", head.info.ledger.value()},
                                  {"origin", head.info.origin},
                                  {"root", hash(head.head.root)},
                                  {"size", number(head.head.size.value())},
                                  {"tenant", head.info.tenant.value()}}));
  for (const BackupManifest::File& file : manifest.files)
    files.push_back(Json::object({{"path", file.path},
                                  {"sha256", to_hex(as_text(file.sha256))},
                                  {"size", number(file.size)}}));
  for (const std::string& one : manifest.left_out) left_out.push_back(one);
  return canonical_json(Json::object({{"backup", number(manifest.backup)},
                                      {"commit_hash", hash(manifest.anchor.commit)},
                                      {"commit_number", number(manifest.anchor.number)},
                                      {"deployment", manifest.deployment},
                                      {"ended", to_rfc3339(manifest.ended)},
                                      {"epoch", number(manifest.anchor.epoch)},
                                      {"files", std::move(files)},
                                      {"first_leaf", hash(manifest.first_leaf)},
                                      {"format", kFormat},
                                      {"kek_epoch", number(manifest.kek_epoch)},
                                      {"ledgers", std::move(heads)},
                                      {"left_out", std::move(left_out)},
                                      {"program", manifest.program},
                                      {"started", to_rfc3339(manifest.started)}}));
}

Result<BackupManifest> parse_manifest(std::string_view text) {
  const Error damaged{ErrorCode::corrupt, "the manifest is damaged"};
  const Result<Json> json = parse_json(text, kLimits);
  if (!json || !json->is_object()) return damaged;
  Reader top(*json);
  const std::string format = top.text("format");
  if (format != kFormat && format.starts_with(kFamily))
    return Error{ErrorCode::unsupported, "the backup was made by a newer program"};
  if (format != kFormat) return damaged;
  BackupManifest manifest;
  manifest.backup = top.number("backup");
  manifest.deployment = top.text("deployment");
  manifest.first_leaf = top.hash("first_leaf");
  manifest.program = top.text("program");
  manifest.started = top.time("started");
  manifest.ended = top.time("ended");
  manifest.anchor = {top.number("epoch"), top.number("commit_number"), top.hash("commit_hash")};
  manifest.kek_epoch = top.number("kek_epoch");
  for (const Json& one : top.list("ledgers")) {
    Reader head(one);
    manifest.heads.push_back({{LedgerId(static_cast<std::uint32_t>(head.number("ledger"))),
                               TenantId(head.text("tenant")), head.text("origin")},
                              {LogSize(head.number("size")), head.hash("root")}});
    if (!head.good()) return damaged;
  }
  for (const Json& one : top.list("files")) {
    Reader file(one);
    const auto digest = from_hex(file.text("sha256"));
    BackupManifest::File read{file.text("path"), file.number("size"), {}};
    if (!file.good() || !digest || digest->size() != read.sha256.size() ||
        !is_inner_path(read.path))
      return damaged;
    std::copy_n(as_bytes(*digest), read.sha256.size(), read.sha256.begin());
    manifest.files.push_back(std::move(read));
  }
  for (const Json& one : top.list("left_out"))
    if (one.string() != nullptr) manifest.left_out.push_back(*one.string());
  if (!top.good()) return damaged;
  return manifest;
}

}  // namespace recourse
