#include <charconv>

#include "api/routes/event_stream.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_views.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kMostBytes = 4U << 20;
constexpr std::int64_t kMostEvents = 1'000;

bool wants_stream(const http::Request& request) {
  const auto accept = request.headers.find("Accept");
  return accept && accept->find("text/event-stream") != std::string_view::npos;
}

/// Last-Event-ID is what a browser sends when it comes back, so it wins over the address.
Result<std::optional<std::int64_t>> after_of(const Call& call) {
  if (const auto last = call.request.headers.find("Last-Event-ID"); last && !last->empty()) {
    std::int64_t position = 0;
    const auto [end, fault] = std::from_chars(last->data(), last->data() + last->size(), position);
    if (fault != std::errc() || end != last->data() + last->size() || position < 0)
      return Error{ErrorCode::invalid, "Last-Event-ID must be a position"};
    return std::optional(position);
  }
  return query_number(call, "after", -1, Json::kMaxInteger);
}

/// A position that was read before a loss says nothing about what stands there now. Whoever says
/// of which log theirs is (`origin`) is told so; so is whoever is past the end.
Status check_same_log(const Call& call, std::int64_t after) {
  RECOURSE_LET(const auto origin, query_text(call, "origin"));
  const auto info = call.app.ledger.find_tenant(call.tenant);
  if (!info || (info->closed.empty() && !origin)) return {};
  const auto at = static_cast<std::uint64_t>(std::max<std::int64_t>(after, 0));
  const std::uint64_t size = call.app.ledger.head(info->ledger).size.value();
  for (const ClosedLog& log : info->closed) {
    const bool read_lost = origin ? *origin == log.origin && at >= log.kept.size.value()
                                  : at >= size && &log == &info->closed.back();
    if (!read_lost) continue;
    const std::string kept = std::to_string(log.kept.size.value());
    return Error{ErrorCode::conflict,
                 "position " + std::to_string(at) + " of " + log.origin +
                     " was lost, and that was declared: the log goes on as " + info->origin +
                     " at position " + kept +
                     "; undo what was done for lost events, then read on with after=" +
                     std::to_string(log.kept.size.value() - 1)};
  }
  if (origin && !info->has_origin(*origin))
    return Error{ErrorCode::invalid,
                 "query parameter 'origin' names another log than " + info->origin};
  return {};
}

struct PageOrder {
  EventFilter filter;
  std::int64_t after = -1;
  std::size_t limit = 100;
  Waiters::Time deadline;
};

/// The leaves as they are, a line each, and in Recourse-Next where to go on.
void answer_page(const Call& call, const EventPage& page) {
  http::Response response;
  response.content_type = "application/x-ndjson";
  for (const EventPage::Event& event : page.events) {
    response.body += event.leaf;
    response.body += '\n';
  }
  response.headers.set("Recourse-Next", std::to_string(page.next_after));
  respond(call, std::move(response));
}

void read_or_wait(const CallPtr& call, const PageOrder& order) {
  const LogSize seen = call->app.writer.commits().applied(call->ledger);
  const auto newest = shown_position(*call);
  auto page =
      read_events(call->app, call->ledger, order.filter, order.after, order.limit, kMostBytes);
  if (!page) return refuse(*call, page.error());
  call->position = newest;
  if (!page->events.empty() || std::chrono::steady_clock::now() >= order.deadline)
    return answer_page(*call, *page);
  PageOrder rest = order;
  rest.after = page->next_after;
  call->app.waiters.wait(call->ledger, LogSize(seen.value() + 1), order.deadline,
                         [call, rest](bool grown) mutable {
                           if (!grown) rest.deadline = Waiters::Time::min();
                           read_or_wait(call, rest);
                         });
}

void open_stream(const Call& call, EventFilter filter, std::optional<std::int64_t> after) {
  const std::uint64_t applied = call.app.writer.commits().applied(call.ledger).value();
  http::Response response;
  response.content_type = "text/event-stream";
  response.headers.set("Cache-Control", "no-store");
  // Without a place to go on from, a live reader wants what happens from now on.
  response.stream = event_stream(call.app, call.ledger, std::move(filter),
                                 after.value_or(static_cast<std::int64_t>(applied) - 1));
  respond(call, std::move(response));
}

Result<Position> position_parameter(const Call& call) {
  const std::string& text = call.request.parameter("position");
  std::uint64_t position = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (fault != std::errc() || end != text.data() + text.size())
    return Error{ErrorCode::not_found, "no event at this position"};
  return Position(position);
}

}  // namespace

void list_events(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"after", "limit", "types", "subject", "actor",
                                               "wait", "min_position", "origin"});
        !good)
      return refuse(*call, good.error());
    then(call, event_filter(*call), [&](EventFilter filter) {
      then(call, after_of(*call), [&](std::optional<std::int64_t> after) {
        if (const Status same = check_same_log(*call, after.value_or(-1)); !same)
          return refuse(*call, same.error());
        if (wants_stream(call->request)) return open_stream(*call, std::move(filter), after);
        then(call, query_number(*call, "limit", 1, kMostEvents), [&](auto limit) {
          then(call, query_duration(*call, "wait"), [&](auto wait) {
            PageOrder order;
            order.filter = std::move(filter);
            order.after = after.value_or(-1);
            order.limit = static_cast<std::size_t>(limit.value_or(100));
            order.deadline =
                std::chrono::steady_clock::now() +
                std::min(wait.value_or(std::chrono::milliseconds(0)), call->app.options.max_wait);
            read_or_wait(call, order);
          });
        });
      });
    });
  });
}

void show_event(CallPtr call) {
  then(call, position_parameter(*call), [&](Position position) {
    then(call, call->app.ledger.leaf(call->ledger, position), [&](std::string leaf) {
      http::Response response;
      response.content_type = "application/cloudevents+json";
      response.body = std::move(leaf);
      respond(*call, std::move(response));
    });
  });
}

}  // namespace recourse::routes
