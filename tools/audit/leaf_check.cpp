#include "tools/audit/leaf_check.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"
#include "tools/audit/leaf_form.h"
#include "tools/audit/leaf_tail.h"

namespace recourse {
namespace {

constexpr JsonLimits kLeafLimits{kMaxLeafBytes, 16};

}  // namespace

LeafCheck::LeafCheck(const LedgerInfo& info, const std::string& meta_origin, bool strict)
    : info_(info), meta_hash_(sha256(meta_origin)), strict_(strict) {}

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
  if (tail->source != info_.origin_at(position)) damaged("the leaf belongs to another log");
  check_continuation(position, tail->type, leaf, findings);
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

void LeafCheck::check_continuation(Position position, std::string_view type, std::string_view leaf,
                                   Findings& findings) const {
  const auto closed =
      std::find_if(info_.closed.begin(), info_.closed.end(),
                   [&](const ClosedLog& log) { return log.kept.size.value() == position.value(); });
  if (type != LogContinued::kType) {
    if (closed != info_.closed.end())
      findings.add(Integrity::damaged, "the log goes on after another one, and does not say so",
                   kRestoreLedger, position);
    return;
  }
  const Result<RecordedEvent> event = read_leaf(leaf);
  const auto* const said = event ? get_if<LogContinued>(&event->data) : nullptr;
  if (said == nullptr) return;
  const bool same = closed != info_.closed.end() && said->origin.text == closed->origin &&
                    static_cast<std::uint64_t>(said->size) == closed->kept.size.value() &&
                    said->root == closed->kept.root &&
                    static_cast<std::uint64_t>(said->lost_to) == closed->lost_to.value();
  // The meta ledger also says of which logs nothing is left.
  const bool nothing_left =
      closed == info_.closed.end() && said->size == 0 && !info_.has_origin(said->origin.text);
  if (!same && !nothing_left)
    findings.add(Integrity::damaged, "the leaf continues another log than the ledger's record says",
                 kRestoreLedger, position);
}

}  // namespace recourse
