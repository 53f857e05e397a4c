#include "api/routes/event_page.h"

#include <algorithm>

#include "api/routes/event_index.h"

namespace recourse::routes {
namespace {

/// Candidates by the most selective list; `complete` says whether all up to the head are among
/// them.
struct Candidates {
  std::vector<Position> positions;
  bool complete = true;
};

Result<Candidates> candidates(const App& app, LedgerId ledger, const EventFilter& filter,
                              std::int64_t after, std::size_t most) {
  Candidates out;
  const auto list = [&](const std::string& name) {
    return positions_after(app.views, ledger, name, after, most);
  };
  if (!filter.subject.empty()) {
    RECOURSE_LET(out.positions, list("ticket/" + filter.subject));
    out.complete = out.positions.size() < most;
  } else if (!filter.types.empty()) {
    for (const std::string& type : filter.types) {
      RECOURSE_LET(const auto positions, list("type/" + type));
      if (positions.size() == most) out.complete = false;
      out.positions.insert(out.positions.end(), positions.begin(), positions.end());
    }
    std::sort(out.positions.begin(), out.positions.end());
    // Each list may end at another place, but the first `most` of all are certain.
    if (out.positions.size() > most) {
      out.positions.resize(most);
      out.complete = false;
    }
  } else {
    RECOURSE_LET(out.positions, list("actor/" + filter.actor));
    out.complete = out.positions.size() < most;
  }
  return out;
}

/// Few enough to answer in some milliseconds when a second condition passes none of them.
constexpr std::size_t kMostCandidates = 2'000;

}  // namespace

Result<EventFilter> event_filter(const Call& call) {
  EventFilter filter;
  RECOURSE_LET(const auto types, query_text(call, "types"));
  std::vector<std::string> named;
  for (std::string_view rest = types ? std::string_view(*types) : std::string_view();
       !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    named.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(rest.size(), comma + 1));
  }
  auto meant = event_types_named(named);
  if (!meant) return Error{ErrorCode::invalid, "query parameter 'types': " + meant.error().message};
  filter.types = std::move(*meant);
  RECOURSE_LET(const auto subject, query_text(call, "subject"));
  RECOURSE_LET(const auto actor, query_text(call, "actor"));
  filter.subject = subject.value_or("");
  filter.actor = actor.value_or("");
  return filter;
}

Result<EventPage> read_events(App& app, LedgerId ledger, const EventFilter& filter,
                              std::int64_t after, std::size_t limit, std::size_t most_bytes) {
  const auto applied = static_cast<std::int64_t>(app.writer.commits().applied(ledger).value());
  EventPage page;
  page.next_after = after;
  std::size_t bytes = 0;
  const auto take = [&](Position position, std::string_view leaf) {
    bytes += leaf.size();
    page.events.push_back({position, std::string(leaf)});
    return page.events.size() < limit && bytes < most_bytes;
  };
  if (after + 1 >= applied) return page;
  if (!filter.any()) {
    RECOURSE_TRY(app.ledger.scan(ledger, Position(static_cast<std::uint64_t>(after + 1)),
                                 Position(static_cast<std::uint64_t>(applied)), take));
    if (!page.events.empty())
      page.next_after = static_cast<std::int64_t>(page.events.back().position.value());
    return page;
  }
  RECOURSE_LET(const Candidates found,
               candidates(app, ledger, filter, after, std::max(limit, kMostCandidates)));
  bool ended = found.complete;
  for (const Position position : found.positions) {
    page.next_after = static_cast<std::int64_t>(position.value());
    if (page.next_after >= applied) break;
    RECOURSE_LET(const std::string leaf, app.ledger.leaf(ledger, position));
    if (passes(filter, leaf) && !take(position, leaf)) {
      ended = false;
      break;
    }
  }
  // Nothing else up to the head passes, so the reader need not look there again.
  if (ended) page.next_after = std::max(page.next_after, applied - 1);
  return page;
}

}  // namespace recourse::routes
