#include "api/http/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/assert.h"

namespace recourse::http {
namespace {

bool well_formed(std::string_view name, bool colon) {
  const auto may_begin = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colon && c == ':');
  };
  return !name.empty() && may_begin(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return may_begin(c) || (c >= '0' && c <= '9'); });
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out.append("\\\\");
    } else if (c == '\n') {
      out.append("\\n");
    } else if (c == '"' && quotes) {
      out.append("\\\"");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), static_cast<std::size_t>(end - text.data())};
}

using Values = std::vector<std::string>;

void append_series(std::string& out, std::string_view name, const Values& labels,
                   const Values& values, std::string_view bound, const std::string& value) {
  out.append(name);
  std::string inner;
  for (std::size_t i = 0; i < labels.size(); ++i)
    inner.append(inner.empty() ? "" : ",")
        .append(labels[i] + "=\"" + escaped(values[i], true) + "\"");
  if (!bound.empty())
    inner.append(inner.empty() ? "" : ",").append("le=\"").append(bound).append("\"");
  if (!inner.empty()) out.append("{").append(inner).append("}");
  out.append(" ").append(value).append("\n");
}

void append_histogram(std::string& out, const std::string& name, const Values& labels,
                      const Values& values, const Histogram& histogram) {
  std::uint64_t count = 0;
  const std::vector<double>& bounds = histogram.bounds();
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    count += histogram.count(i);
    const std::string bound = i < bounds.size() ? number(bounds[i]) : "+Inf";
    append_series(out, name + "_bucket", labels, values, bound, std::to_string(count));
  }
  append_series(out, name + "_sum", labels, values, "", number(histogram.sum()));
  append_series(out, name + "_count", labels, values, "", std::to_string(count));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds)
    : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
  RECOURSE_ASSERT(
      std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>()) == bounds_.end(),
      "bounds ascend");
}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  counts_[static_cast<std::size_t>(bound - bounds_.begin())].fetch_add(1,
                                                                       std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<double> latency_bounds() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

template <class Instrument>
Instrument& Family<Instrument>::with(const std::vector<std::string>& values) {
  RECOURSE_ASSERT(values.size() == labels_.size(), "a value for each label");
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Instrument>& instrument = series_[values];
  if (!instrument) instrument = make_();
  return *instrument;
}

template class Family<Counter>;
template class Family<Gauge>;
template class Family<Histogram>;

void MetricRegistry::add(std::string name, const std::vector<std::string>& labels,
                         std::unique_ptr<Metric> metric) {
  RECOURSE_ASSERT(well_formed(name, true), "a well-formed metric name");
  for (const std::string& label : labels)
    RECOURSE_ASSERT(well_formed(label, false) && label != "le", "a well-formed label name");
  const std::lock_guard lock(mutex_);
  const bool added = metrics_.emplace(std::move(name), std::move(metric)).second;
  RECOURSE_ASSERT(added, "each metric is registered once");
}

Family<Counter>& MetricRegistry::counter(std::string name, std::string help,
                                         std::vector<std::string> labels) {
  auto metric = std::make_unique<Metric>();
  metric->help = std::move(help);
  metric->counter =
      std::make_unique<Family<Counter>>(labels, [] { return std::make_unique<Counter>(); });
  Family<Counter>& family = *metric->counter;
  add(std::move(name), labels, std::move(metric));
  return family;
}

Family<Gauge>& MetricRegistry::gauge(std::string name, std::string help,
                                     std::vector<std::string> labels) {
  auto metric = std::make_unique<Metric>();
  metric->help = std::move(help);
  metric->gauge = std::make_unique<Family<Gauge>>(labels, [] { return std::make_unique<Gauge>(); });
  Family<Gauge>& family = *metric->gauge;
  add(std::move(name), labels, std::move(metric));
  return family;
}

Family<Histogram>& MetricRegistry::histogram(std::string name, std::string help,
                                             std::vector<std::string> labels,
                                             std::vector<double> bounds) {
  auto metric = std::make_unique<Metric>();
  metric->help = std::move(help);
  metric->histogram = std::make_unique<Family<Histogram>>(
      labels, [bounds = std::move(bounds)] { return std::make_unique<Histogram>(bounds); });
  Family<Histogram>& family = *metric->histogram;
  add(std::move(name), labels, std::move(metric));
  return family;
}

void MetricRegistry::gauge_of(std::string name, std::string help, std::function<double()> read) {
  auto metric = std::make_unique<Metric>();
  metric->help = std::move(help);
  metric->read = std::move(read);
  add(std::move(name), {}, std::move(metric));
}

std::string MetricRegistry::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [key, metric] : metrics_) {
    const std::string& name = key;
    const std::string_view type = metric->counter     ? "counter"
                                  : metric->histogram ? "histogram"
                                                      : "gauge";
    out.append("# HELP ").append(name).append(" ").append(escaped(metric->help, false));
    out.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
    if (const auto* counters = metric->counter.get())
      counters->each([&](const Values& values, const Counter& counter) {
        append_series(out, name, counters->labels(), values, "", std::to_string(counter.value()));
      });
    if (const auto* gauges = metric->gauge.get())
      gauges->each([&](const Values& values, const Gauge& gauge) {
        append_series(out, name, gauges->labels(), values, "", number(gauge.value()));
      });
    if (const auto* histograms = metric->histogram.get())
      histograms->each([&](const Values& values, const Histogram& histogram) {
        append_histogram(out, name, histograms->labels(), values, histogram);
      });
    if (metric->read) append_series(out, name, {}, {}, "", number(metric->read()));
  }
  return out;
}

}  // namespace recourse::http
