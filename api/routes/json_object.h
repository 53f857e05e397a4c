#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/event/canonical_json.h"
#include "engine/event/describe.h"

namespace recourse::routes {

/// Builds the text of one JSON object, member after member, each name once.
class JsonObject {
 public:
  /// `json` is JSON text.
  JsonObject& raw(std::string_view name, std::string_view json) {
    out_ += out_.size() == 1 ? "\"" : ",\"";
    out_ += name;
    out_ += "\":";
    out_ += json;
    return *this;
  }
  JsonObject& text(std::string_view name, std::string_view value) {
    std::string json;
    append_canonical_string(json, value);
    return raw(name, json);
  }
  JsonObject& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  JsonObject& number(std::string_view name, std::uint64_t value) {
    return raw(name, std::to_string(value));
  }
  JsonObject& flag(std::string_view name, bool value) {
    return raw(name, value ? "true" : "false");
  }
  /// Whatever events and rows are made of: ids, times, clear texts, lists, structs.
  template <class T>
  JsonObject& value(std::string_view name, const T& described) {
    std::string json;
    append_json(json, described);
    return raw(name, json);
  }
  /// Nothing at all when there is no value.
  template <class T>
  JsonObject& value(std::string_view name, const std::optional<T>& described) {
    return described ? value(name, *described) : *this;
  }

  std::string take() && {
    out_ += '}';
    return std::move(out_);
  }

 private:
  std::string out_ = "{";
};

}  // namespace recourse::routes
