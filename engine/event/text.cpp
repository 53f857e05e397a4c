#include "engine/event/text.h"

#include <algorithm>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

std::vector<std::string> sorted(std::vector<std::string> subjects) {
  std::erase(subjects, "");
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  return subjects;
}

}  // namespace

Sealed seal_text(std::string_view text, std::vector<std::string> subjects) {
  Sealed sealed;
  append_canonical_string(sealed.json, text);
  sealed.subjects = sorted(std::move(subjects));
  return sealed;
}

Sealed seal_json(std::string json, std::vector<std::string> subjects) {
  Sealed sealed;
  sealed.kind = json.starts_with('[')   ? SealedKind::array
                : json.starts_with('{') ? SealedKind::object
                : json.starts_with('"') ? SealedKind::text
                                        : SealedKind::number;
  sealed.json = std::move(json);
  sealed.subjects = sorted(std::move(subjects));
  return sealed;
}

}  // namespace recourse
