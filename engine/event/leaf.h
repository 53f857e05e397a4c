#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/id.h"
#include "engine/event/catalogue.h"

namespace recourse {

struct Upcaster;

constexpr std::size_t kMaxLeafBytes = 65'535;  ///< So that a length fits tlog-tiles' uint16.

/// Who does something, and which person answers for it when it is a machine.
struct Actor {
  ActorType type = ActorType::system;
  PrincipalId id{"sys_recourse"};
  bool operator==(const Actor&) const = default;
};

/// An event that was decided but has no place in a ledger yet.
struct NewEvent {
  std::string stream;   ///< Id of the aggregate: tkt_, act_, apr_, ... or the origin.
  std::string subject;  ///< The ticket it belongs to; empty for none.
  Actor actor;
  std::string causation;    ///< Id of the event that caused it; empty for none.
  std::string correlation;  ///< run_ id; empty for none.
  EventData data;
};

/// An event in its ledger. Its canonical line is the leaf: what is stored, hashed and exported.
struct RecordedEvent {
  EventId id;
  std::string source;  ///< The ledger's origin.
  Position position;
  Timestamp time;  ///< When it was recorded; never decreases in a ledger.
  Actor actor;
  std::string stream;
  std::int64_t stream_version = 0;  ///< From 0 within its stream.
  std::string subject;
  std::string causation;
  std::string correlation;
  std::string retention = "ops-7y";
  EventData data;
};

/// The leaf of `event`, RFC 8785 canonical and a CloudEvents 1.0 structured event, without line
/// feed. Sealed values must have their commitments.
std::string write_leaf(const RecordedEvent& event);

/// Reads a leaf after upcasting it to the newest version of its type. Errors: `invalid` when it is
/// not such a line, `unsupported` for a type or member that this program does not know.
Result<RecordedEvent> read_leaf(std::string_view line);
/// The same with `steps` in place of upcasters().
Result<RecordedEvent> read_leaf(std::string_view line, std::span<const Upcaster> steps);

/// read_leaf() for folds over many leaves: `event` is used again and again, so that its texts keep
/// their room, and what its type calls kNotFolded stays unread. After an error it holds anything.
Status read_for_fold(std::string_view line, RecordedEvent& event);

/// What a scan needs, read without the data: type, time, actor, stream, subject, position.
struct LeafHead {
  EventId id;
  std::string source, type, stream, subject;
  Position position;
  Timestamp time;
  Actor actor;
};
Result<LeafHead> read_leaf_head(std::string_view line);

/// Visits each sealed value of `data` in document order with its JSON pointer from the leaf's root,
/// such as /data/args. The order numbers the event's vault records.
void for_each_sealed(EventData& data,
                     const std::function<void(const std::string& pointer, Sealed&)>& visit);
/// The same order without the pointers, which cost more than the visit.
void for_each_sealed(const EventData& data, const std::function<void(const Sealed&)>& visit);

/// The canonical JSON of an event's data alone.
std::string data_json(const EventData& data);

}  // namespace recourse
