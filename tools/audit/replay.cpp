#include "tools/audit/replay.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/event/canonical_json.h"
#include "tools/audit/event_filter.h"
#include "tools/audit/state_fold.h"

namespace recourse {
namespace {

/// Members that answer why, whatever the event; all other clear members say what.
const std::set<std::string, std::less<>> kReasons = {
    "cause",   "code",   "confidence_ppm", "failure_code", "later_writers",
    "outcome", "policy", "problem",        "reason_code",  "rules",
    "scope",   "shadow", "verdict"};

/// Names the event's own place, which every step shows anyway.
const std::set<std::string, std::less<>> kPlaces = {"ticket", "imported", "source", "occurred_at"};

bool holds_sealed(const Json& value) {
  if (value.find("$sealed") != nullptr) return true;
  if (const Json::Members* members = value.members())
    return std::any_of(members->begin(), members->end(),
                       [](const Json::Member& member) { return holds_sealed(member.value); });
  if (const Json::Array* elements = value.elements())
    return std::any_of(elements->begin(), elements->end(), holds_sealed);
  return false;
}

Provenance provenance_of(const EventData& data) {
  return visit(
      [](const auto& event) {
        if constexpr (requires { event.provenance; }) return event.provenance;
        return Provenance{};
      },
      data);
}

/// Whether the event is about this action.
bool concerns(const EventData& data, const ActionId& action) {
  return visit(
      [&](const auto& event) {
        if constexpr (requires { event.action == action; }) return event.action == action;
        return false;
      },
      data);
}

/// The filter with its moments resolved to positions.
struct Bounds {
  Position first{0};
  std::uint64_t end = UINT64_MAX;
};

class Replayer {
 public:
  Replayer(const Ledger& ledger, const ViewStore* views, const ReplayRequest& request,
           Bounds bounds, const std::function<bool(const ReplayStep&)>& visit)
      : ledger_(ledger), views_(views), request_(request), bounds_(bounds), visit_(visit) {}

  /// False when the visitor has had enough.
  Result<bool> take(std::string_view leaf) {
    RECOURSE_LET(RecordedEvent event, read_leaf(leaf));
    const std::vector<RowChange> changes = fold_.apply(event);
    if (!wanted(event, leaf)) return true;
    RECOURSE_LET(const ReplayStep step, step_of(event, changes));
    return visit_(step);
  }

  const StateFold& fold() const { return fold_; }

 private:
  bool wanted(const RecordedEvent& event, std::string_view leaf) const {
    if (event.position < bounds_.first || event.position.value() >= bounds_.end) return false;
    if (request_.target.action && !concerns(event.data, *request_.target.action)) return false;
    const ReplayFilter& filter = request_.filter;
    if (filter.actor && event.actor.id != *filter.actor) return false;
    const Timestamp occurred = provenance_of(event.data).occurred_at.value_or(event.time);
    if (filter.occurred_from && occurred < *filter.occurred_from) return false;
    if (filter.occurred_to && occurred >= *filter.occurred_to) return false;
    return passes(EventFilter{filter.types, {}, {}}, leaf);
  }

  Result<ReplayStep> step_of(RecordedEvent& event, const std::vector<RowChange>& changes) {
    ReplayStep step;
    step.position = event.position;
    step.id = event.id;
    step.time = event.time;
    step.occurred_at = provenance_of(event.data).occurred_at;
    step.actor = event.actor;
    step.type = type_of(event.data);
    step.subject = event.subject;
    step.causation = event.causation;
    step.correlation = event.correlation;
    RECOURSE_LET(const Json data, parse_json(data_json(event.data)));
    for (const Json::Member& member : *data.members()) {
      if (holds_sealed(member.value) || kPlaces.contains(member.name)) continue;
      auto& facts = kReasons.contains(member.name) ? step.why : step.what;
      facts.push_back({member.name, canonical_json(member.value)});
    }
    RECOURSE_LET(step.sealed, sealed_of(event));
    for (const RowChange& change : changes) {
      EntityChange entity{change.entity, {}};
      RECOURSE_LET(entity.fields, diff_rows(change.before, change.after));
      if (!entity.fields.empty()) step.state.push_back(std::move(entity));
    }
    const auto* const decided = get_if<PolicyDecided>(&event.data);
    if (request_.explain && decided != nullptr) {
      RECOURSE_LET(step.explained, explained(*decided, event.position));
    }
    for (const BacktestChange& change : request_.otherwise)
      if (change.position == static_cast<std::int64_t>(event.position.value()))
        step.otherwise = change;
    return step;
  }

  Result<std::optional<ExplainedDecision>> explained(const PolicyDecided& decided, Position at) {
    if (explanation_.action != decided.action) {
      RECOURSE_LET(explanation_, recourse::explain(ledger_, views_, request_.ledger, decided.ticket,
                                                   decided.action));
    }
    for (const ExplainedDecision& decision : explanation_.decisions)
      if (decision.position == static_cast<std::int64_t>(at.value()))
        return std::optional(decision);
    return std::optional<ExplainedDecision>();
  }

  Result<std::vector<SealedText>> sealed_of(RecordedEvent& event) const {
    std::vector<SealedText> texts;
    for_each_sealed(event.data, [&](const std::string& pointer, Sealed& sealed) {
      texts.push_back({pointer, sealed.commitment, std::nullopt, false});
    });
    if (!request_.open) return texts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Result<OpenedValue> opened = ledger_.open_value(
          request_.ledger, event.subject, event.position, static_cast<SealedOrdinal>(i));
      if (opened) {
        texts[i].json = std::move(opened->json);
      } else if (opened.error().code == ErrorCode::erased) {
        texts[i].erased = true;
      } else {
        return opened.error();
      }
    }
    return texts;
  }

  const Ledger& ledger_;
  const ViewStore* const views_;
  const ReplayRequest& request_;
  const Bounds bounds_;
  const std::function<bool(const ReplayStep&)>& visit_;
  StateFold fold_;
  Explanation explanation_;  ///< Of the action that was explained last.
};

/// Hands the leaves of the target before `end` to `take` in order, until it answers false.
Status each_leaf(const Ledger& ledger, const ViewStore* views, LedgerId id, const Target& target,
                 LogSize end, const std::function<Result<bool>(std::string_view)>& take) {
  if (target.is_all()) {
    Status status;
    RECOURSE_TRY(
        ledger.scan(id, Position(0), Position(end.value()), [&](Position, std::string_view leaf) {
          const Result<bool> more = take(leaf);
          if (!more) status = more.error();
          return more && *more;
        }));
    return status;
  }
  RECOURSE_LET(const std::vector<Position> positions,
               positions_of_ticket(ledger, views, id, *target.ticket));
  for (const Position position : positions) {
    if (position.value() >= end.value()) break;
    RECOURSE_LET(const std::string leaf, ledger.leaf(id, position));
    RECOURSE_LET(const bool more, take(leaf));
    if (!more) break;
  }
  return {};
}

Result<Bounds> bounds_of(const Ledger& ledger, LedgerId id, const ReplayFilter& filter) {
  Bounds bounds;
  if (filter.from) {
    RECOURSE_LET(bounds.first, first_from(ledger, id, *filter.from));
  }
  if (filter.to) {
    RECOURSE_LET(const Position end, first_from(ledger, id, *filter.to));
    bounds.end = end.value();
  }
  return bounds;
}

}  // namespace

Status replay(const Ledger& ledger, const ViewStore* views, const ReplayRequest& request,
              const std::function<bool(const ReplayStep&)>& visit) {
  if (request.open && !ledger.has_keys())
    return Error{ErrorCode::forbidden, "sealed texts cannot be opened without the KEK file"};
  LogSize end = ledger.head(request.ledger).size;
  if (request.at) {
    RECOURSE_LET(end, size_at(ledger, request.ledger, *request.at));
  }
  RECOURSE_LET(const Bounds bounds, bounds_of(ledger, request.ledger, request.filter));
  // Nothing after the last step that can be shown changes what is shown.
  if (bounds.end < end.value()) end = LogSize(bounds.end);
  Replayer replayer(ledger, views, request, bounds, visit);
  return each_leaf(ledger, views, request.ledger, request.target, end,
                   [&](std::string_view leaf) { return replayer.take(leaf); });
}

Result<std::vector<EntityChange>> replay_diff(const Ledger& ledger, const ViewStore* views,
                                              LedgerId id, const Target& target, const Moment& a,
                                              const Moment& b) {
  RECOURSE_LET(const LogSize size_a, size_at(ledger, id, a));
  RECOURSE_LET(const LogSize size_b, size_at(ledger, id, b));
  const LogSize early = std::min(size_a, size_b);
  StateFold fold;
  std::map<std::string, std::string> first;
  bool copied = false;
  RECOURSE_TRY(each_leaf(ledger, views, id, target, std::max(size_a, size_b),
                         [&](std::string_view leaf) -> Result<bool> {
                           RECOURSE_LET(const RecordedEvent event, read_leaf(leaf));
                           if (!copied && event.position.value() >= early.value()) {
                             first = fold.rows();
                             copied = true;
                           }
                           fold.apply(event);
                           return true;
                         }));
  std::map<std::string, std::string> second = fold.rows();
  if (!copied) first = second;
  if (size_b < size_a) first.swap(second);

  std::set<std::string> entities;
  for (const auto* rows : {&first, &second})
    for (const auto& [entity, json] : *rows) entities.insert(entity);
  if (target.action) {
    std::erase_if(entities, [&](const std::string& entity) {
      return entity.starts_with("act_") && entity != target.action->value();
    });
  }
  std::vector<EntityChange> changes;
  // Ids of tickets sort behind those of actions, and a person reads the ticket first.
  for (auto entity = entities.rbegin(); entity != entities.rend(); ++entity) {
    EntityChange change{*entity, {}};
    RECOURSE_LET(change.fields, diff_rows(first[*entity], second[*entity]));
    if (!change.fields.empty()) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace recourse
