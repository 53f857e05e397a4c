#include "tools/audit/replay.h"

#include <unistd.h>

#include "tools/audit/replay_text.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

Status read_moment(const std::string& text, std::optional<Moment>& moment) {
  if (text.empty()) return {};
  RECOURSE_LET(moment, parse_moment(text));
  return {};
}

Status read_time(const std::string& text, std::optional<Timestamp>& time) {
  if (text.empty()) return {};
  RECOURSE_LET(time, from_rfc3339(text));
  return {};
}

/// What the flags say about time and kind, before anything is opened.
Result<ReplayRequest> read_request(const ReplayFlags& flags) {
  ReplayRequest request;
  RECOURSE_TRY(read_moment(flags.at, request.at));
  RECOURSE_TRY(read_moment(flags.from, request.filter.from));
  RECOURSE_TRY(read_moment(flags.to, request.filter.to));
  RECOURSE_TRY(read_time(flags.occurred_from, request.filter.occurred_from));
  RECOURSE_TRY(read_time(flags.occurred_to, request.filter.occurred_to));
  request.filter.types = flags.types;
  if (!flags.actor.empty()) request.filter.actor = PrincipalId(flags.actor);
  request.open = flags.open;
  return request;
}

/// Reading sealed texts is an event of the tenant's own ledger, committed before the first is
/// shown.
Status record_opening(Writer& writer, const TenantId& tenant, const Target& target) {
  WriteRequest request;
  request.tenant = tenant;
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&](DecisionStep& step) -> Result<std::vector<NewEvent>> {
    SealedOpened opened;
    opened.ticket = target.ticket;
    opened.purpose = "replay";
    LedgerInfo own;
    for (const LedgerInfo& info : step.ledger.ledgers())
      if (info.ledger == step.id) own = info;
    return std::vector<NewEvent>{{own.origin, target.ticket ? target.ticket->value() : "", Actor{},
                                  "", "", std::move(opened)}};
  };
  RECOURSE_TRY(writer.handle(std::move(request)));
  return {};
}

TextStyle style_of(const ReplayFlags& flags) {
  TextStyle style;
  style.colour = ::isatty(STDOUT_FILENO) == 1;
  style.bookkeeping = flags.verbose;
  return style;
}

Status show(const Ledger& ledger, const ViewStore* views, const ReplayFlags& flags,
            const ReplayRequest& request) {
  if (!flags.diff.empty()) {
    RECOURSE_LET(const Moment a, parse_moment(flags.diff.front()));
    RECOURSE_LET(const Moment b, parse_moment(flags.diff.back()));
    RECOURSE_LET(const auto changes,
                 replay_diff(ledger, views, request.ledger, request.target, a, b));
    print_text(flags.json ? to_json(changes) : to_text(changes, style_of(flags)));
    return {};
  }
  return replay(ledger, views, request, [&](const ReplayStep& step) {
    return print_text(flags.json ? to_json(step) : to_text(step, style_of(flags)));
  });
}

Status replay_opened(const ReplayFlags& flags, ReplayRequest& request) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  const Ledger& ledger = deployment->ledger();
  RECOURSE_LET(const LedgerInfo info, find_ledger(ledger, flags.tenant));
  request.ledger = info.ledger;
  RECOURSE_LET(request.target,
               find_target(ledger, &deployment->views(), info.ledger, flags.target));
  RECOURSE_TRY(record_opening(deployment->writer(), info.tenant, request.target));
  return show(ledger, &deployment->views(), flags, request);
}

Status replay_closed(const ReplayFlags& flags, ReplayRequest& request) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  // Only an index: without the views the whole ledger is read, which is slower and as right.
  const auto views = open_views_read_only(flags);
  const ViewStore* const index = views ? views->get() : nullptr;
  request.ledger = info.ledger;
  RECOURSE_LET(request.target, find_target(*ledger, index, info.ledger, flags.target));
  return show(*ledger, index, flags, request);
}

}  // namespace

int main_replay(const ReplayFlags& flags) {
  auto request = read_request(flags);
  if (!request)
    return complain("replay", request.error().message,
                    "give a position such as 42 or a time such as 2026-01-05T09:30:00Z",
                    kWrongUsage);
  const Status shown = flags.open ? replay_opened(flags, *request) : replay_closed(flags, *request);
  return shown ? kDone : complain("replay", shown.error());
}

}  // namespace recourse::cli
