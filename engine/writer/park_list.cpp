#include "engine/writer/park_list.h"

#include <algorithm>

#include "engine/ledger/durable_file.h"
#include "engine/writer/decision_state.h"

namespace recourse {
namespace {

constexpr std::string_view kPrefix = "recourse.";
constexpr std::size_t kLongest = 100;

Status check_type(std::string_view type) {
  const bool good = type.size() <= kLongest && type.starts_with(kPrefix) &&
                    std::all_of(type.begin(), type.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                             c == '.';
                    });
  if (!good)
    return Error{ErrorCode::invalid, std::string(type.substr(0, kLongest)) +
                                         " is no type of event; one is " +
                                         std::string(TicketOpened::kType)};
  // Its own record could not be left out without another one of the same kind.
  if (type == ProjectionEventParked::kType)
    return Error{ErrorCode::invalid, "events of the type " + std::string(type) +
                                         " say what is left out, so they cannot be left out"};
  return {};
}

std::string_view name_of_decision_state() {
  static const std::string_view name = all_projections().front().name;
  return name;
}

}  // namespace

Status ParkList::open(const std::string& file) {
  const std::lock_guard lock(mutex_);
  file_ = file;
  if (file.empty()) return {};
  const auto text = read_file(file);
  if (!text && text.error().code == ErrorCode::not_found) return {};
  if (!text) return text.error();
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    const std::string line = text->substr(at, end - at);
    at = end + 1;
    if (line.empty()) continue;
    if (const Status good = check_type(line); !good)
      return Error{ErrorCode::invalid, file + ": " + good.error().message};
    types_.insert(line);
  }
  return {};
}

Status ParkList::add(std::span<const std::string> types) {
  for (const std::string& type : types) RECOURSE_TRY(check_type(type));
  const std::lock_guard lock(mutex_);
  auto all = types_;
  all.insert(types.begin(), types.end());
  if (all.size() == types_.size()) return {};
  if (!file_.empty()) {
    std::string text;
    for (const std::string& type : all) text += type + '\n';
    RECOURSE_TRY(replace_file(file_, text));
  }
  types_ = std::move(all);
  return {};
}

std::vector<std::string> ParkList::types() const {
  const std::lock_guard lock(mutex_);
  return {types_.begin(), types_.end()};
}

void ParkList::apply(const RecordedEvent& event) {
  const auto* const parked = get_if<ProjectionEventParked>(&event.data);
  if (parked == nullptr) return;
  const std::lock_guard lock(mutex_);
  const Place where =
      place(parked->projection.text, LedgerId(static_cast<std::uint32_t>(parked->ledger)),
            Position(static_cast<std::uint64_t>(parked->position)));
  recorded_.insert(where);
  on_the_way_.erase(where);
}

Status ParkList::learn(const Ledger& ledger) {
  const LedgerId meta(0);
  Status unreadable;
  RECOURSE_TRY(ledger.scan(meta, Position(0), Position(ledger.head(meta).size.value()),
                           [&](Position, std::string_view leaf) {
                             if (leaf.find(ProjectionEventParked::kType) == leaf.npos) return true;
                             const auto event = read_leaf(leaf);
                             if (event) apply(*event);
                             if (!event) unreadable = event.error();
                             return event.ok();
                           }));
  return unreadable;
}

bool ParkList::leaves_out(std::string_view projection, LedgerId ledger, Position position,
                          std::string_view type) const {
  if (projection == name_of_decision_state()) return false;
  const std::lock_guard lock(mutex_);
  return types_.contains(type) || recorded_.contains(place(projection, ledger, position));
}

bool ParkList::begin_recording(std::string_view projection, LedgerId ledger, Position position) {
  const std::lock_guard lock(mutex_);
  const Place where = place(projection, ledger, position);
  return !recorded_.contains(where) && on_the_way_.insert(where).second;
}

void ParkList::end_recording(std::string_view projection, LedgerId ledger, Position position) {
  const std::lock_guard lock(mutex_);
  on_the_way_.erase(place(projection, ledger, position));
}

ParkList::Place ParkList::place(std::string_view projection, LedgerId ledger, Position position) {
  return {std::string(projection), ledger.value(), position.value()};
}

}  // namespace recourse
