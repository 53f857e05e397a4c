#include "api/routes/body_reader.h"

#include <algorithm>

#include "engine/event/canonical_json.h"
#include "engine/event/clear_names.h"
#include "engine/event/parse_json.h"

namespace recourse::routes {
namespace {

/// A JSON pointer's step (RFC 6901, 3).
std::string step(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.:@/-").find(c) != std::string_view::npos;
  });
}

constexpr std::size_t kMaxFaults = 32;

bool is_json_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  if (!http::same_field(type, "application/json")) return false;
  const auto semicolon = content_type.find(';');
  if (semicolon == std::string_view::npos) return true;
  std::string_view parameter = content_type.substr(semicolon + 1);
  while (parameter.starts_with(' ')) parameter.remove_prefix(1);
  return parameter.empty() || http::same_field(parameter, "charset=utf-8") ||
         http::same_field(parameter, "charset=\"utf-8\"");
}

}  // namespace

BodyReader::BodyReader(const Json& object, Shared& shared, std::string pointer)
    : object_(object), shared_(shared), pointer_(std::move(pointer)) {}

BodyReader::~BodyReader() {
  if (const auto* members = object_.members())
    for (const Json::Member& member : *members)
      if (std::find(asked_.begin(), asked_.end(), member.name) == asked_.end())
        fault(member.name, "no member of this name is known here");
}

void BodyReader::fault(std::string_view name, std::string detail) {
  if (shared_.faults.size() < kMaxFaults)
    shared_.faults.push_back({pointer_ + (name.empty() ? "" : step(name)), std::move(detail)});
}

const Json* BodyReader::find(std::string_view name) {
  asked_.push_back(name);
  const Json* const value = object_.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const Json* BodyReader::need(std::string_view name) {
  const Json* const value = find(name);
  if (value == nullptr) fault(name, "required");
  return value;
}

std::optional<std::string> BodyReader::checked_text(std::string_view name, const Json* value,
                                                    TextLimits limits) {
  if (value == nullptr) return std::nullopt;
  const std::string* const text = value->string();
  if (text == nullptr) {
    fault(name, "must be a string");
  } else if (text->size() < limits.least) {
    fault(name, "must not be empty");
  } else if (text->size() > limits.most_bytes) {
    fault(name, "longer than " + std::to_string(limits.most_bytes) + " bytes");
  } else {
    return *text;
  }
  return std::nullopt;
}

std::string BodyReader::text(std::string_view name, TextLimits limits) {
  return checked_text(name, need(name), limits).value_or("");
}

std::optional<std::string> BodyReader::optional_text(std::string_view name, TextLimits limits) {
  return checked_text(name, find(name), limits);
}

std::string BodyReader::code(std::string_view name) {
  const std::string found = text(name, {1, 128});
  if (!found.empty() && !is_code(found)) fault(name, "only letters, digits and _.:@/-");
  return found;
}

std::optional<std::string> BodyReader::optional_code(std::string_view name) {
  auto found = optional_text(name, {1, 128});
  if (found && !is_code(*found)) fault(name, "only letters, digits and _.:@/-");
  return found;
}

std::optional<std::int64_t> BodyReader::optional_integer(std::string_view name, std::int64_t least,
                                                         std::int64_t most) {
  const Json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  const auto number = value->integer();
  if (!number) {
    fault(name, "must be an integer");
  } else if (*number < least || *number > most) {
    fault(name, "must be from " + std::to_string(least) + " to " + std::to_string(most));
  } else {
    return number;
  }
  return std::nullopt;
}

std::optional<bool> BodyReader::optional_flag(std::string_view name) {
  const Json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) fault(name, "must be true or false");
  return value->boolean();
}

std::string BodyReader::object_json(std::string_view name) {
  const Json* const value = need(name);
  if (value == nullptr) return "{}";
  if (!value->is_object()) {
    fault(name, "must be an object");
    return "{}";
  }
  return canonical_json(*value);
}

std::optional<std::string> BodyReader::optional_object_json(std::string_view name) {
  const Json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    fault(name, "must be an object");
    return std::nullopt;
  }
  return canonical_json(*value);
}

std::optional<std::string> BodyReader::optional_json(std::string_view name) {
  const Json* const value = find(name);
  if (value == nullptr) return std::nullopt;
  return canonical_json(*value);
}

void BodyReader::each_object(std::string_view name, std::size_t most,
                             const std::function<void(BodyReader&)>& read) {
  const Json* const value = find(name);
  if (value == nullptr) return;
  const Json::Array* const elements = value->elements();
  if (elements == nullptr) return fault(name, "must be an array");
  if (elements->size() > most) return fault(name, "at most " + std::to_string(most) + " elements");
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const std::string at = pointer_ + step(name) + '/' + std::to_string(i);
    if (!(*elements)[i].is_object()) {
      fault(std::string(name) + '/' + std::to_string(i), "must be an object");
      continue;
    }
    BodyReader element((*elements)[i], shared_, at);
    read(element);
  }
}

bool BodyReader::is_object(std::string_view name) {
  const Json* const value = find(name);
  return value != nullptr && value->is_object();
}

void BodyReader::object(std::string_view name, const std::function<void(BodyReader&)>& read) {
  BodyReader inner(*find(name), shared_, pointer_ + step(name));
  read(inner);
}

std::vector<std::string> BodyReader::codes(std::string_view name, std::size_t most) {
  std::vector<std::string> texts;
  const Json* const value = find(name);
  if (value == nullptr) return texts;
  const Json::Array* const elements = value->elements();
  const bool good = elements != nullptr && elements->size() <= most &&
                    std::all_of(elements->begin(), elements->end(), [](const Json& element) {
                      return element.string() != nullptr && is_code(*element.string());
                    });
  if (good)
    for (const Json& element : *elements) texts.push_back(*element.string());
  else
    fault(name, "must be an array of at most " + std::to_string(most) + " short names");
  return texts;
}

std::variant<Body, BodyRefusal> read_body(const Call& call) {
  const http::Request& request = call.request;
  if (request.body.empty() && !request.headers.find("Content-Type"))
    return Body{Json::object(), "{}"};
  const auto type = request.headers.find("Content-Type");
  if (!type || !is_json_type(*type))
    return BodyRefusal{http::problem(415, "unsupported-media-type", "Unsupported media type",
                                     "send application/json in UTF-8")};
  auto parsed = parse_json(request.body, call.app.options.json);
  if (!parsed) {
    if (parsed.error().code == ErrorCode::too_large)
      return BodyRefusal{http::problem(parsed.error())};
    return BodyRefusal{
        http::problem(400, "malformed-json", "Malformed JSON", parsed.error().message)};
  }
  if (!parsed->is_object()) return BodyRefusal{unprocessable({{"", "must be an object"}})};
  std::string canonical = canonical_json(*parsed);
  return Body{std::move(*parsed), std::move(canonical)};
}

namespace {

std::string first_of(const std::vector<BodyFault>& faults) {
  if (faults.empty()) return "";
  const BodyFault& first = faults.front();
  return first.pointer.empty() ? first.detail : first.pointer + ": " + first.detail;
}

}  // namespace

http::Response unprocessable(const std::vector<BodyFault>& faults) {
  std::string errors = "[";
  for (const BodyFault& fault : faults) {
    if (errors.size() > 1) errors += ',';
    errors += R"({"pointer":)" + http::json_string(fault.pointer) + R"(,"detail":)" +
              http::json_string(fault.detail) + '}';
  }
  errors += ']';
  return http::problem(422, "invalid", "Invalid request", first_of(faults), http::Outcome::rejected,
                       {{"errors", std::move(errors)}});
}

bool with_body(const Call& call, Body& body, const std::function<void(BodyReader&)>& read) {
  auto result = read_body(call);
  if (auto* refusal = std::get_if<BodyRefusal>(&result)) {
    respond(call, std::move(refusal->response));
    return false;
  }
  body = std::move(std::get<Body>(result));
  BodyReader::Shared shared;
  {
    BodyReader reader(body.json, shared);
    read(reader);
  }
  if (shared.faults.empty()) return true;
  respond(call, unprocessable(shared.faults));
  return false;
}

}  // namespace recourse::routes
