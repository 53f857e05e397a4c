#include "tools/bench/bench.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "engine/event/canonical_json.h"
#include "tools/bench/measure.h"

namespace recourse::bench {
namespace {

struct Measurement {
  const char* name;
  Status (*measure)(const BenchOptions&, std::vector<Figure>&);
};
constexpr Measurement kMeasurements[] = {{"append", measure_append},
                                         {"propose", measure_propose},
                                         {"query", measure_query},
                                         {"history", measure_history}};

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[256];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

}  // namespace

Result<std::vector<Figure>> run(const BenchOptions& options) {
  std::vector<Figure> figures;
  for (const Measurement& measurement : kMeasurements) {
    if (!options.only.empty() &&
        std::find(options.only.begin(), options.only.end(), measurement.name) == options.only.end())
      continue;
    if (options.progress) options.progress(measurement.name);
    const Status measured = measurement.measure(options, figures);
    std::error_code ignored;
    std::filesystem::remove_all(options.scratch_dir, ignored);
    if (!measured) return measured.error();
  }
  return figures;
}

std::string to_text(const std::vector<Figure>& figures) {
  std::string text = format("%-48s %12s  %-12s %12s  %-34s %6s %6s %9s %9s\n", "what", "ours",
                            "unit", "ceiling", "of", "ratio", "floor", "p50 us", "p99 us");
  for (const Figure& figure : figures) {
    text +=
        format("%-48s %12.0f  %-12s %12.0f  %-34s %6.2f ", figure.name.c_str(), figure.ours,
               figure.unit.c_str(), figure.ceiling, figure.ceiling_name.c_str(), figure.ratio());
    text += figure.floor ? format("%6.2f ", *figure.floor) : format("%6s ", "-");
    text += figure.p50_us ? format("%9.0f %9.0f\n", *figure.p50_us, *figure.p99_us)
                          : format("%9s %9s\n", "-", "-");
  }
  return text;
}

std::string to_json(const std::vector<Figure>& figures) {
  Json list = Json::array();
  for (const Figure& figure : figures) {
    Json one = Json::object({{"name", figure.name},
                             {"ours", figure.ours},
                             {"unit", figure.unit},
                             {"ceiling", figure.ceiling},
                             {"ceiling_name", figure.ceiling_name},
                             {"ratio", figure.ratio()}});
    if (figure.floor) one.set("floor", *figure.floor);
    if (figure.p50_us) one.set("p50_us", *figure.p50_us).set("p99_us", *figure.p99_us);
    list.push_back(std::move(one));
  }
  return canonical_json(list);
}

}  // namespace recourse::bench
