#include "api/routes/metrics.h"

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "engine/ledger/checkpoint.h"
#include "tools/backup/upkeep.h"

namespace recourse::routes {
namespace {

constexpr std::size_t kMostCounted = 100'000;

/// Rows under a prefix in all tenants together: customers do not appear in metrics.
double count_rows(const App& app, std::uint8_t projection, std::string_view prefix) {
  std::size_t count = 0;
  for (const LedgerInfo& info : app.ledger.ledgers()) {
    const Status read =
        app.views.each(projection, info.ledger, prefix, "", ViewStore::Order::forward,
                       [&](std::string_view, std::string_view) { return ++count < kMostCounted; });
    if (!read) return -1;
  }
  return static_cast<double>(count);
}

double log_size(const App& app) {
  std::uint64_t size = 0;
  for (const LedgerInfo& info : app.ledger.ledgers())
    size += app.ledger.head(info.ledger).size.value();
  return static_cast<double>(size);
}

double projection_lag(const App& app) {
  std::uint64_t lag = 0;
  for (const LedgerInfo& info : app.ledger.ledgers()) {
    const std::uint64_t applied = app.writer.commits().applied(info.ledger).value();
    const std::uint64_t size = app.ledger.head(info.ledger).size.value();
    if (size > applied) lag += size - applied;
  }
  return static_cast<double>(lag);
}

/// Events that no signed head covers yet.
double unpublished(const App& app) {
  std::uint64_t events = 0;
  for (const LedgerInfo& info : app.ledger.ledgers()) {
    const auto note = app.signer.latest(info.ledger);
    const auto head = note ? peek_checkpoint(*note) : Result<Checkpoint>(Checkpoint{});
    const std::uint64_t size = app.ledger.head(info.ledger).size.value();
    if (head && size > head->size) events += size - head->size;
  }
  return static_cast<double>(events);
}

/// How long ago it was done; -1 when never.
double age_s(const App& app, UpkeepJob job) {
  const auto done = app.options.upkeep->status(job).succeeded;
  if (!done) return -1;
  return std::chrono::duration<double>(app.clock.now() - *done).count();
}

void add_upkeep_gauges(App& app) {
  http::MetricRegistry& registry = app.registry;
  registry.gauge_of("recourse_backup_age_seconds", "Since the last whole backup; -1: none.",
                    [&app] { return age_s(app, UpkeepJob::backup); });
  registry.gauge_of("recourse_drill_age_seconds", "Since the last restore test; -1: none.",
                    [&app] { return age_s(app, UpkeepJob::drill); });
  registry.gauge_of("recourse_scrub_age_seconds", "Since the log was read again; -1: never.",
                    [&app] { return age_s(app, UpkeepJob::scrub); });
  registry.gauge_of("recourse_scrub_progress_ratio", "Of the scrub under way; 0: none is.", [&app] {
    const Upkeep::JobStatus status = app.options.upkeep->status(UpkeepJob::scrub);
    return status.running ? status.progress : 0.0;
  });
  registry.gauge_of("recourse_scrub_findings", "What the last scrub found.", [&app] {
    return static_cast<double>(app.options.upkeep->status(UpkeepJob::scrub).findings);
  });
  registry.gauge_of("recourse_upkeep_overdue", "Backups, drills and scrubs that are late.", [&app] {
    double late = 0;
    for (const UpkeepJob job : kUpkeepJobs) late += app.options.upkeep->status(job).overdue;
    return late;
  });
}

}  // namespace

void add_gauges(App& app) {
  if (app.options.upkeep != nullptr) add_upkeep_gauges(app);
  http::MetricRegistry& registry = app.registry;
  registry.gauge_of("recourse_approvals_pending", "Approvals that wait for a vote.",
                    [&app] { return count_rows(app, view::approvals(), "status/pending/"); });
  registry.gauge_of("recourse_leases_out", "Actions that an executor holds a lease on.",
                    [&app] { return count_rows(app, view::decision_state(), "timer/lease/"); });
  registry.gauge_of("recourse_log_size_events", "Events in all ledgers.",
                    [&app] { return log_size(app); });
  registry.gauge_of("recourse_projection_lag_events", "Committed events that rows do not show yet.",
                    [&app] { return projection_lag(app); });
  registry.gauge_of("recourse_checkpoint_lag_events", "Events that no signed head covers yet.",
                    [&app] { return unpublished(app); });
  registry.gauge_of("recourse_writer_queue", "Commands that wait for the writer.",
                    [&app] { return static_cast<double>(app.writer.queued()); });
  registry.gauge_of("recourse_writer_failed", "1 once a write failed and a restart is needed.",
                    [&app] { return app.writer.failed() ? 1.0 : 0.0; });
  registry.gauge_of("recourse_requests_waiting", "Requests and streams that wait for events.",
                    [&app] { return static_cast<double>(app.waiters.waiting()); });
}

void show_metrics(CallPtr call) {
  http::Response response;
  response.content_type = std::string(http::MetricRegistry::kContentType);
  response.body = call->app.registry.text();
  respond(*call, std::move(response));
}

}  // namespace recourse::routes
