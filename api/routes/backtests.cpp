#include "api/routes/policy_state.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"
#include "tools/audit/backtest_ledger.h"
#include "tools/audit/backtest_record.h"
#include "tools/audit/locate.h"

namespace recourse::routes {
namespace {

/// What both kinds of question say about the proposals they are about.
struct Range {
  std::optional<std::string> from, to, type;

  void read(BodyReader& reader) {
    from = reader.optional_text("from");
    to = reader.optional_text("to");
    type = reader.optional_code("type");
  }

  Result<Backtest::Options> options(const Call& call) const {
    Backtest::Options options;
    if (from) {
      RECOURSE_LET(const Moment moment, parse_moment(*from));
      RECOURSE_LET(options.from, first_from(call.app.ledger, call.ledger, moment));
    }
    if (to) {
      RECOURSE_LET(const Moment moment, parse_moment(*to));
      RECOURSE_LET(options.to, first_from(call.app.ledger, call.ledger, moment));
    }
    options.type = type.value_or("");
    return options;
  }
};

using Reports = std::vector<BacktestReport>;

/// Reads the ledger on the thread for that and hands the reports to `use`.
void backtest_soon(const CallPtr& call, BacktestRequest request, std::function<void(Reports)> use) {
  const bool taken =
      call->app.long_reads.run([call, request = std::move(request),
                                use = std::move(use)](const LongReads::GoOn& go_on) mutable {
        request.go_on = [&](std::uint64_t) { return go_on(); };
        auto reports = backtest(call->app.ledger, request);
        if (!reports) return refuse(*call, reports.error());
        use(std::move(*reports));
      });
  if (!taken)
    refuse(*call, {ErrorCode::unavailable, "too many backtests wait already; try again later"});
}

http::Response recorded_backtest(const Committed& committed) {
  JsonObject object;
  if (const auto* done = find_event<PolicyBacktested>(committed)) {
    object.value("backtest", done->backtest).value("policy", done->policy).value("report", *done);
    std::vector<BacktestChange> changes;
    for (const RecordedEvent& event : committed.events)
      if (const auto* list = get_if<PolicyBacktestListed>(&event.data))
        changes.insert(changes.end(), list->changes.begin(), list->changes.end());
    object.value("changes", changes);
  }
  return accepted(committed, std::move(object));
}

void record(const CallPtr& call, const std::string& body, const PolicyState& policy,
            BacktestReport report) {
  WriteRequest request;
  request.tenant = call->tenant;
  request.decide = [report = std::move(report), policy, by = call->principal](DecisionStep& step) {
    return backtest_events(report, policy.policy, policy.digest,
                           make_ulid("bkt_", step.context.now, step.context.random),
                           {by.kind, by.id});
  };
  submit(call, body, std::move(request), recorded_backtest);
}

std::string simulated(const std::string& policy, const std::vector<std::int64_t>& thresholds,
                      const Reports& reports) {
  std::string items;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const WouldRun& would = reports[i].would_run;
    JsonObject item;
    item.number("at_least_ppm", thresholds[i])
        .number("would_run", would.actions)
        .number("ran", would.ran)
        .number("never_ran", would.actions - would.ran)
        .value("wrong", would.wrong);
    items += (items.empty() ? "" : ",") + std::move(item).take();
  }
  JsonObject object;
  object.text("policy", policy).raw("items", '[' + items + ']');
  if (!reports.empty())
    object.number("proposals", reports.front().figures.proposals)
        .number("from", reports.front().figures.from)
        .number("to", reports.front().figures.to)
        .number("end", reports.front().figures.end);
  return std::move(object).take();
}

}  // namespace

void backtest_policy(CallPtr call) {
  std::string policy;
  Range range;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    policy = reader.code("policy");
    range.read(reader);
  });
  if (!good) return;
  then(call, policy_state(*call, policy), [&](const PolicyState& state) {
    then(call, range.options(*call), [&](Backtest::Options options) {
      auto parsed = parse_policy(state.text.text);
      if (!parsed) return refuse(*call, parsed.error());
      BacktestRequest request;
      request.ledger = call->ledger;
      request.candidates = {std::make_shared<const Policy>(std::move(*parsed))};
      request.options = std::move(options);
      backtest_soon(call, std::move(request), [call, body = body.canonical, state](Reports done) {
        record(call, body, state, std::move(done.front()));
      });
    });
  });
}

void simulate_policy(CallPtr call) {
  std::optional<std::string> name, rule;
  std::vector<std::int64_t> thresholds;
  Range range;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    name = reader.optional_code("policy");
    rule = reader.optional_code("rule");
    range.read(reader);
    reader.each_object("thresholds", 32, [&](BodyReader& one) {
      thresholds.push_back(one.optional_integer("at_least_ppm", 0, 1'000'000).value_or(0));
    });
    if (thresholds.empty()) reader.fault("thresholds", "name at least one at_least_ppm");
  });
  if (!good) return;
  then(call, tenant_state(*call, call->ledger), [&](const TenantState& tenant) {
    const std::string policy = name.value_or(tenant.policy.text);
    then(call, policy_state(*call, policy), [&](const PolicyState& state) {
      const auto base = parse_policy(state.text.text);
      if (!base) return refuse(*call, base.error());
      then(call, range.options(*call), [&](Backtest::Options options) {
        BacktestRequest request;
        request.ledger = call->ledger;
        request.options = std::move(options);
        request.options.own_thresholds = true;
        for (const std::int64_t ppm : thresholds) {
          auto candidate = with_threshold(*base, rule.value_or(""), ppm);
          if (!candidate) return refuse(*call, candidate.error());
          request.candidates.push_back(std::make_shared<const Policy>(std::move(*candidate)));
        }
        backtest_soon(call, std::move(request), [call, policy, thresholds](const Reports& done) {
          respond(*call, http::json(simulated(policy, thresholds, done)));
        });
      });
    });
  });
}

}  // namespace recourse::routes
