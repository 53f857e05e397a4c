#include "engine/writer/rebuild.h"

#include <algorithm>

#include "engine/writer/ledger_views.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/progress.h"

namespace recourse::cli {
namespace {

/// What a rebuild works on. `--check` opens both beside a running server.
struct Opened {
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
};

Result<Opened> open_parts(const RebuildFlags& flags) {
  Opened opened;
  if (flags.check) {
    RECOURSE_LET(opened.ledger, open_ledger_read_only(flags));
    RECOURSE_LET(opened.views, open_views_read_only(flags));
    return opened;
  }
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(opened.ledger, open_ledger(options));
  RECOURSE_LET(opened.views, open_views(flags));
  RECOURSE_TRY(add_parked_types(flags, flags.park));
  return opened;
}

Status check_names(const std::vector<std::string>& names) {
  const auto kinds = all_projections();
  for (const std::string& name : names) {
    if (std::any_of(kinds.begin(), kinds.end(),
                    [&](const auto& kind) { return kind.name == name; }))
      continue;
    std::string known;
    for (const ProjectionKind& kind : kinds)
      known += (known.empty() ? "" : ", ") + std::string(kind.name);
    return Error{ErrorCode::invalid, "there is no projection " + name + "; there are " + known};
  }
  return {};
}

Result<std::vector<LedgerInfo>> wanted_ledgers(const Ledger& ledger, const RebuildFlags& flags) {
  if (flags.tenant.empty()) return ledger.ledgers();
  RECOURSE_LET(const LedgerInfo info, find_ledger(ledger, flags.tenant));
  return std::vector{info};
}

Result<std::vector<RebuiltView>> rebuild_all(Opened& opened, const RebuildFlags& flags) {
  RECOURSE_LET(const std::vector<LedgerInfo> ledgers, wanted_ledgers(*opened.ledger, flags));
  std::vector<RebuiltView> all;
  Progress progress("rebuild", flags.json);
  const std::vector<ProjectionKind> kinds = all_projections();
  ParkList parks;
  RECOURSE_TRY(parks.open(park_file(flags)));
  RECOURSE_TRY(parks.learn(*opened.ledger));
  for (const LedgerInfo& info : ledgers) {
    if (!flags.check) {
      // The live rows are brought to the head first, so that there is something to compare with.
      // Rows of another version of the program stay as they are, which is what the rebuild is for.
      RECOURSE_TRY(
          LedgerViews::open(*opened.ledger, *opened.views, info.ledger, {kinds, parks}));
    }
    progress.rename(info.tenant.value());
    RebuildOptions options;
    options.switch_over = !flags.check;
    options.projections = flags.projections;
    options.scratch_dir = flags.data_dir + "/rebuild";
    options.park_file = park_file(flags);
    options.progress = [&](LedgerId, std::uint64_t done, std::uint64_t total) {
      progress.show(done, total);
    };
    RECOURSE_LET(auto rebuilt, rebuild(*opened.ledger, *opened.views, info.ledger, options));
    all.insert(all.end(), rebuilt.begin(), rebuilt.end());
  }
  return all;
}

/// That rows were switched is itself a fact for the deployment's ledger.
Status record(Opened& opened, const RebuildFlags& flags,
              const std::vector<RebuiltView>& rebuilt) {
  const SystemClock clock;
  SystemRandom random;
  WriterOptions writing;
  writing.park_file = park_file(flags);
  RECOURSE_LET(const auto writer,
               Writer::open(*opened.ledger, *opened.views, clock, random, writing));
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    std::vector<NewEvent> events;
    for (const RebuiltView& view : rebuilt) {
      if (view.stopped) continue;
      events.push_back(
          {"deployment", "", Actor{}, "", "",
           ProjectionRebuilt{view.projection, static_cast<std::int64_t>(view.ledger.value()),
                             static_cast<std::int64_t>(view.size.value()), view.live, view.rebuilt,
                             view.equal}});
    }
    return events;
  };
  RECOURSE_TRY(writer->handle(std::move(request)));
  return {};
}

std::string tenant_of(const Ledger& ledger, LedgerId id) {
  for (const LedgerInfo& info : ledger.ledgers())
    if (info.ledger == id) return info.tenant.value();
  return "";
}

void print_views(const Ledger& ledger, const std::vector<RebuiltView>& views) {
  std::vector<std::vector<std::string>> rows{
      {"TENANT", "PROJECTION", "EVENTS", "ROWS", "DIGEST", "LIVE ROWS"}};
  for (const RebuiltView& view : views)
    rows.push_back({tenant_of(ledger, view.ledger), view.projection, grouped(view.size.value()),
                    grouped(view.rows), to_hex(as_text(view.rebuilt)).substr(0, 16),
                    view.stopped    ? "STOPPED"
                    : view.equal    ? "equal"
                    : view.had_live ? "DIFFERENT"
                                    : "none"});
  print_table(rows);
  for (const RebuiltView& view : views) {
    if (view.stopped)
      print_line(tenant_of(ledger, view.ledger) + ' ' + view.projection + " stopped at " +
                 *view.stopped);
    for (const ParkedEvent& event : view.parked)
      print_line(tenant_of(ledger, view.ledger) + ' ' + view.projection + " leaves out event " +
                 std::to_string(event.position.value()) + " (" + event.type + "): " + event.cause);
  }
}

Json parked_json(const std::vector<ParkedEvent>& events) {
  Json list = Json::array();
  for (const ParkedEvent& event : events)
    list.push_back(Json::object({{"position", event.position.value()},
                                 {"type", event.type},
                                 {"cause", event.cause}}));
  return list;
}

void print_views_as_json(const Ledger& ledger, const std::vector<RebuiltView>& views) {
  Json list = Json::array();
  for (const RebuiltView& view : views)
    list.push_back(Json::object({{"tenant", tenant_of(ledger, view.ledger)},
                                 {"projection", view.projection},
                                 {"events", view.size.value()},
                                 {"rows", view.rows},
                                 {"live", to_hex(as_text(view.live))},
                                 {"rebuilt", to_hex(as_text(view.rebuilt))},
                                 {"had_live", view.had_live},
                                 {"equal", view.equal},
                                 {"parked", parked_json(view.parked)},
                                 {"stopped", view.stopped ? Json(*view.stopped) : Json()}}));
  print_json(list);
}

}  // namespace

int main_rebuild(const RebuildFlags& flags) {
  if (const Status known = check_names(flags.projections); !known)
    return complain("rebuild", known.error().message, "", kWrongUsage);
  auto opened = open_parts(flags);
  if (!opened) return complain("rebuild", opened.error());
  const auto views = rebuild_all(*opened, flags);
  if (!views) return complain("rebuild", views.error());
  if (!flags.check)
    if (const Status recorded = record(*opened, flags, *views); !recorded)
      return complain("rebuild", recorded.error());
  if (flags.json) {
    print_views_as_json(*opened->ledger, *views);
  } else {
    print_views(*opened->ledger, *views);
  }
  const auto stopped = std::count_if(views->begin(), views->end(), [](const RebuiltView& view) {
    return view.stopped.has_value();
  });
  if (stopped > 0)
    return complain("rebuild",
                    std::to_string(stopped) + " of the projections cannot fold an event",
                    "start a program that can, or leave such events out with --park TYPE",
                    kFoundProblem);
  const auto different = std::count_if(views->begin(), views->end(), [](const RebuiltView& view) {
    return view.had_live && !view.equal;
  });
  if (different == 0) return kDone;
  return complain("rebuild",
                  std::to_string(different) + " of the live views were not what the log says",
                  flags.check ? "stop the server and run `recourse rebuild` to replace them"
                              : "they were replaced by the rebuilt ones",
                  kFoundProblem);
}

}  // namespace recourse::cli
