#include "tools/backup/known_destructions.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include "engine/event/leaf.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

/// Neither type is a prefix of anything else, and a canonical leaf has no space in it.
bool may_be_destruction(std::string_view leaf) {
  return leaf.find(SubjectErased::kType) != leaf.npos ||
         leaf.find(BucketDestroyed::kType) != leaf.npos;
}

/// Adds the destruction that `leaf` records, if it does. Keys of other deployments' ledgers have
/// the numbers of ours, so the origin counts and the number is found later.
Status add_recorded(std::string_view leaf, std::vector<Destruction>& found) {
  if (!may_be_destruction(leaf)) return {};
  RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
  const LedgerId nowhere(0);
  if (const auto* const erased = get_if<SubjectErased>(&event.data))
    found.push_back({event.source, KeyName::subject(nowhere, erased->subject.value()), event.time});
  if (const auto* const bucket = get_if<BucketDestroyed>(&event.data))
    found.push_back({event.source,
                     KeyName::bucket(nowhere, bucket->retention.text, bucket->month.text),
                     event.time});
  return {};
}

Result<std::vector<Destruction>> destructions_in_lines(const fs::path& file) {
  std::ifstream lines(file);
  if (!lines) return Error{ErrorCode::not_found, "cannot read " + file.string()};
  std::string first;
  std::getline(lines, first);
  if (!first.empty() && first.find("\"specversion\"") == first.npos) return read_destructions(file);
  lines.seekg(0);
  lines.clear();
  std::vector<Destruction> found;
  for (std::string line; std::getline(lines, line);)
    if (const Status read = add_recorded(line, found); !read)
      return Error{read.error().code, file.string() + ": " + read.error().message};
  return found;
}

Result<std::vector<Destruction>> destructions_in_data(const fs::path& data_dir) {
  LedgerOptions options;
  options.data_dir = data_dir.string();
  options.kek_file = (data_dir / "no-key-is-needed").string();
  RECOURSE_LET(const auto ledger, Ledger::open_read_only(options));
  return recorded_destructions(*ledger);
}

/// Which ledger here has an origin: ids differ from one data directory to another.
class Places {
 public:
  explicit Places(const Ledger& ledger) {
    for (const LedgerInfo& info : ledger.ledgers())
      for (const std::string& origin : info.origins()) ids_[origin] = info.ledger;
  }
  /// The destroyed key's name here; nothing for a ledger that is not here.
  std::optional<KeyName> name_here(const Destruction& one) const {
    const auto found = ids_.find(one.origin);
    if (found == ids_.end()) return std::nullopt;
    return one.key.kind() == KeyName::Kind::subject
               ? KeyName::subject(found->second, one.key.text())
               : KeyName::bucket(found->second, one.key.text(), one.key.month());
  }

 private:
  std::map<std::string, LedgerId> ids_;
};

bool lives(const Ledger& ledger, const KeyName& name) {
  const Result<Key> key = ledger.keys().find(name);
  return key || key.error().code == ErrorCode::corrupt;
}

}  // namespace

Result<std::vector<Destruction>> recorded_destructions(const Ledger& ledger) {
  std::vector<Destruction> found;
  for (const LedgerInfo& info : ledger.ledgers()) {
    Status read;
    RECOURSE_TRY(ledger.scan(info.ledger, Position(0),
                             Position(ledger.head(info.ledger).size.value()),
                             [&](Position, std::string_view leaf) {
                               read = add_recorded(leaf, found);
                               return read.ok();
                             }));
    RECOURSE_TRY(read);
  }
  return found;
}

Result<std::vector<Destruction>> destructions_in(const fs::path& place) {
  std::error_code error;
  if (!fs::exists(place, error))
    return Error{ErrorCode::not_found, "there is no " + place.string()};
  if (!fs::is_directory(place, error)) return destructions_in_lines(place);
  if (fs::exists(place / "HEAD", error)) return destructions_in_data(place);
  if (fs::exists(journal_in(place), error)) return read_destructions(journal_in(place));
  if (fs::exists(place / "leaves.ndjson", error))  // A bundle.
    return destructions_in_lines(place / "leaves.ndjson");
  return Error{ErrorCode::invalid,
               place.string() + " is neither a data directory nor a bundle nor events"};
}

std::vector<Destruction> still_alive(const Ledger& ledger,
                                     const std::vector<Destruction>& destructions) {
  const Places places(ledger);
  std::vector<Destruction> alive;
  for (const Destruction& one : destructions) {
    const std::optional<KeyName> name = places.name_here(one);
    if (name && lives(ledger, *name)) alive.push_back(one);
  }
  return alive;
}

Result<std::size_t> destroy_again(Ledger& ledger, const std::vector<Destruction>& destructions) {
  const Places places(ledger);
  std::set<std::string> seen;
  std::vector<KeyName> names;
  std::size_t alive = 0;
  for (const Destruction& one : destructions) {
    std::optional<KeyName> name = places.name_here(one);
    if (!name || !seen.insert(name->bytes()).second) continue;
    if (lives(ledger, *name)) ++alive;
    names.push_back(std::move(*name));
  }
  if (names.empty()) return alive;
  RECOURSE_TRY(ledger.keys().destroy(names));
  RECOURSE_TRY(ledger.keys().compact());
  return alive;
}

}  // namespace recourse
