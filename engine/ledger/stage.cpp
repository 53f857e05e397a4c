#include "engine/ledger/stage.h"

#include <algorithm>

#include "engine/event/bind.h"
#include "engine/event/validate.h"
#include "engine/ledger/ledger_row.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/row_key.h"

namespace recourse {
namespace {

constexpr std::chrono::microseconds kToleratedSkew = std::chrono::seconds(2);

const Actor kSystem{};

}  // namespace

Stage::Stage(const Store& store, FieldKeys& keys, Random& random, std::vector<OpenLedger> ledgers)
    : store_(store), keys_(keys), random_(random) {
  for (OpenLedger& ledger : ledgers) {
    RECOURSE_ASSERT(ledger.info.ledger.value() == growths_.size(), "ledger ids are dense from 0");
    Growth& growth = growths_.emplace_back();
    growth.now = std::move(ledger);
    growth.staged_time = growth.now.time;
  }
}

Stage::Growth* Stage::find(LedgerId ledger) {
  return ledger.value() < growths_.size() ? &growths_[ledger.value()] : nullptr;
}

Result<StagedLedger> Stage::add_ledger(const TenantId& tenant, std::string origin, Timestamp now) {
  for (const Growth& growth : growths_)
    if (growth.now.info.tenant == tenant)
      return Error{ErrorCode::conflict, "there is a tenant " + tenant.value()};
  Growth& growth = growths_.emplace_back();
  growth.now.info = {LedgerId(static_cast<std::uint32_t>(growths_.size() - 1)), tenant,
                     std::move(origin)};
  growth.now.time = growth.staged_time = now;
  growth.fresh = true;
  const LedgerInfo info = growth.now.info;
  NewEvent opened;
  opened.stream = info.origin;
  opened.actor = kSystem;
  opened.data = LogOpened{};
  RECOURSE_LET(RecordedEvent recorded, record(growth, std::move(opened), 0));
  put_framed(batch_, store_.family(Family::ledgers), ledger_key(info.ledger),
             ledger_row_bytes(info));
  StagedLedger staged;
  static_cast<LedgerInfo&>(staged) = info;
  staged.opened = std::move(recorded);
  return staged;
}

Result<RecordedEvent> Stage::continue_ledger(LedgerId ledger, const Continuation& continuation,
                                             Timestamp now) {
  Growth* const growth = find(ledger);
  if (growth == nullptr) return Error{ErrorCode::not_found, "there is no such ledger"};
  RECOURSE_ASSERT(growth->leaves.empty() && !growth->fresh, "a log is closed before it goes on");
  LedgerInfo& info = growth->now.info;
  if (!may_follow(info.origin, continuation.origin))
    return Error{ErrorCode::invalid, continuation.origin + " cannot follow " + info.origin};
  growth->before = info;
  const TreeHead kept{LogSize(growth->now.tail.size()), growth->now.tail.root()};
  LogContinued continued;
  continued.origin = info.origin;
  continued.size = static_cast<std::int64_t>(kept.size.value());
  continued.root = kept.root;
  continued.lost_to = static_cast<std::int64_t>(continuation.lost_to.value());
  info.closed.push_back({info.origin, kept, continuation.lost_to});
  info.origin = continuation.origin;
  growth->staged_time = std::max(now, growth->staged_time);
  NewEvent event;
  event.stream = info.origin;
  event.actor = continuation.by;
  event.data = std::move(continued);
  RECOURSE_LET(RecordedEvent recorded, record(*growth, std::move(event), 0));
  put_framed(batch_, store_.family(Family::ledgers), ledger_key(info.ledger),
             ledger_row_bytes(info));
  return recorded;
}

Result<std::vector<RecordedEvent>> Stage::add(LedgerId ledger, std::vector<NewEvent> events,
                                              std::span<const std::int64_t> stream_versions,
                                              Timestamp now) {
  RECOURSE_ASSERT(events.size() == stream_versions.size(), "each event has its stream version");
  Growth* const growth = find(ledger);
  if (growth == nullptr) return Error{ErrorCode::not_found, "there is no such ledger"};
  const std::size_t leaves_before = growth->leaves.size();
  const Timestamp time_before = growth->staged_time;
  batch_.SetSavePoint();
  std::vector<RecordedEvent> recorded;
  recorded.reserve(events.size() + 1);  // Proposals are pointed at, so nothing may move.
  std::vector<const ActionProposed*> proposals;
  growth->staged_time = std::max(now, growth->staged_time);
  for (std::size_t i = 0; i < events.size(); ++i) {
    bind_commitment(events[i].data, proposals);
    Result<RecordedEvent> one = record(*growth, std::move(events[i]), stream_versions[i]);
    if (!one) {
      const rocksdb::Status undone = batch_.RollbackToSavePoint();
      RECOURSE_ASSERT(undone.ok(), "the save point was set above");
      growth->leaves.resize(leaves_before);
      growth->events.resize(leaves_before);
      growth->staged_time = time_before;
      return one.error();
    }
    recorded.push_back(std::move(one).value());
    if (const auto* proposed = get_if<ActionProposed>(&recorded.back().data))
      proposals.push_back(proposed);
  }
  const rocksdb::Status kept = batch_.PopSavePoint();
  RECOURSE_ASSERT(kept.ok(), "the save point was set above");
  if (now >= time_before) growth->staged_skew_reported = false;
  if (time_before - now > kToleratedSkew && !growth->staged_skew_reported)
    report_skew(*growth, time_before - now, recorded);
  return recorded;
}

void Stage::report_skew(Growth& growth, std::chrono::microseconds behind,
                        std::vector<RecordedEvent>& recorded) {
  NewEvent anomaly;
  anomaly.actor = kSystem;
  anomaly.data = ClockAnomaly{.behind_us = behind.count()};
  // In no stream: whoever counts the versions of the origin's stream did not decide this event.
  Result<RecordedEvent> one = record(growth, std::move(anomaly), 0);
  RECOURSE_ASSERT(one.ok(), "an event without sealed values and long texts fits a leaf");
  growth.staged_skew_reported = true;
  recorded.push_back(std::move(one).value());
}

Result<RecordedEvent> Stage::record(Growth& growth, NewEvent event, std::int64_t stream_version) {
  // What is appended stays for ever, and every reader must be able to read it.
  RECOURSE_TRY(validate(event));
  const LedgerInfo& info = growth.now.info;
  RecordedEvent recorded;
  recorded.id = EventId(make_ulid("evt_", growth.staged_time, random_));
  recorded.source = info.origin;
  recorded.position = Position(growth.next());
  recorded.time = growth.staged_time;
  recorded.actor = std::move(event.actor);
  recorded.stream = std::move(event.stream);
  recorded.stream_version = stream_version;
  recorded.subject = std::move(event.subject);
  recorded.causation = std::move(event.causation);
  recorded.correlation = std::move(event.correlation);
  recorded.data = std::move(event.data);

  StagedEvent staged;
  staged.id = recorded.id;
  staged.subject_group = subject_group(recorded.subject);
  RECOURSE_TRY(seal_all(growth, recorded, staged));
  const std::string leaf = write_leaf(recorded);
  if (leaf.size() > kMaxLeafBytes)
    return Error{ErrorCode::too_large, "an event of type " + std::string(type_of(recorded.data)) +
                                           " would have " + std::to_string(leaf.size()) +
                                           " bytes; a leaf has at most 65535"};
  put_framed(batch_, store_.family(Family::leaves), leaf_key(info.ledger, recorded.position), leaf);
  growth.leaves.push_back(leaf_hash(leaf));
  growth.events.push_back(std::move(staged));
  return recorded;
}

void Stage::discard() {
  batch_.Clear();
  while (!growths_.empty() && growths_.back().fresh) growths_.pop_back();
  for (Growth& growth : growths_) {
    if (growth.before) growth.now.info = std::move(*growth.before);
    growth.before.reset();
    growth.leaves.clear();
    growth.events.clear();
    growth.staged_time = growth.now.time;
    growth.staged_skew_reported = growth.skew_reported;
  }
}

Stage::Closed Stage::close(std::uint64_t commit_number, const Hash& previous_commit) {
  CommitRecord commit;
  commit.number = commit_number;
  commit.previous = previous_commit;
  Closed closed{batch_, {}, {}};
  std::vector<CompletedTile> tiles;
  for (Growth& growth : growths_) {
    const bool changed = !growth.leaves.empty();
    if (!changed && !lists_all(commit_number)) continue;
    const LedgerInfo& info = growth.now.info;
    for (const Hash& leaf : growth.leaves) growth.now.tail.append(leaf, tiles);
    const TreeHead head{LogSize(growth.now.tail.size()), growth.now.tail.root()};
    commit.heads.push_back({info.ledger, head});
    if (!changed) continue;
    for (const CompletedTile& tile : tiles)
      put_framed(batch_, store_.family(Family::tree), tile_key(info.ledger, tile.level, tile.index),
                 tile.bytes);
    tiles.clear();
    closed.changed.push_back({info, growth.now.tail.snapshot(), head});
  }
  const std::string bytes = commit.bytes();
  put_framed(batch_, store_.family(Family::commits), commit_key(commit_number), bytes);
  closed.commit = commit.hash();
  return closed;
}

void Stage::begin_next() {
  batch_.Clear();
  for (Growth& growth : growths_) {
    growth.leaves.clear();
    growth.events.clear();
    growth.now.time = growth.staged_time;
    growth.skew_reported = growth.staged_skew_reported;
    growth.fresh = false;
    growth.before.reset();
  }
}

}  // namespace recourse
