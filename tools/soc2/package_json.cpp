#include "tools/soc2/package_json.h"

#include "engine/base/sha256.h"
#include "engine/event/canonical_json.h"

namespace recourse::soc2 {
namespace {

Json json_of(const std::string& text) { return Json(text); }
Json json_of(std::uint64_t number) { return Json(number); }
Json json_of(Timestamp time) { return Json(to_rfc3339(time)); }
Json json_of(const Hash& hash) { return Json(to_base64(as_text(hash))); }
Json json_of(const Exception& found);
Json json_of(const Indicator& indicator);
Json json_of(const Table& table);
Json json_of(const Completeness& of);
Json json_of(const Duty& duty);

template <class T>
Json json_of(const std::optional<T>& value) {
  return value ? json_of(*value) : Json(nullptr);
}

template <class T>
Json json_of(const std::vector<T>& values) {
  Json list = Json::array();
  for (const T& value : values) list.push_back(json_of(value));
  return list;
}

template <class T>
Json json_of(const std::map<std::string, T>& values) {
  Json object = Json::object();
  for (const auto& [name, value] : values) object.set(name, json_of(value));
  return object;
}

Json json_of(const Control& control) {
  return Json::object({{"id", control.id},
                       {"slug", control.slug},
                       {"title", control.title},
                       {"criteria", json_of(control.criteria)},
                       {"population", control.population},
                       {"query", control.query},
                       {"test", control.test},
                       {"exceptions", json_of(control.exceptions)}});
}

Json json_of(const Row& row) {
  Json json = Json::object({{"index", Json(row.index.value())},
                            {"leaf", json_of(row.leaf)},
                            {"time", json_of(row.time)},
                            {"event", row.event},
                            {"type", row.type},
                            {"actor", row.actor},
                            {"accountable", row.accountable},
                            {"subject", row.subject},
                            {"decision", row.decision},
                            {"approval", row.approval},
                            {"policy", row.policy},
                            {"result", row.result},
                            {"code", row.code}});
  if (row.meta) json.set("meta", true);
  return json;
}

Json json_of(const Exception& found) {
  Json json = Json::object({{"id", found.id},
                            {"control", found.control},
                            {"code", found.code},
                            {"index", Json(found.index.value())},
                            {"time", json_of(found.time)},
                            {"subject", found.subject},
                            {"what", found.what},
                            {"status", found.status},
                            {"owner", found.owner},
                            {"until", json_of(found.until)},
                            {"answers", json_of(found.answers)},
                            {"remediation", json_of(found.remediation)}});
  if (found.meta) json.set("meta", true);
  return json;
}

Json json_of(const Indicator& indicator) {
  return Json::object(
      {{"name", indicator.name}, {"value", indicator.value}, {"note", indicator.note}});
}

Json json_of(const Table& table) {
  return Json::object({{"id", table.id},
                       {"title", table.title},
                       {"columns", json_of(table.columns)},
                       {"rows", json_of(table.rows)},
                       {"note", table.note}});
}

Json json_of(const Head& head) {
  return Json::object({{"origin", head.origin},
                       {"size", Json(head.size.value())},
                       {"root", json_of(head.root)},
                       {"note", head.note},
                       {"cosignatures", json_of(head.cosignatures)},
                       {"time_tokens", json_of(head.time_tokens)}});
}

Json json_of(const Completeness& of) {
  return Json::object({{"table", of.table},
                       {"query", of.query},
                       {"query_sha256", of.query_sha256},
                       {"leaves", Json(of.leaves)},
                       {"rows", Json(of.rows)},
                       {"excluded", json_of(of.excluded)},
                       {"by_type", json_of(of.by_type)},
                       {"by_day", json_of(of.by_day)},
                       {"first", of.first},
                       {"last", of.last}});
}

Json json_of(const Duty& duty) {
  return Json::object({{"article", duty.article},
                       {"duty", duty.duty},
                       {"evidence", duty.evidence},
                       {"count", Json(duty.count)},
                       {"exceptions", Json(duty.exceptions)},
                       {"answer", duty.answer}});
}

Json json_of(const Scope& scope) {
  return Json::object({{"system", scope.system},
                       {"tenant", scope.tenant.value()},
                       {"from", json_of(scope.from)},
                       {"to", json_of(scope.to)},
                       {"start", json_of(scope.start)},
                       {"end", json_of(scope.end)},
                       {"meta", scope.meta.origin.empty() ? Json(nullptr) : json_of(scope.meta)},
                       {"time", json_of(scope.time)},
                       {"version", scope.version},
                       {"nonce", scope.nonce},
                       {"criteria", json_of(scope.criteria)},
                       {"sealed", Json(scope.sealed)},
                       {"erased", Json(scope.erased)},
                       {"disclosed", Json(scope.disclosed)},
                       {"parameters", json_of(scope.parameters)}});
}

Json json_of(const Chapter& chapter, const File& rows) {
  Json sample = Json::array();
  for (const Position position : chapter.sample) sample.push_back(Json(position.value()));
  return Json::object(
      {{"control", json_of(chapter.control)},
       {"result", Json(word(chapter.result))},
       {"population", Json::object({{"path", rows.path},
                                    {"rows", Json(chapter.rows.size())},
                                    {"sha256", to_hex(as_text(sha256(rows.bytes)))}})},
       {"excluded", json_of(chapter.excluded)},
       {"exceptions", json_of(chapter.exceptions)},
       {"deviation", Json::object({{"population", Json(chapter.deviation.population)},
                                   {"exceptions", Json(chapter.deviation.exceptions)},
                                   {"rate_ppm", Json(chapter.deviation.rate_ppm)},
                                   {"upper_ppm", Json(chapter.deviation.upper_ppm)}})},
       {"indicators", json_of(chapter.indicators)},
       {"sample", std::move(sample)},
       {"sample_rows", json_of(chapter.sample_rows)},
       {"notes", json_of(chapter.notes)}});
}

}  // namespace

std::vector<File> package_files(const Package& package) {
  std::vector<File> files;
  Json chapters = Json::array();
  for (const Chapter& chapter : package.chapters) {
    File rows{"controls/" + chapter.control.id + "/population.ndjson", ""};
    for (const Row& row : chapter.rows) {
      append_canonical_json(rows.bytes, json_of(row));
      rows.bytes += '\n';
    }
    chapters.push_back(json_of(chapter, rows));
    files.push_back(std::move(rows));
  }
  const Json whole = Json::object({{"package", "recourse/soc2@v1"},
                                   {"scope", json_of(package.scope)},
                                   {"completeness", json_of(package.completeness)},
                                   {"proven", json_of(package.proven)},
                                   {"not_proven", json_of(package.not_proven)},
                                   {"matrix", json_of(package.matrix)},
                                   {"chapters", std::move(chapters)},
                                   {"changes", json_of(package.changes)},
                                   {"incidents", json_of(package.incidents)},
                                   {"access", json_of(package.access)},
                                   {"privacy", json_of(package.privacy)},
                                   {"integrity", json_of(package.integrity)},
                                   {"not_covered", json_of(package.not_covered)},
                                   {"verification", json_of(package.verification)},
                                   {"duties", json_of(package.duties)}});
  files.push_back({"report/package.json", canonical_json(whole) + "\n"});
  return files;
}

}  // namespace recourse::soc2
