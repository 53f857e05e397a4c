#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/ticket_write.h"
#include "api/routes/write.h"
#include "engine/decision/state.h"
#include "projections/rates.h"

namespace recourse::routes {
namespace {

constexpr std::string_view kDue = "due/";

/// What became of the clocks so far, by their names.
Result<std::string> counted(const Call& call) {
  JsonObject object;
  bool damaged = false;
  constexpr std::string_view kPrefix = "sla/";
  RECOURSE_TRY(call.app.views.each(
      view::tickets(), call.ledger, kPrefix, "", ViewStore::Order::forward,
      [&](std::string_view key, std::string_view json) {
        SlaCounts counts;
        damaged = !decode_row(json, counts);
        JsonObject one;
        one.value("counts", counts).value("breached", breached_rate(counts));
        object.raw(std::string(key.substr(kPrefix.size())), std::move(one).take());
        return !damaged;
      }));
  if (damaged) return Error{ErrorCode::corrupt, "a row of counts"};
  return std::move(object).take();
}

/// <ticket>/<clock> and when it is due.
std::string item(const TimerState& timer, Timestamp now) {
  const auto slash = timer.id.text.find('/');
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(timer.due_at - now).count();
  JsonObject object;
  object.value("ticket", TicketId(timer.id.text.substr(0, slash)))
      .text("clock", timer.id.text.substr(slash + 1))
      .value("due_at", timer.due_at)
      .number("due_in_ms", left);
  return std::move(object).take();
}

}  // namespace

void list_clocks(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, page_request(*call, "sla"), [&](const PageRequest& request) {
      std::string items;
      std::size_t count = 0, scanned = 0;
      std::optional<std::string> last;
      bool more = false, damaged = false;
      const Timestamp now = call->app.clock.now();
      const Status read = call->app.views.each(
          view::decision_state(), call->ledger, kDue, request.from, ViewStore::Order::forward,
          [&](std::string_view key, std::string_view json) {
            more = count == request.limit || scanned++ == kMaxScannedRows;
            if (more) return false;
            TimerState timer;
            damaged = !decode_row(json, timer);
            if (damaged) return false;
            last = std::string(key);
            if (timer.kind != TimerKind::sla) return true;
            if (count++ > 0) items += ',';
            items += item(timer, now);
            return true;
          });
      if (!read) return refuse(*call, read.error());
      if (damaged) return refuse(*call, {ErrorCode::corrupt, "the row of a timer: rebuild"});
      if (!more) last.reset();
      http::Response list = page(*call, request, std::move(items), last);
      then(call, counted(*call), [&](const std::string& clocks) {
        list.body.pop_back();
        list.body += R"(,"clocks":)" + clocks;
        if (call->position)
          list.body += R"(,"position":)" + std::to_string(call->position->value());
        list.body += '}';
        respond(*call, std::move(list));
      });
    });
  });
}

void waive_clock(CallPtr call) {
  auto ticket = ticket_parameter(*call);
  if (!ticket) return refuse(*call, ticket.error());
  WaiveClock command;
  command.ticket = *ticket;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.clock = reader.word_of<SlaClockName>("clock");
    command.reason = reader.text("reason", {1, 2'000});
  });
  if (!good) return;
  submit(call, body.canonical, std::move(command), [](const Committed& committed) {
    JsonObject object;
    if (const auto* waived = find_event<SlaWaived>(committed))
      object.value("ticket", waived->ticket).value("clock", waived->clock).text("status", "waived");
    return accepted(committed, std::move(object), 200);
  });
}

}  // namespace recourse::routes
