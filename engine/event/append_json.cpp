#include "engine/event/append_json.h"

#include "engine/event/field_value.h"

namespace recourse::described {
namespace {

void append_sealed(std::string& out, const Sealed& sealed) {
  out += R"({"$sealed":{"c":")";
  append_base64(out, as_text(sealed.commitment));
  out += R"(","k":[)";
  for (std::size_t i = 0; i < sealed.subjects.size(); ++i) {
    if (i > 0) out += ',';
    append_canonical_string(out, sealed.subjects[i]);
  }
  out += R"(],"r":)";
  append_canonical_string(out, sealed.retention);
  out += R"(,"t":")";
  out += static_cast<char>(sealed.kind);
  out += "\"}}";
}

void append_list(std::string& out, const Type& type, const void* list) {
  const Elements elements = type.elements(list);
  const Type& element = *type.element;
  const Table* const table = element.kind == Kind::structure ? &element.table() : nullptr;
  const auto* at = static_cast<const char*>(elements.first);
  out += '[';
  for (std::size_t i = 0; i < elements.count; ++i, at += type.stride) {
    if (i > 0) out += ',';
    if (table != nullptr) {
      append_struct(out, *table, at);
    } else {
      append_value(out, element, at);
    }
  }
  out += ']';
}

}  // namespace

void append_value(std::string& out, const Type& type, const void* value) {
  switch (type.kind) {
    case Kind::clear:
    case Kind::text_id:
      append_canonical_string(out, text_at(value));
      return;
    case Kind::sealed:
      append_sealed(out, value_at<Sealed>(value));
      return;
    case Kind::boolean:
      out += value_at<bool>(value) ? "true" : "false";
      return;
    case Kind::integer:
      append_canonical_integer(out, integer_at(type, value));
      return;
    case Kind::time:
      out += '"';
      append_rfc3339(out, value_at<Timestamp>(value));
      out += '"';
      return;
    case Kind::hash:
      out += '"';
      append_base64(out, as_text(value_at<Hash>(value)));
      out += '"';
      return;
    case Kind::word:
      out += '"';
      out += word_at(type, value);
      out += '"';
      return;
    case Kind::list:
      append_list(out, type, value);
      return;
    case Kind::structure:
      append_struct(out, type.table(), value);
      return;
    case Kind::own:
      type.append(out, value);
      return;
  }
}

void append_struct(std::string& out, const Table& table, const void* value) {
  out += '{';
  std::size_t comma = 1;  // The first key stands without its comma.
  for (const Field& field : table.fields) {
    if (field.of_provenance && !table.is_imported(value)) continue;
    const void* member = field.in(value);
    if (field.optional != nullptr) {
      member = field.optional->get(member);
      if (member == nullptr) continue;
    }
    out.append(field.key, comma);
    comma = 0;
    append_value(out, *field.type, member);
  }
  out += '}';
}

}  // namespace recourse::described
