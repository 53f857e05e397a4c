#include "tools/report/ocsf.h"

#include <chrono>

#include "engine/event/canonical_json.h"
#include "tools/report/figures.h"

namespace recourse::soc2 {
namespace {

struct Status {
  int id;
  const char* caption;
};

std::int64_t milliseconds(Timestamp time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// Of a finding, as OCSF numbers them.
Status finding_status(const Exception& found) {
  if (found.status == "detected") return {1, "New"};
  if (found.status == "acknowledged") return {2, "In Progress"};
  if (found.status == "accepted") return {3, "Suppressed"};
  return {4, "Resolved"};
}

/// 2, Warning, is what OCSF has for a check without a result.
Status compliance_status(Result result) {
  if (result == Result::passed) return {1, "Pass"};
  return result == Result::exceptions ? Status{3, "Fail"} : Status{2, "Warning"};
}

Json strings(const std::vector<std::string>& texts) {
  Json::Array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return Json::array(std::move(array));
}

/// What both kinds have; `uid` names the same finding in each package.
Json compliance_finding(const Package& package, const Control& control, std::string uid,
                        Timestamp time, Status status, std::string detail) {
  const Scope& scope = package.scope;
  return Json::object(
      {{"activity_id", 1},
       {"activity_name", "Create"},
       {"category_uid", 2},
       {"category_name", "Findings"},
       {"class_uid", 2003},
       {"class_name", "Compliance Finding"},
       {"type_uid", 200301},
       {"type_name", "Compliance Finding: Create"},
       {"time", milliseconds(time)},
       {"metadata", Json::object({{"version", "1.3.0"},
                                  {"uid", uid},
                                  {"log_name", scope.end.origin},
                                  {"labels", strings({"derived"})},
                                  {"product", Json::object({{"name", "Recourse"},
                                                            {"vendor_name", "Recourse"},
                                                            {"version", scope.version}})}})},
       {"compliance", Json::object({{"control", control.id},
                                    {"standards", strings({"SOC 2 Trust Services Criteria"})},
                                    {"requirements", strings(control.criteria)},
                                    {"status_id", status.id},
                                    {"status", status.caption},
                                    {"status_detail", std::move(detail)}})}});
}

Json info(std::string uid, std::string title, std::string description) {
  return Json::object({{"uid", std::move(uid)},
                       {"title", std::move(title)},
                       {"desc", std::move(description)},
                       {"types", strings({"control test"})}});
}

Json control_line(const Package& package, const Chapter& chapter) {
  const Control& control = chapter.control;
  const bool failed = chapter.result == Result::exceptions;
  Json line = compliance_finding(package, control, control.id, package.scope.time,
                                 compliance_status(shown_result(chapter)), spoken(chapter));
  line.set("finding_info",
           info(control.id, control.id + ' ' + heading(control.title), control.test));
  // A test that found something rates nothing; one that found nothing informs.
  line.set("severity_id", failed ? 0 : 1);
  line.set("severity", failed ? "Unknown" : "Informational");
  line.set("unmapped",
           Json::object({{"population", std::to_string(chapter.rows.size())},
                         {"exceptions", std::to_string(chapter.exceptions.size())},
                         {"deviation_rate_ppm", std::to_string(chapter.deviation.rate_ppm)},
                         {"deviation_upper_95_ppm", std::to_string(chapter.deviation.upper_ppm)},
                         {"leaf_start", std::to_string(package.scope.start.size.value())},
                         {"leaf_end", std::to_string(package.scope.end.size.value())}}));
  return line;
}

Json exception_line(const Package& package, const Chapter& chapter, const Exception& found) {
  Json line =
      compliance_finding(package, chapter.control, found.id, found.time, {3, "Fail"}, found.code);
  line.set("finding_info", info(found.id, found.code, found.what));
  line.set("severity_id", 0);
  line.set("severity", "Unknown");
  const Status status = finding_status(found);
  line.set("status_id", status.id);
  line.set("status", status.caption);
  line.set("status_detail", found.status);
  if (!found.subject.empty())
    line.set("resources", Json::array({Json::object({{"uid", found.subject}})}));
  line.set("unmapped", Json::object({{"leaf_index", std::to_string(found.index.value())},
                                     {"leaf_log", found.meta ? package.scope.meta.origin
                                                             : package.scope.end.origin}}));
  return line;
}

}  // namespace

File ocsf_file(const Package& package) {
  std::string lines;
  for (const Chapter& chapter : package.chapters) {
    append_canonical_json(lines, control_line(package, chapter));
    lines += '\n';
    for (const Exception& found : chapter.exceptions) {
      append_canonical_json(lines, exception_line(package, chapter, found));
      lines += '\n';
    }
  }
  return {"ocsf/events.ndjson", std::move(lines)};
}

}  // namespace recourse::soc2
