#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace recourse::http {

/// Only grows. Any thread.
class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down. Any thread.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double change) { value_.fetch_add(change, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// How many observations were at most each bound. Any thread; a reader may see an observation in
/// its bucket before it sees it in the sum.
class Histogram {
 public:
  /// REQUIRES: bounds ascend strictly.
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  const std::vector<double>& bounds() const { return bounds_; }
  /// Of bucket `i` alone, not cumulative; the one after the last bound is +Inf.
  std::uint64_t count(std::size_t i) const { return counts_[i].load(std::memory_order_relaxed); }
  double sum() const { return sum_.load(std::memory_order_relaxed); }

 private:
  std::vector<double> bounds_;
  std::vector<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

/// From 1 ms to 10 s, for how long requests take, in seconds.
std::vector<double> latency_bounds();

/// All series of one metric name: one per combination of label values. Meant for few values that
/// the program chooses, never for what a client can make up. Any thread.
template <class Instrument>
class Family {
 public:
  using Make = std::function<std::unique_ptr<Instrument>()>;
  Family(std::vector<std::string> labels, Make make)
      : labels_(std::move(labels)), make_(std::move(make)) {}

  /// The series with these label values, made on first use; stays valid while the registry lives.
  /// Look it up once and keep the reference where speed matters. REQUIRES: as many as labels.
  Instrument& with(const std::vector<std::string>& values);
  Instrument& only() { return with({}); }

  const std::vector<std::string>& labels() const { return labels_; }
  /// Calls `visit(values, instrument)` for each series, sorted by values.
  template <class Visit>
  void each(Visit visit) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [values, instrument] : series_) visit(values, *instrument);
  }

 private:
  const std::vector<std::string> labels_;
  const Make make_;
  mutable std::mutex mutex_;
  std::map<std::vector<std::string>, std::unique_ptr<Instrument>> series_;
};

/// The metrics of one server, and their text for Prometheus. Any thread.
class MetricRegistry {
 public:
  /// Names follow Prometheus: [a-zA-Z_:][a-zA-Z0-9_:]*, a counter ends in _total, units are seconds
  /// and bytes. REQUIRES: a well-formed name that is not yet taken.
  Family<Counter>& counter(std::string name, std::string help,
                           std::vector<std::string> labels = {});
  Family<Gauge>& gauge(std::string name, std::string help, std::vector<std::string> labels = {});
  Family<Histogram>& histogram(std::string name, std::string help,
                               std::vector<std::string> labels = {},
                               std::vector<double> bounds = latency_bounds());
  /// A gauge that is read when the text is made. `read` may be called from any thread.
  void gauge_of(std::string name, std::string help, std::function<double()> read);

  /// Text exposition format 0.0.4: every metric with HELP and TYPE, sorted by name.
  std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct Metric {
    std::string help;
    std::unique_ptr<Family<Counter>> counter;
    std::unique_ptr<Family<Gauge>> gauge;
    std::unique_ptr<Family<Histogram>> histogram;
    std::function<double()> read;
  };
  void add(std::string name, const std::vector<std::string>& labels,
           std::unique_ptr<Metric> metric);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Metric>> metrics_;
};

}  // namespace recourse::http
