#include "engine/policy/document_node.h"

#include <yaml.h>

#include <algorithm>
#include <memory>

namespace recourse {
namespace {

constexpr std::size_t kMaxDocumentBytes = 256 * 1024;
constexpr std::size_t kMaxDocumentDepth = 16;

TextPlace place_of(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }

struct YamlEvent : yaml_event_t {
  YamlEvent() : yaml_event_t{} {}
  ~YamlEvent() { yaml_event_delete(this); }
  YamlEvent(const YamlEvent&) = delete;
  YamlEvent& operator=(const YamlEvent&) = delete;
  TextPlace place() const { return place_of(start_mark); }
};

class DocumentParser {
 public:
  explicit DocumentParser(std::string_view text) {
    RECOURSE_ASSERT(yaml_parser_initialize(&parser_) == 1, "no memory for a YAML parser");
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~DocumentParser() { yaml_parser_delete(&parser_); }
  DocumentParser(const DocumentParser&) = delete;
  DocumentParser& operator=(const DocumentParser&) = delete;

  Result<DocumentNode> document() {
    RECOURSE_TRY(expect(YAML_STREAM_START_EVENT));
    YamlEvent start;
    RECOURSE_TRY(next(start));
    if (start.type == YAML_STREAM_END_EVENT) return fault_at({}, "the document is empty");
    YamlEvent first;
    RECOURSE_TRY(next(first));
    RECOURSE_LET(DocumentNode root, node(first, 0));
    RECOURSE_TRY(expect(YAML_DOCUMENT_END_EVENT));
    YamlEvent end;
    RECOURSE_TRY(next(end));
    if (end.type != YAML_STREAM_END_EVENT)
      return fault_at(end.place(), "a second document begins here");
    return root;
  }

 private:
  Status next(YamlEvent& event) {
    if (yaml_parser_parse(&parser_, &event) == 1) return {};
    const char* const problem = parser_.problem != nullptr ? parser_.problem : "it is not YAML";
    return fault_at(place_of(parser_.problem_mark), problem);
  }

  Status expect(yaml_event_type_t type) {
    YamlEvent event;
    RECOURSE_TRY(next(event));
    if (event.type != type) return fault_at(event.place(), "something else was expected here");
    return {};
  }

  Result<DocumentNode> node(const YamlEvent& event, std::size_t depth) {
    DocumentNode made;
    made.place = event.place();
    if (depth > kMaxDocumentDepth) return fault_at(made.place, "this is nested too deeply");
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event.data.scalar;
        if (scalar.anchor != nullptr) return no_anchors(made.place);
        if (scalar.tag != nullptr) return no_tags(made.place);
        made.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        made.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
        return made;
      }
      case YAML_SEQUENCE_START_EVENT:
        if (event.data.sequence_start.anchor != nullptr) return no_anchors(made.place);
        if (event.data.sequence_start.tag != nullptr) return no_tags(made.place);
        made.kind = DocumentNode::Kind::list;
        RECOURSE_TRY(add_items(made, depth));
        return made;
      case YAML_MAPPING_START_EVENT:
        if (event.data.mapping_start.anchor != nullptr) return no_anchors(made.place);
        if (event.data.mapping_start.tag != nullptr) return no_tags(made.place);
        made.kind = DocumentNode::Kind::map;
        RECOURSE_TRY(add_members(made, depth));
        return made;
      default:
        return no_anchors(made.place);
    }
  }

  Status add_items(DocumentNode& list, std::size_t depth) {
    for (;;) {
      YamlEvent event;
      RECOURSE_TRY(next(event));
      if (event.type == YAML_SEQUENCE_END_EVENT) return {};
      RECOURSE_LET(DocumentNode item, node(event, depth + 1));
      list.items.push_back(std::move(item));
    }
  }

  Status add_members(DocumentNode& map, std::size_t depth) {
    for (;;) {
      YamlEvent event;
      RECOURSE_TRY(next(event));
      if (event.type == YAML_MAPPING_END_EVENT) return {};
      RECOURSE_LET(DocumentNode key, node(event, depth + 1));
      if (key.kind != DocumentNode::Kind::scalar)
        return fault_at(key.place, "a member is named by a text");
      if (map.find(key.text) != nullptr)
        return fault_at(key.place, "`" + key.text + "` stands here twice");
      YamlEvent second;
      RECOURSE_TRY(next(second));
      RECOURSE_LET(DocumentNode value, node(second, depth + 1));
      map.members.push_back({std::move(key), std::move(value)});
    }
  }

  static Error no_anchors(const TextPlace& place) {
    return fault_at(place, "anchors and aliases are not read: write it out");
  }
  static Error no_tags(const TextPlace& place) { return fault_at(place, "tags are not read"); }

  yaml_parser_t parser_;
};

}  // namespace

const DocumentNode* DocumentNode::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.key.text == name; });
  return found != members.end() ? &found->value : nullptr;
}

Error fault_at(const TextPlace& place, std::string_view reason) {
  return {ErrorCode::invalid, "line " + std::to_string(place.line) + ", column " +
                                  std::to_string(place.column) + ": " + std::string(reason)};
}

Result<DocumentNode> read_document(std::string_view text) {
  if (text.size() > kMaxDocumentBytes)
    return Error{ErrorCode::too_large, "a document has at most 256 KiB"};
  return DocumentParser(text).document();
}

}  // namespace recourse
