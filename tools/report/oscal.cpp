#include "tools/report/oscal.h"

#include "engine/base/sha256.h"
#include "engine/event/pretty_json.h"
#include "tools/report/figures.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {
namespace {

constexpr std::string_view kNamespace = "urn:recourse:soc2";
constexpr std::string_view kRemarks =
    "Management's automated tests of its own controls, and not an auditor's opinion.";

std::string number(std::uint64_t value, std::string_view suffix) {
  return std::to_string(value) + std::string(suffix);
}

std::string parameters_text(const Scope& scope) {
  std::string text;
  for (const auto& [name, value] : scope.parameters) text += name + '=' + value + '\n';
  return text;
}

/// Ids of what is in a package with one head; `what` tells those of one control apart.
class OscalIds {
 public:
  explicit OscalIds(const Scope& scope)
      : prefix_(scope.end.origin + '/' + std::to_string(scope.end.size.value()) + '/'),
        period_(period(scope) + '/' + scope.nonce + '/' + hex(sha256(parameters_text(scope))) +
                '/') {}

  std::string of(std::string_view what, std::string_view control) const {
    return uuid_of(prefix_ + std::string(control) + '/' + std::string(what));
  }
  /// Of a document: another one for another period or sample.
  std::string of_document(std::string_view what) const {
    return uuid_of(prefix_ + period_ + std::string(what));
  }

 private:
  std::string prefix_, period_;
};

Json property(std::string_view name, std::string value) {
  return Json::object({{"name", name}, {"ns", kNamespace}, {"value", std::move(value)}});
}

std::string objective_of(const Control& control) { return control.id + "_obj"; }

Json metadata(const Package& package, std::string title) {
  const Scope& scope = package.scope;
  return Json::object({{"title", std::move(title)},
                       {"last-modified", to_rfc3339(scope.time)},
                       {"version", std::to_string(scope.end.size.value())},
                       {"oscal-version", "1.1.2"},
                       {"props", Json::array({property("log-origin", scope.end.origin),
                                              property("log-root", hex(scope.end.root)),
                                              property("generator-version", scope.version)})},
                       {"remarks", kRemarks}});
}

Json reviewed_controls(const Package& package) {
  Json::Array controls, objectives;
  for (const Chapter& chapter : package.chapters) {
    controls.push_back(Json::object({{"control-id", chapter.control.id}}));
    objectives.push_back(Json::object({{"objective-id", objective_of(chapter.control)}}));
  }
  if (controls.empty())
    return Json::object({{"control-selections",
                          Json::array({Json::object(
                              {{"description", "None: no control tests what was asked for."}})})}});
  return Json::object(
      {{"control-selections",
        Json::array({Json::object(
            {{"description", "Each was tested on its whole population in the range of the log."},
             {"include-controls", Json::array(std::move(controls))}})})},
       {"control-objective-selections",
        Json::array(
            {Json::object({{"include-objectives", Json::array(std::move(objectives))}})})}});
}

Json plan(const Package& package, const OscalIds& ids) {
  Json::Array objectives;
  for (const Chapter& chapter : package.chapters) {
    const Control& control = chapter.control;
    objectives.push_back(Json::object(
        {{"control-id", control.id},
         {"description", control.title},
         {"parts", Json::array({Json::object({{"id", objective_of(control)},
                                              {"name", "assessment-objective"},
                                              {"title", control.title},
                                              {"prose", "Population: " + control.population +
                                                            "\n\nQuery: " + control.query +
                                                            "\n\nTest: " + control.test}})})}}));
  }
  const std::string system = ids.of_document("system-description");
  const std::string program = ids.of_document("program");
  Json body = Json::object(
      {{"uuid", ids.of_document("assessment-plan")},
       {"metadata", metadata(package, "Automated tests of controls: " + package.scope.system)},
       {"import-ssp", Json::object({{"href", "#" + system},
                                    {"remarks", "Kept by the customer and not in the bundle."}})},
       {"reviewed-controls", reviewed_controls(package)},
       {"assessment-assets",
        Json::object(
            {{"components",
              Json::array({Json::object(
                  {{"uuid", program},
                   {"type", "software"},
                   {"title", "Recourse " + package.scope.version},
                   {"description", "Computes populations and tests from the log of events."},
                   {"status", Json::object({{"state", "operational"}})}})})},
             {"assessment-platforms",
              Json::array({Json::object(
                  {{"uuid", ids.of_document("platform")},
                   {"title", "The bundle on any machine"},
                   {"uses-components",
                    Json::array({Json::object({{"component-uuid", program}})})}})})}})},
       {"back-matter",
        Json::object(
            {{"resources",
              Json::array({Json::object(
                  {{"uuid", system},
                   {"title", "Description of the system"},
                   {"description", "Written by management; supplied by the customer."}})})}})}});
  if (!objectives.empty())
    body.set("local-definitions",
             Json::object({{"objectives-and-methods", Json::array(std::move(objectives))}}));
  return Json::object({{"assessment-plan", std::move(body)}});
}

Json evidence(const File& file, std::string description) {
  return Json::object({{"href", "../" + file.path},
                       {"description", std::move(description)},
                       {"props", Json::array({property("path", file.path),
                                              property("sha256", hex(sha256(file.bytes)))})}});
}

std::string outcome(const Chapter& chapter) {
  if (chapter.result == Result::no_population)
    return "No population in the period: the control did not operate, so there is no finding.";
  if (!has_tested(chapter))
    return "No member of the population could be tested, so there is no finding.";
  return number(chapter.exceptions.size(), " exceptions in a population of ") +
         number(chapter.rows.size(), ". Not tested: ") + tally(untested(chapter)) +
         ". Deviation rate " + percent(chapter.deviation.rate_ppm) + ", 95 % upper bound " +
         percent(chapter.deviation.upper_ppm, true) + '.';
}

Json observation(const Package& package, const Chapter& chapter, const std::vector<File>& files,
                 const OscalIds& ids) {
  const Scope& scope = package.scope;
  Json::Array evidences;
  const std::string stem = control_path(scope, chapter.control);
  for (const File& file : files) {
    if (file.path.starts_with(stem))
      evidences.push_back(evidence(file, file.path.ends_with(".pdf")
                                             ? "The control's chapter, to read"
                                             : "The population, a row for each member"));
    if (file.path == kExceptionsCsv && !chapter.exceptions.empty())
      evidences.push_back(evidence(file, "Exceptions of all controls, with management's answers"));
  }
  Json::Array properties = {
      property("leaf-range", number(scope.start.size.value(), "-") +
                                 number(scope.end.size.value(), ", the end excluded")),
      property("population", number(chapter.rows.size(), "")),
      property("exceptions", number(chapter.exceptions.size(), ""))};
  for (const Completeness& of : package.completeness) {
    if (of.table == chapter.control.id && !of.query_sha256.empty())
      properties.push_back(property("query-sha256", of.query_sha256));
  }
  Json json = Json::object(
      {{"uuid", ids.of("observation", chapter.control.id)},
       {"title", chapter.control.id + ' ' + heading(chapter.control.title)},
       {"description", outcome(chapter)},
       {"props", Json::array(std::move(properties))},
       {"methods", Json::array({"TEST"})},
       {"types", Json::array({"control-objective"})},
       {"origins",
        Json::array({Json::object(
            {{"actors", Json::array({Json::object(
                            {{"type", "tool"}, {"actor-uuid", ids.of_document("program")}})})}})})},
       {"collected", to_rfc3339(scope.time)},
       {"remarks", kRemarks}});
  if (!evidences.empty()) json.set("relevant-evidence", Json::array(std::move(evidences)));
  return json;
}

Json finding(const Chapter& chapter, const OscalIds& ids) {
  const bool passed = chapter.result == Result::passed;
  const std::string& id = chapter.control.id;
  return Json::object(
      {{"uuid", ids.of("finding", id)},
       {"title", id + ' ' + heading(chapter.control.title)},
       {"description", outcome(chapter)},
       {"target",
        Json::object({{"type", "objective-id"},
                      {"target-id", objective_of(chapter.control)},
                      {"title", chapter.control.title},
                      {"status", Json::object({{"state", passed ? "satisfied" : "not-satisfied"},
                                               {"reason", passed ? "pass" : "fail"}})}})},
       {"related-observations",
        Json::array({Json::object({{"observation-uuid", ids.of("observation", id)}})})},
       {"remarks", kRemarks}});
}

/// OSCAL wants a start: the first day with rows where none was asked for.
std::string start_of(const Package& package) {
  if (package.scope.from) return to_rfc3339(*package.scope.from);
  std::string first;
  for (const Completeness& of : package.completeness) {
    if (!of.by_day.empty() && (first.empty() || of.by_day.begin()->first < first))
      first = of.by_day.begin()->first;
  }
  return first.empty() ? to_rfc3339(package.scope.time) : first + "T00:00:00.000000Z";
}

Json results(const Package& package, const std::vector<File>& files, const OscalIds& ids) {
  const Scope& scope = package.scope;
  Json::Array observations, findings;
  for (const Chapter& chapter : package.chapters) {
    observations.push_back(observation(package, chapter, files, ids));
    if (shown_result(chapter) != Result::no_population) findings.push_back(finding(chapter, ids));
  }
  Json result = Json::object(
      {{"uuid", ids.of_document("result")},
       {"title", scope.system + ", " + period(scope)},
       {"description", "Each control tested on its whole population in the range of the log."},
       {"start", start_of(package)},
       {"end", to_rfc3339(scope.to.value_or(scope.time))},
       {"reviewed-controls", reviewed_controls(package)},
       {"remarks", kRemarks}});
  if (!observations.empty()) result.set("observations", Json::array(std::move(observations)));
  if (!findings.empty()) result.set("findings", Json::array(std::move(findings)));
  return Json::object(
      {{"assessment-results",
        Json::object(
            {{"uuid", ids.of_document("assessment-results")},
             {"metadata", metadata(package, "Results of automated tests: " + scope.system)},
             {"import-ap", Json::object({{"href", "assessment-plan.json"}})},
             {"results", Json::array({std::move(result)})}})}});
}

}  // namespace

std::vector<File> oscal_files(const Package& package, const std::vector<File>& files) {
  const OscalIds ids(package.scope);
  return {{"oscal/assessment-plan.json", pretty_json(plan(package, ids))},
          {"oscal/assessment-results.json", pretty_json(results(package, files, ids))}};
}

}  // namespace recourse::soc2
