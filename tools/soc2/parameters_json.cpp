#include <simdjson.h>

#include "engine/event/describe.h"
#include "tools/soc2/package_json.h"

namespace recourse::soc2 {

/// As they stand in their files. Described, so they cannot hide in an unnamed namespace.
struct HeadRecord {
  Clear note;
  std::vector<Clear> cosignatures, time_tokens;
};
BOOST_DESCRIBE_STRUCT(HeadRecord, (), (note, cosignatures, time_tokens))

struct ParametersRecord {
  std::int64_t start = 0, end = 0, meta_end = 0, sample_size = 0;
  std::optional<Timestamp> from, to;
  std::optional<HeadRecord> meta_head;
  Clear nonce, version;
  std::vector<Clear> criteria;
  Thresholds thresholds;
};
BOOST_DESCRIBE_STRUCT(ParametersRecord, (),
                      (start, end, meta_end, sample_size, from, to, meta_head, nonce, version,
                       criteria, thresholds))

namespace {

std::vector<Clear> clear_list(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<std::string> text_list(const std::vector<Clear>& list) {
  std::vector<std::string> texts;
  for (const Clear& clear : list) texts.push_back(clear.text);
  return texts;
}

HeadRecord record_of(const KeptHead& head) {
  return {head.note, clear_list(head.cosignatures), clear_list(head.time_tokens)};
}

KeptHead head_from(const HeadRecord& record) {
  return {record.note.text, text_list(record.cosignatures), text_list(record.time_tokens)};
}

template <class Record>
recourse::Result<Record> read_record(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  Record record;
  std::string_view where;
  if (parser.parse(simdjson::padded_string(json)).get(element))
    return Error{ErrorCode::invalid, "the parameters of the package are no JSON"};
  if (!read_json(element, record, where))
    return Error{ErrorCode::invalid, "the parameters of the package: " + std::string(where)};
  return record;
}

}  // namespace

std::vector<File> parameter_files(const Parameters& parameters) {
  ParametersRecord record;
  record.start = static_cast<std::int64_t>(parameters.start.value());
  record.end = static_cast<std::int64_t>(parameters.end.value());
  record.meta_end = static_cast<std::int64_t>(parameters.meta_end.value());
  record.sample_size = static_cast<std::int64_t>(parameters.sample_size);
  record.from = parameters.from;
  record.to = parameters.to;
  if (parameters.meta_head) record.meta_head = record_of(*parameters.meta_head);
  record.nonce = parameters.nonce;
  record.version = parameters.version;
  record.criteria = clear_list(parameters.criteria);
  record.thresholds = parameters.thresholds;
  File heads{"report/heads.ndjson", ""};
  for (const KeptHead& head : parameters.heads) {
    append_json(heads.bytes, record_of(head));
    heads.bytes += '\n';
  }
  return {std::move(heads), {"report/parameters.json", to_json(record) + "\n"}};
}

recourse::Result<Parameters> read_parameters(std::string_view parameters_json,
                                             std::string_view heads_ndjson) {
  RECOURSE_LET(const auto record, read_record<ParametersRecord>(parameters_json));
  if (record.start < 0 || record.end < 0 || record.meta_end < 0 || record.sample_size < 0)
    return Error{ErrorCode::invalid, "the parameters of the package: a size is below 0"};
  Parameters parameters;
  parameters.start = LogSize(static_cast<std::uint64_t>(record.start));
  parameters.end = LogSize(static_cast<std::uint64_t>(record.end));
  parameters.meta_end = LogSize(static_cast<std::uint64_t>(record.meta_end));
  parameters.sample_size = static_cast<std::uint64_t>(record.sample_size);
  parameters.from = record.from;
  parameters.to = record.to;
  if (record.meta_head) parameters.meta_head = head_from(*record.meta_head);
  parameters.nonce = record.nonce.text;
  parameters.version = record.version.text;
  parameters.criteria = text_list(record.criteria);
  parameters.thresholds = record.thresholds;
  while (!heads_ndjson.empty()) {
    const auto end = heads_ndjson.find('\n');
    RECOURSE_LET(const auto head, read_record<HeadRecord>(heads_ndjson.substr(0, end)));
    parameters.heads.push_back(head_from(head));
    if (end == std::string_view::npos) break;
    heads_ndjson.remove_prefix(end + 1);
  }
  return parameters;
}

}  // namespace recourse::soc2
