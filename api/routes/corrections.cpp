#include "api/routes/corrections.h"

#include <map>
#include <utility>

namespace recourse::routes {
namespace {

/// Where value.corrected has the right value.
constexpr std::string_view kRightValue = "/data/value";

}  // namespace

void Corrections::meet(const OpenedView& value) {
  if (value.pointer == kRightValue) met_.push_back({value.position, std::string(value.json)});
}

Status Corrections::put(const std::string& ticket, OpenedTexts& texts) const {
  if (met_.empty()) return {};
  // The newest correction of a place is the one that counts, also of a place in a correction.
  std::map<std::pair<std::uint64_t, std::string>, std::string> right;
  for (auto met = met_.rbegin(); met != met_.rend(); ++met) {
    RECOURSE_LET(const std::string leaf, ledger_.leaf(id_, met->position));
    RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
    const auto* const corrected = get_if<ValueCorrected>(&event.data);
    if (corrected == nullptr) continue;
    const auto itself = right.find({met->position.value(), std::string(kRightValue)});
    std::string json = itself == right.end() ? met->json : itself->second;
    right.try_emplace(
        {static_cast<std::uint64_t>(corrected->position), corrected->path.text}, std::move(json));
  }
  if (right.empty()) return {};
  return ledger_.each_opened(id_, ticket, [&](const OpenedView& value) {
    const auto found = right.find({value.position.value(), std::string(value.pointer)});
    if (found != right.end()) texts.replace(value.position, value.ordinal, found->second);
  });
}

}  // namespace recourse::routes
