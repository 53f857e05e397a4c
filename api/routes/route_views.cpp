#include "api/routes/route_views.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

#include "api/routes/read.h"
#include "api/routes/route_table.h"
#include "projections/audit_index.h"

namespace recourse::routes {
namespace {

using Views = std::uint32_t;  ///< A bit for each number of a projection.

constexpr Views kAll = ~Views{0};
constexpr Views kNone = 0;

Views bits(std::initializer_list<std::uint8_t> numbers) {
  Views views = 0;
  for (const std::uint8_t number : numbers) views |= Views{1} << number;
  return views;
}

struct Reads {
  std::string_view route;  ///< What its name begins with.
  Views views;
};

/// The first line that fits a route's name says what it reads.
const std::vector<Reads>& all_reads() {
  const Views state = bits({view::decision_state()}), tickets = bits({view::tickets()}),
              actions = bits({view::action_history()}), approvals = bits({view::approvals()}),
              resolutions = bits({view::resolutions()}), rollbacks = bits({view::rollbacks()}),
              solved = bits({view::resolution_analytics()}),
              agents = bits({view::agent_analytics()}),
              index = bits({audit_index_kind().number});
  static const std::vector<Reads> reads{
      {"tickets.timeline", index},
      {"tickets.actions", actions | tickets},
      {"tickets.resolutions", resolutions | tickets},
      {"tickets.", tickets | state},
      {"resolutions.", resolutions | actions},
      {"followups.", resolutions},
      {"sla.", tickets | state},
      {"actions.receipt", approvals | actions | rollbacks | tickets},
      {"actions.", actions | rollbacks | state},
      {"action_types.", kNone},
      {"approvals.receipt", approvals | actions | rollbacks | tickets},
      {"approvals.", approvals | actions | rollbacks},
      {"rollbacks.", rollbacks | actions},
      {"incidents.", rollbacks},
      {"analytics.resolutions", solved},
      {"analytics.agent", agents},
      {"analytics.", solved | agents | approvals | tickets},
      {"events.", index},
      {"killswitch.", state},
      {"breakers.", state},
      {"connectors.", state},
      {"rollouts.", state},
      {"experiments.", state},
      {"policies.", state},
      {"privacy.", state},
      {"holds.", state},
      {"registers.", state},
      {"records.", state},
      {"checkpoints.", kNone},
      {"proofs.", kNone},
      {"log.", kNone},
      {"meta_log.", kNone},
      {"projections.", kNone},
      {"keys.", kNone},
      {"tenants.", kNone},
      {"whoami", kNone},
      {"health", kNone},
      {"backups.", kNone},
      {"help-desk-tickets", tickets},
      {"help-desk-action-history", actions},
      {"help-desk-resolution-analytics", solved},
      {"help-desk-agent-analytics", agents},
      {"support-approval", approvals | actions | tickets},
      {"support-tickets", tickets},
  };
  return reads;
}

Views views_of(const RouteSpec& route) {
  for (const Reads& reads : all_reads())
    if (route.name.starts_with(reads.route)) return reads.views;
  return kAll;
}

/// "120 of 300 events".
std::string progress_of(const Call& call, const ViewBehind& view) {
  const auto build = call.app.views.slot(view.number, call.ledger, ViewSlot::candidate);
  return std::to_string(build ? build->applied.value() : 0) + " of " +
         std::to_string(call.app.ledger.head(call.ledger).size.value()) + " events";
}

Error being_made_anew(const Call& call, const ViewBehind& view) {
  return {ErrorCode::unavailable,
          "the rows of " + view.projection + " are of version " + std::to_string(view.version) +
              ", which this program cannot show; they are being made anew: " +
              progress_of(call, view) + ". `recourse rebuild status " + view.projection +
              "` shows how far it is"};
}

}  // namespace

std::vector<ViewBehind> behind_of(const Call& call) {
  std::vector<ViewBehind> behind = call.app.writer.behind(call.ledger);
  if (behind.empty()) return behind;
  const Views read = views_of(call.route);
  std::erase_if(behind,
                [&](const ViewBehind& view) { return (read >> view.number & Views{1}) == 0; });
  return behind;
}

LogSize shown_size(const Call& call) {
  LogSize size = call.app.writer.commits().applied(call.ledger);
  for (const ViewBehind& view : behind_of(call)) size = std::min(size, view.applied);
  return size;
}

std::optional<Position> shown_position(const Call& call) {
  const std::uint64_t size = shown_size(call).value();
  if (size == 0) return std::nullopt;
  return Position(size - 1);
}

std::optional<Error> unreadable_rows(const Call& call) {
  if (call.route.mutating) return std::nullopt;  // Commands need no rows of read models.
  for (const ViewBehind& view : behind_of(call))
    if (!view.readable) return being_made_anew(call, view);
  return std::nullopt;
}

Error with_older_rows(const Call& call, const Error& error) {
  if (error.code != ErrorCode::corrupt || call.tenant.value().empty()) return error;
  for (const ViewBehind& view : behind_of(call))
    if (view.why == ViewBehind::Why::older_rows) {
      spdlog::error("{} failed: {}", call.request.path(), error.message);
      return being_made_anew(call, view);
    }
  return error;
}

}  // namespace recourse::routes
