#include "tools/audit/bundle_report.h"

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string to_text(const BundleReport& report) {
  if (report.verdict != Integrity::intact) {
    std::string text;
    for (const std::string& path : report.differ)
      text += "differs when it is made again: " + path + "\n";
    return text +
           (report.verdict == Integrity::damaged ? "DOES NOT VERIFY: " : "COULD NOT TELL: ") +
           report.reason + "\n";
  }
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  const std::string end = number(report.end), size = number(report.size);
  std::string text = "log " + report.origin + ", " + size + " leaves\n";
  for (const auto* list : {&report.continued, &report.meta_continued})
    for (const ToldContinuation& told : *list) text += "loss: " + to_text(told) + "\n";
  text += "proven: the " + number(report.end - report.start) + " leaves from " +
          number(report.start) + " on are all there are up to " + end + ", in order\n";
  text += "proven: the log at " + size + " leaves continues the log at " + number(report.start) +
          " leaves\n";
  text += "proven: " + number(report.disclosed) +
          " disclosed values are those that were committed to\n";
  text += report.anchored ? "proven: the meta log anchors this head\n"
                          : "not proven: that the meta log anchors it\n";
  if (report.deployment)
    text += "proven: the deployment's own log is all there up to " +
            number(report.meta_head->size) + " leaves\n";
  if (report.quorum)
    text += "proven: the quorum of the policy cosigned that head of the meta log\n";
  for (const BundleReport::Witness& witness : report.witnesses)
    text += "proven: " + witness.name + " saw it at " + witness.time + "\n";
  for (const BundleReport::Stamp& stamp : report.stamps)
    text += stamp.time.empty() ? "not checked: who stamped the meta log at " + number(stamp.size) +
                                     " leaves; give --tsa-ca\n"
                               : "proven: an authority saw the meta log at " + number(stamp.size) +
                                     " leaves at " + stamp.time + "\n";
  if (report.made_again)
    text += "proven: the report was made again from the leaves, and every byte is the same\n";
  if (!report.not_checked.empty())
    text += "not checked: " + joined(report.not_checked) +
            " (recourse verify --rerun makes them again)\n";
  text += "not proven: that every action taken is in the log; its times";
  text += report.quorum ? "\n" : "; that nobody was shown another log\n";
  if (!report.witnesses.empty() && !report.policy_given)
    text += "witnesses not authenticated: the bundle's own policy was used\n";
  if (!report.keys_authenticated)
    text += "keys not authenticated: the bundle's own copies were used\n";
  return text + "VERIFIED\n";
}

std::string to_json(const BundleReport& report) {
  constexpr std::string_view kWords[] = {"intact", "damaged", "could not tell"};
  Json json = Json::object({{"verdict", kWords[static_cast<std::size_t>(report.verdict)]}});
  if (report.verdict != Integrity::intact) {
    json.set("reason", report.reason);
    if (!report.differ.empty()) {
      Json differ = Json::array();
      for (const std::string& path : report.differ) differ.push_back(path);
      json.set("differ", std::move(differ));
    }
    return canonical_json(json);
  }
  json.set("keys_authenticated", report.keys_authenticated);
  json.set("origin", report.origin);
  if (!report.continued.empty()) json.set("continued", to_json(report.continued));
  if (!report.meta_continued.empty()) json.set("meta_continued", to_json(report.meta_continued));
  json.set("start", report.start);
  json.set("end", report.end);
  json.set("size", report.size);
  json.set("root", to_base64(as_text(report.root)));
  json.set("files", report.files);
  json.set("disclosed", report.disclosed);
  json.set("anchored", report.anchored);
  json.set("deployment", report.deployment);
  json.set("made_again", report.made_again);
  json.set("quorum", report.quorum);
  Json witnesses = Json::array(), stamps = Json::array();
  for (const BundleReport::Witness& witness : report.witnesses)
    witnesses.push_back(Json::object({{"name", witness.name}, {"time", witness.time}}));
  for (const BundleReport::Stamp& stamp : report.stamps) {
    Json one = Json::object({{"size", stamp.size}});
    if (!stamp.time.empty()) one.set("time", stamp.time);
    stamps.push_back(std::move(one));
  }
  json.set("witnesses", std::move(witnesses));
  json.set("time_stamps", std::move(stamps));
  Json not_checked = Json::array();
  for (const std::string& path : report.not_checked) not_checked.push_back(path);
  json.set("not_checked", std::move(not_checked));
  return canonical_json(json);
}

}  // namespace recourse
