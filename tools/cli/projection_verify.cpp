#include "engine/writer/rebuild.h"
#include "tools/audit/locate.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

/// A digest that somebody recorded when these rows stood there.
struct Recorded {
  std::string projection, event;
  Hash digest{};
};

/// What the log says of digests at exactly this size of this ledger.
Result<std::vector<Recorded>> recorded_digests(const Ledger& ledger, LedgerId id, LogSize size) {
  const LedgerId meta(0);
  std::vector<Recorded> all;
  const auto here = [&](std::int64_t of, std::int64_t at) {
    return of == id.value() && at == static_cast<std::int64_t>(size.value());
  };
  Status unreadable;
  RECOURSE_TRY(ledger.scan(
      meta, Position(0), Position(ledger.head(meta).size.value()),
      [&](Position, std::string_view leaf) {
        if (leaf.find("recourse.projection.") == leaf.npos) return true;
        const auto event = read_leaf(leaf);
        if (!event) unreadable = event.error();
        if (!event) return false;
        if (const auto* rebuilt = get_if<ProjectionRebuilt>(&event->data);
            rebuilt != nullptr && here(rebuilt->ledger, rebuilt->size))
          all.push_back({rebuilt->projection.text, event->id.value(), rebuilt->after});
        if (const auto* switched = get_if<ProjectionSwitched>(&event->data);
            switched != nullptr && here(switched->ledger, switched->size))
          all.push_back({switched->projection.text, event->id.value(), switched->digest});
        return true;
      }));
  RECOURSE_TRY(unreadable);
  return all;
}

struct Made {
  LogSize size;
  std::vector<RebuiltView> views;
  std::vector<Recorded> recorded;
};

Result<Made> make(const ProjectionVerifyFlags& flags) {
  RECOURSE_LET(const Moment at, parse_moment(flags.at));
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const auto views, open_views_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  Made made;
  RECOURSE_LET(const Position end, first_from(*ledger, info.ledger, at));
  made.size = LogSize(end.value());
  if (made.size > ledger->head(info.ledger).size)
    return Error{ErrorCode::invalid, "the log has " +
                                         std::to_string(ledger->head(info.ledger).size.value()) +
                                         " events and not " + std::to_string(made.size.value())};
  RebuildOptions options;
  options.switch_over = false;
  options.at = made.size;
  options.projections = flags.projections;
  options.park_file = park_file(flags);
  RECOURSE_LET(made.views, rebuild(*ledger, *views, info.ledger, options));
  if (made.views.empty())
    return Error{ErrorCode::not_found, "no such projection; `recourse rebuild list` shows them"};
  RECOURSE_LET(made.recorded, recorded_digests(*ledger, info.ledger, made.size));
  return made;
}

}  // namespace

int main_projection_verify(const ProjectionVerifyFlags& flags) {
  const auto made = make(flags);
  if (!made) return complain("rebuild verify", made.error());
  bool differs = false;
  std::vector<std::vector<std::string>> rows{{"projection", "events", "rows", "digest", "said"}};
  Json list = Json::array();
  for (const RebuiltView& view : made->views) {
    std::string said;
    if (view.stopped) said = "STOPPED AT " + *view.stopped;
    if (view.had_live) said = view.equal ? "equal to the served rows" : "THE SERVED ROWS DIFFER";
    bool equal = !view.had_live || view.equal;
    for (const Recorded& one : made->recorded)
      if (one.projection == view.projection) {
        const bool same = one.digest == view.rebuilt;
        equal = equal && same;
        said += (said.empty() ? "" : "; ") + std::string(same ? "equal to " : "DIFFERS FROM ") +
                one.event;
      }
    equal = equal && !view.stopped;
    if (said.empty()) said = "nothing recorded here";
    differs = differs || !equal;
    rows.push_back({view.projection, grouped(view.size.value()), grouped(view.rows),
                    to_hex(as_text(view.rebuilt)), said});
    list.push_back(Json::object({{"projection", view.projection},
                                 {"size", view.size.value()},
                                 {"rows", static_cast<std::uint64_t>(view.rows)},
                                 {"digest", to_hex(as_text(view.rebuilt))},
                                 {"equal", equal}}));
  }
  flags.json ? (void)print_json(list) : print_table(rows);
  return differs ? kFoundProblem : kDone;
}

}  // namespace recourse::cli
