#include "tools/audit/bundle_report.h"

#include "engine/event/canonical_json.h"

namespace recourse {

std::string to_text(const BundleReport& report) {
  if (report.verdict != Integrity::intact)
    return (report.verdict == Integrity::damaged ? "DOES NOT VERIFY: " : "COULD NOT TELL: ") +
           report.reason + "\n";
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  const std::string end = number(report.end), size = number(report.size);
  std::string text = "log " + report.origin + ", " + size + " leaves\n";
  text += "proven: the " + number(report.end - report.start) + " leaves from " +
          number(report.start) + " on are all there are up to " + end + ", in order\n";
  text += "proven: the log at " + size + " leaves continues the log at " + number(report.start) +
          " leaves\n";
  text += "proven: " + number(report.disclosed) +
          " disclosed values are those that were committed to\n";
  text += report.anchored ? "proven: the meta log anchors this head\n"
                          : "not proven: that the meta log anchors it\n";
  text +=
      "not proven: that every action taken is in the log; its times; that nobody was shown "
      "another log\n";
  if (!report.keys_authenticated)
    text += "keys not authenticated: the bundle's own copies were used\n";
  return text + "VERIFIED\n";
}

std::string to_json(const BundleReport& report) {
  constexpr std::string_view kWords[] = {"intact", "damaged", "could not tell"};
  Json json = Json::object({{"verdict", kWords[static_cast<std::size_t>(report.verdict)]}});
  if (report.verdict != Integrity::intact) {
    json.set("reason", report.reason);
    return canonical_json(json);
  }
  json.set("keys_authenticated", report.keys_authenticated);
  json.set("origin", report.origin);
  json.set("start", report.start);
  json.set("end", report.end);
  json.set("size", report.size);
  json.set("root", to_base64(as_text(report.root)));
  json.set("files", report.files);
  json.set("disclosed", report.disclosed);
  json.set("anchored", report.anchored);
  return canonical_json(json);
}

}  // namespace recourse
