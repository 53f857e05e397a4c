#include "tools/audit/leaf_check.h"

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "tools/audit/leaf_form.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

constexpr JsonLimits kLeafLimits{kMaxLeafBytes, 16};

}  // namespace

LeafCheck::LeafCheck(const LedgerInfo& info, const std::string& meta_origin, bool strict)
    : origin_(info.origin), meta_hash_(sha256(meta_origin)), strict_(strict) {}

std::string_view LeafCheck::check(Position position, std::string_view leaf, Findings& findings,
                                  std::vector<QuotedHead>& quoted) const {
  const auto damaged = [&](std::string_view what) {
    findings.add(Integrity::damaged, what, kRestoreLedger, position);
  };
  const auto tail = leaf_tail(leaf);
  if (!tail) {
    damaged("the leaf has not the attributes of an event");
    return {};
  }
  if (!is_leaf_sequence(tail->sequence, position.value()))
    damaged("the leaf's sequence is another");
  if (tail->source != origin_) damaged("the leaf belongs to another log");
  if (strict_) {
    if (!is_canonical(leaf, kLeafLimits)) damaged("the leaf is not in its canonical form");
    const Result<RecordedEvent> event = read_leaf(leaf);
    if (!event && event.error().code == ErrorCode::unsupported)
      findings.add(Integrity::could_not_tell, event.error().message,
                   "verify with the newest program", position);
    else if (!event)
      damaged("the leaf is no event: " + event.error().message);
  }
  if (tail->type == LogAnchored::kType || tail->type == LogHeartbeat::kType) {
    const Result<RecordedEvent> event = read_leaf(leaf);
    if (event && holds_alternative<LogAnchored>(event->data)) {
      const auto& anchor = get<LogAnchored>(event->data);
      quoted.push_back(
          {anchor.origin_hash, static_cast<std::uint64_t>(anchor.size), anchor.root, position});
    } else if (event && holds_alternative<LogHeartbeat>(event->data)) {
      const auto& beat = get<LogHeartbeat>(event->data);
      quoted.push_back(
          {meta_hash_, static_cast<std::uint64_t>(beat.meta_size), beat.meta_root, position});
    }
  }
  if (is_leaf_time(tail->time)) return tail->time;
  damaged("the leaf's time is not in its one form");
  return {};
}

}  // namespace recourse
