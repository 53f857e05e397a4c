#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/http/cursor.h"
#include "api/http/metrics.h"
#include "api/http/throttle.h"
#include "api/routes/denials.h"
#include "api/routes/health_part.h"
#include "api/routes/ingress.h"
#include "api/routes/long_reads.h"
#include "api/routes/opened_log.h"
#include "api/routes/quotas.h"
#include "api/routes/served_limits.h"
#include "api/routes/served_rejections.h"
#include "api/routes/waiters.h"
#include "engine/erasure/erase.h"
#include "engine/event/parse_json.h"
#include "engine/ledger/signer.h"
#include "engine/writer/projection_builds.h"
#include "engine/writer/writer.h"

namespace recourse {
class Upkeep;
}

namespace recourse::routes {

/// A limit of 0 is none.
struct AppOptions {
  http::Rate native_reads{120'000, std::chrono::seconds(60)};     ///< Per API key.
  http::Rate native_writes{60'000, std::chrono::seconds(60)};     ///< Per API key.
  http::Rate denied{600, std::chrono::seconds(60)};               ///< Refused logins per address.
  JsonLimits json{std::size_t{256} << 10, 32};                    ///< Of request bodies.
  std::chrono::milliseconds max_wait = std::chrono::seconds(60);  ///< For `wait=`.
  std::chrono::milliseconds catch_up_wait = std::chrono::seconds(5);  ///< For `min_position`.
  std::chrono::seconds opened_again = std::chrono::minutes(15);
  std::size_t max_page = 500;
  std::size_t default_page = 50;
  served::Limits served;  ///< Of the served systems' paths.
  /// How what lies outside is doing. It changes no answer but that of /healthz. May be empty.
  std::function<std::vector<HealthPart>()> health = {};
  /// How many leaves of a ledger witnesses vouch for. Empty: there are none.
  std::function<LogSize(LedgerId)> witnessed = {};
  NoteDestruction note_destruction = {};
  Upkeep* upkeep = nullptr;  ///< Outlives the app; absent: no backups, drills and scrubs.
};

/// The metrics that routes count; looked up once.
struct AppMetrics {
  explicit AppMetrics(http::MetricRegistry& registry);

  http::Family<http::Counter>& requests;   ///< By route and status.
  http::Family<http::Histogram>& seconds;  ///< By route.
  http::Family<http::Counter>& denied;     ///< By cause.
  http::Family<http::Counter>& throttled;  ///< By limit.
  http::Family<http::Counter>& actions;    ///< By type and outcome.
  http::Family<http::Counter>& decisions;  ///< By outcome and the rule that denied.
  http::Family<http::Histogram>& confidence;
  http::Family<http::Histogram>& approval_seconds;
  http::Family<http::Counter>& rollbacks;  ///< By result.
  http::Family<http::Counter>& resolutions;
  http::Family<http::Counter>& limits_reached;  ///< Of the policy, by name.
  http::Family<http::Counter>& breakers;        ///< Transitions, by the state they lead to.
  http::Family<http::Counter>& rollout_stops;   ///< By the guardrail that was breached.
  http::Family<http::Counter>& experiments;     ///< That ended, by verdict.
};

/// What every handler works with. Made once for a registry, whose text is not made any more once
/// the app is gone; outlives the server. Threads: any.
struct App {
  /// All arguments outlive the app.
  App(Writer& writer_, Signer& signer_, http::MetricRegistry& registry_, AppOptions options_ = {});
  /// Waits for the answers to what was submitted to the writer.
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  Writer& writer;
  Ledger& ledger;
  ViewStore& views;
  Signer& signer;
  http::MetricRegistry& registry;
  const Clock& clock;
  const AppOptions options;
  const http::CursorSeal cursors;
  AppMetrics metrics;
  http::Throttle reads, writes, denied;
  served::Quotas quotas;  ///< Of the served systems' paths.
  OpenedLog opened;
  Denials denials;
  http::Family<http::Counter>& rejected;  ///< By command and problem.
  served::Rejections rejections;
  Ingress ingress;  ///< Written when an hour is over, and at the end.
  ProjectionBuilds builds;
  Waiters waiters;       ///< Its thread may use all of those above.
  LongReads long_reads;  ///< Last: its thread may use all of the others.

 private:
  void tick();
  void write_ingress();
};

}  // namespace recourse::routes
