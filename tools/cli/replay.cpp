#include "tools/audit/replay.h"

#include "tools/audit/backtest_ledger.h"
#include "tools/audit/event_filter.h"
#include "tools/audit/hashed_file.h"
#include "tools/audit/replay_blocks.h"
#include "tools/audit/replay_report.h"
#include "tools/audit/replay_text.h"
#include "tools/cli/backtest_text.h"
#include "tools/cli/candidate_policy.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/pager.h"
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
  RECOURSE_LET(request.filter.types, event_types_named(flags.types));
  if (!flags.actor.empty()) request.filter.actor = PrincipalId(flags.actor);
  request.explain = flags.explain;
  request.open = flags.open;
  return request;
}

/// A person, a machine or a customer by id, in place of a ticket.
bool is_actor(const std::string& target) {
  for (const char* const prefix : {"usr_", "agt_", "sys_", "sub_"})
    if (target.starts_with(prefix)) return true;
  return false;
}

Result<Target> target_of(const Ledger& ledger, const ViewStore* views, LedgerId id,
                         const ReplayFlags& flags, ReplayRequest& request) {
  if (!is_actor(flags.target)) return find_target(ledger, views, id, flags.target);
  request.filter.actor = PrincipalId(flags.target);
  return Target{};
}

/// What the other policy changes, of the proposals that the flags are about.
Status judge_otherwise(const Ledger& ledger, const ReplayFlags& flags, ReplayRequest& request) {
  if (flags.with_policy.empty()) return {};
  BacktestRequest trial;
  trial.ledger = request.ledger;
  if (request.filter.from) {
    RECOURSE_LET(trial.options.from, first_from(ledger, request.ledger, *request.filter.from));
  }
  if (request.filter.to) {
    RECOURSE_LET(trial.options.to, first_from(ledger, request.ledger, *request.filter.to));
  }
  RECOURSE_LET(Policy policy, candidate_policy(flags, request.ledger, flags.with_policy));
  trial.candidates = {std::make_shared<const Policy>(std::move(policy))};
  RECOURSE_LET(auto reports, backtest(ledger, trial));
  request.otherwise = std::move(reports.front().changes);
  return {};
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
  style.colour = wants_colour(flags.colour.c_str());
  style.bookkeeping = flags.verbose;
  style.width = terminal_columns();
  return style;
}

ReportTitle title_of(const ReplayFlags& flags, const LedgerInfo& info) {
  ReportTitle title;
  const bool number = flags.target.find_first_not_of("#0123456789") == std::string::npos;
  title.target = flags.target == "all" ? "All events" : (number ? "Ticket " : "") + flags.target;
  title.tenant = info.tenant.value();
  title.origin = info.origin;
  title.opened = flags.open;
  if (!flags.with_policy.empty()) title.policy = flags.with_policy;
  const auto only = [&](const char* what, const std::string& value) {
    if (!value.empty()) title.filters.push_back(what + value);
  };
  only("up to and with ", flags.at);
  only("from ", flags.from);
  only("before ", flags.to);
  only("that occurred from ", flags.occurred_from);
  only("that occurred before ", flags.occurred_to);
  only("by ", flags.actor);
  for (const std::string& type : flags.types) only("of type ", type);
  return title;
}

/// Writes a new file, or none.
Status write_report(const std::string& path, const std::string& page) {
  RECOURSE_LET(HashedFile file, HashedFile::create(path));
  Status written = file.write(page);
  if (written) written = file.finish();
  if (!written) std::remove(path.c_str());
  return written;
}

Status report(const Ledger& ledger, const ViewStore* views, const Signer& signer,
              const LedgerInfo& info, const ReplayFlags& flags, const ReplayRequest& request) {
  RECOURSE_LET(ReplayReport page, ReplayReport::begin(ledger, signer, info, title_of(flags, info)));
  Status added;
  RECOURSE_TRY(replay(ledger, views, request, [&](const ReplayStep& step) {
    added = page.add(step);
    return added.ok();
  }));
  RECOURSE_TRY(added);
  RECOURSE_LET(const std::string html, std::move(page).finish());
  RECOURSE_TRY(write_report(flags.report, html));
  print_line("Wrote " + flags.report + "; it checks itself when it is opened in a browser.");
  return {};
}

/// `signer` only for a report.
Status show(const Ledger& ledger, const ViewStore* views, const Signer* signer,
            const LedgerInfo& info, const ReplayFlags& flags, ReplayRequest& request) {
  RECOURSE_TRY(judge_otherwise(ledger, flags, request));
  if (!flags.report.empty()) return report(ledger, views, *signer, info, flags, request);
  const TextStyle style = style_of(flags);
  const Pager pager(flags.pager && !flags.json);
  if (!flags.diff.empty()) {
    RECOURSE_LET(const Moment a, parse_moment(flags.diff.front()));
    RECOURSE_LET(const Moment b, parse_moment(flags.diff.back()));
    RECOURSE_LET(const auto changes,
                 replay_diff(ledger, views, request.ledger, request.target, a, b));
    print_text(flags.json ? to_json(changes) : to_text(changes, style));
    return {};
  }
  std::uint64_t proposals = 0;
  std::vector<BacktestChange> changes;
  RECOURSE_TRY(replay(ledger, views, request, [&](const ReplayStep& step) {
    if (step.type == ActionProposed::kType) ++proposals;
    if (step.otherwise) changes.push_back(*step.otherwise);
    return print_text(flags.json ? to_json(step) : to_text(step, style));
  }));
  if (flags.with_policy.empty() || flags.json) return {};
  print_line("Under " + printable(flags.with_policy) + " " + grouped(changes.size()) + " of " +
             grouped(proposals) + " proposals would go another way.");
  if (!changes.empty()) print_changes(changes);
  return {};
}

Status replay_opened(const ReplayFlags& flags, ReplayRequest& request) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  const Ledger& ledger = deployment->ledger();
  RECOURSE_LET(const LedgerInfo info, find_ledger(ledger, flags.tenant));
  request.ledger = info.ledger;
  RECOURSE_LET(request.target,
               target_of(ledger, &deployment->views(), info.ledger, flags, request));
  RECOURSE_TRY(record_opening(deployment->writer(), info.tenant, request.target));
  return show(ledger, &deployment->views(), &deployment->signer(), info, flags, request);
}

Status replay_closed(const ReplayFlags& flags, ReplayRequest& request) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  // Only an index: without the views the whole ledger is read, which is slower and as right.
  const auto views = open_views_read_only(flags);
  const ViewStore* const index = views ? views->get() : nullptr;
  request.ledger = info.ledger;
  RECOURSE_LET(request.target, target_of(*ledger, index, info.ledger, flags, request));
  std::unique_ptr<Signer> signer;  // Whose heads a report quotes.
  if (!flags.report.empty()) {
    RECOURSE_LET(signer, Signer::open_read_only(*ledger, flags.data_dir));
  }
  return show(*ledger, index, signer.get(), info, flags, request);
}

}  // namespace

int main_replay(const ReplayFlags& flags) {
  if (!flags.report.empty() && (!flags.diff.empty() || flags.json))
    return complain("replay", "--report goes with neither --diff nor --json",
                    "ask for them one after the other", kWrongUsage);
  auto request = read_request(flags);
  if (!request)
    return complain("replay", request.error().message,
                    "give a position such as 42 or a time such as 2026-01-05T09:30:00Z",
                    kWrongUsage);
  const Status shown = flags.open ? replay_opened(flags, *request) : replay_closed(flags, *request);
  return shown ? kDone : complain("replay", shown.error());
}

}  // namespace recourse::cli
