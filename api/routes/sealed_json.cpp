#include "api/routes/sealed_json.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <functional>

#include "engine/event/canonical_json.h"

namespace recourse::routes {
namespace {

constexpr std::string_view kMarker = R"({"$sealed":{)";

/// Past the closing quote of the string that begins at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (const std::size_t begin = ++at; at < json.size(); ++at) {
    at = json.find('"', at);
    if (at == std::string_view::npos) break;
    // It ends the string unless an odd number of backslashes stands before it.
    std::size_t back = at;
    while (back > begin && json[back - 1] == '\\') --back;
    if ((at - back) % 2 == 0) return at + 1;
  }
  return json.size();
}

/// Past the closing braces of the seal that begins at `at`.
std::size_t end_of_seal(std::string_view json, std::size_t at) {
  int depth = 0;
  while (at < json.size()) {
    if (json[at] == '"') {
      at = end_of_string(json, at);
      continue;
    }
    if (json[at] == '{') ++depth;
    if (json[at] == '}' && --depth == 0) return at + 1;
    ++at;
  }
  return json.size();
}

/// The text member `name` of a seal; these values need no escapes.
std::string_view member(std::string_view seal, std::string_view name) {
  // One member after the other: `"name":"` could also be what the text before ends with.
  for (std::size_t at = kMarker.size(); at < seal.size() && seal[at] == '"';) {
    const std::size_t name_end = end_of_string(seal, at);
    const std::string_view found = seal.substr(at + 1, name_end - at - 2);
    const std::size_t value = name_end + 1;
    if (value >= seal.size() || seal[value] != '"') break;
    const std::size_t end = end_of_string(seal, value);
    if (found == name) return seal.substr(value + 1, end - value - 2);
    at = end + 1;
  }
  return {};
}

/// Where a value stands: the names and indexes on the way to it.
class Path {
 public:
  struct Frame {
    bool array;
    std::size_t index = 0;
    std::string_view name;  ///< As it stands in the text, still escaped.
  };
  std::vector<Frame> frames;

  std::string pointer() const {
    std::string out;
    for (const Frame& frame : frames)
      out += '/' + (frame.array ? std::to_string(frame.index) : std::string(frame.name));
    return out;
  }
};

using Replace = std::function<Result<std::string>(std::string_view seal, const Path& path)>;

/// `json` with every seal replaced.
Result<std::string> replace_seals(std::string_view json, const Replace& replace) {
  std::string out;
  out.reserve(json.size());
  Path path;
  bool name_next = false;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '{' && json.substr(at).starts_with(kMarker)) {
      const std::size_t end = end_of_seal(json, at);
      RECOURSE_LET(const std::string shown, replace(json.substr(at, end - at), path));
      out += shown;
      at = end;
      continue;
    }
    if (c == '"') {
      const std::size_t end = end_of_string(json, at);
      if (name_next) path.frames.back().name = json.substr(at + 1, end - at - 2);
      name_next = false;
      out += json.substr(at, end - at);
      at = end;
      continue;
    }
    if (c == '{' || c == '[') path.frames.push_back({c == '[', 0, {}});
    if (c == '{') name_next = true;
    if ((c == '}' || c == ']') && !path.frames.empty()) path.frames.pop_back();
    if (c == ',' && !path.frames.empty()) {
      name_next = !path.frames.back().array;
      ++path.frames.back().index;
    }
    out += c;
    ++at;
  }
  return out;
}

struct At {
  std::uint64_t position = 0, ordinal = 0;
};
std::optional<At> parse_at(std::string_view text) {
  At at;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), text.data() + dot, at.position);
  const auto second = std::from_chars(text.data() + dot + 1, end, at.ordinal);
  if (first.ec != std::errc() || second.ec != std::errc() || second.ptr != end) return std::nullopt;
  return at;
}

/// Replaces by what `texts` has, and collects what it has not.
Result<std::string> shown(std::string_view seal, const Path& path, const At& at,
                          const OpenedTexts& texts, std::vector<std::string>& erased) {
  const auto text = texts.find(at.position, at.ordinal);
  if (!text) {
    erased.push_back(path.pointer());
    return std::string("null");
  }
  if (to_base64(as_text(text->commitment)) != member(seal, "c"))
    return Error{ErrorCode::corrupt, "the sealed value " + path.pointer() + " of event " +
                                         std::to_string(at.position) +
                                         " is not what its commitment binds"};
  return std::string(text->json);
}

/// Appends `json` with its seals replaced as long as every text is there and the right one: nobody
/// needs to know then where in the JSON it stands. False otherwise, with `out` half written.
template <class PlaceOf>
bool append_when_all_open(std::string& out, std::string_view json, const OpenedTexts& texts,
                          const PlaceOf& place_of) {
  std::string commitment;
  for (std::size_t at = 0;;) {
    const std::size_t found = json.find(kMarker, at);
    if (found == std::string_view::npos) {
      out += json.substr(at);
      return true;
    }
    const std::size_t end = end_of_seal(json, found);
    const std::string_view seal = json.substr(found, end - found);
    const At place = place_of(seal);
    const auto text = texts.find(place.position, place.ordinal);
    if (!text) return false;
    commitment.clear();
    append_base64(commitment, as_text(text->commitment));
    if (commitment != member(seal, "c")) return false;
    out += json.substr(at, found - at);
    out += text->json;
    at = end;
  }
}

At place_in_row(std::string_view seal) { return parse_at(member(seal, "at")).value_or(At{}); }

void add_erased(std::string& object, const std::vector<std::string>& erased) {
  if (erased.empty() || !object.ends_with('}')) return;
  object.pop_back();
  object += object.size() > 1 ? ",\"erased\":[" : "\"erased\":[";
  for (std::size_t i = 0; i < erased.size(); ++i) {
    if (i > 0) object += ',';
    append_canonical_string(object, erased[i]);
  }
  object += "]}";
}

}  // namespace

void append_with_seals_shown(std::string& out, std::string_view row) {
  for (std::size_t at = 0;;) {
    const std::size_t found = row.find(kMarker, at);
    if (found == std::string_view::npos) {
      out += row.substr(at);
      return;
    }
    out += row.substr(at, found - at);
    const std::size_t end = end_of_seal(row, found);
    out += R"({"sealed":true,)";
    // The inner object's members without its braces, then the one brace that is left.
    out += row.substr(found + kMarker.size(), end - found - kMarker.size() - 1);
    at = end;
  }
}

std::string with_seals_shown(std::string_view row) {
  std::string out;
  append_with_seals_shown(out, row);
  return out;
}

void OpenedTexts::add(const OpenedView& value) {
  const std::uint64_t place = value.position.value() << 16 | value.ordinal;
  if (entries_.empty()) {  // What a ticket has, so that nothing moves while it is read.
    entries_.reserve(64);
    all_.reserve(8 << 10);
  }
  if (entries_.empty() || place < entries_.back().place) runs_.push_back(entries_.size());
  entries_.push_back({place, all_.size(), value.json.size(), value.commitment});
  all_ += value.json;
}

void OpenedTexts::replace(Position position, SealedOrdinal ordinal, std::string_view json) {
  const Entry* const found = entry_at(position.value() << 16 | ordinal);
  if (found == nullptr) return;
  Entry& entry = entries_[static_cast<std::size_t>(found - entries_.data())];
  entry.begin = all_.size();
  entry.size = json.size();
  all_ += json;
}

std::optional<OpenedTexts::Text> OpenedTexts::find(std::uint64_t position,
                                                   std::uint64_t ordinal) const {
  const Entry* const found = entry_at(position << 16 | ordinal);
  if (found == nullptr) return std::nullopt;
  return Text{std::string_view(all_).substr(found->begin, found->size), found->commitment};
}

const OpenedTexts::Entry* OpenedTexts::entry_at(std::uint64_t place) const {
  const auto from = [&](std::size_t begin) {
    return entries_.begin() + static_cast<std::ptrdiff_t>(begin);
  };
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const auto end = run + 1 < runs_.size() ? from(runs_[run + 1]) : entries_.end();
    const auto at = std::lower_bound(
        from(runs_[run]), end, place,
        [](const Entry& entry, std::uint64_t wanted) { return entry.place < wanted; });
    if (at != end && at->place == place) return &*at;
  }
  return nullptr;
}

Status append_with_texts(std::string& out, std::string_view row, const OpenedTexts& texts) {
  const std::size_t before = out.size();
  if (append_when_all_open(out, row, texts, place_in_row)) return {};
  out.resize(before);
  std::vector<std::string> erased;
  RECOURSE_LET(std::string shown_row,
               replace_seals(row, [&](std::string_view seal, const Path& path) {
                 return shown(seal, path, place_in_row(seal), texts, erased);
               }));
  add_erased(shown_row, erased);
  out += shown_row;
  return {};
}

Result<std::string> with_texts(std::string_view row, const OpenedTexts& texts) {
  std::string out;
  RECOURSE_TRY(append_with_texts(out, row, texts));
  return out;
}

Result<std::string> leaf_with_texts(std::string_view leaf, Position position,
                                    const OpenedTexts& texts) {
  std::vector<std::string> erased;
  std::uint64_t ordinal = 0;
  RECOURSE_LET(std::string out, replace_seals(leaf, [&](std::string_view seal, const Path& path) {
                 return shown(seal, path, At{position.value(), ordinal++}, texts, erased);
               }));
  add_erased(out, erased);
  return out;
}

}  // namespace recourse::routes
