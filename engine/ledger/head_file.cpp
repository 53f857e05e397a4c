#include "engine/ledger/head_file.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace recourse {
namespace {

constexpr std::string_view kMagic = "RCSHEAD1";
constexpr std::size_t kEpochAt = 8;
constexpr std::size_t kNumberAt = 16;
constexpr std::size_t kCommitAt = 24;
constexpr std::size_t kUsed = 56;
constexpr std::size_t kChecksumAt = kHeadSlotBytes - 8;

std::string encode(const Anchor& anchor) {
  std::string slot(kMagic);
  put_u64(slot, anchor.epoch);
  put_u64(slot, anchor.number);
  slot.append(as_text(anchor.commit));
  RECOURSE_ASSERT(slot.size() == kUsed, "the fields of a HEAD slot have fixed places");
  slot.resize(kChecksumAt, '\0');
  put_u64(slot, checksum(slot));
  return slot;
}

std::optional<Anchor> decode(std::string_view slot) {
  if (slot.size() < kHeadSlotBytes || !slot.starts_with(kMagic)) return std::nullopt;
  if (get_u64(slot.substr(kChecksumAt)) != checksum(slot.substr(0, kChecksumAt)))
    return std::nullopt;
  Anchor anchor;
  anchor.epoch = get_u64(slot.substr(kEpochAt));
  anchor.number = get_u64(slot.substr(kNumberAt));
  std::copy_n(as_bytes(slot.substr(kCommitAt)), anchor.commit.size(), anchor.commit.begin());
  return anchor;
}

struct Slot {
  Anchor anchor;
  unsigned index;
};

Result<Slot> newest(const std::filesystem::path& path) {
  RECOURSE_LET(const std::string bytes, read_file(path));
  std::optional<Slot> found;
  bool newer_program = false;
  for (unsigned index = 0; index < 2; ++index) {
    const std::size_t at = index * kHeadSlotDistance;
    if (bytes.size() < at) break;
    const std::string_view slot = std::string_view(bytes).substr(at, kHeadSlotBytes);
    const auto anchor = decode(slot);
    newer_program |= slot.starts_with(kMagic.substr(0, 7)) && !slot.starts_with(kMagic);
    if (!anchor) continue;
    const auto age = [](const Anchor& a) { return std::pair(a.epoch, a.number); };
    if (!found || age(found->anchor) < age(*anchor)) found = Slot{*anchor, index};
  }
  if (found) return *found;
  if (newer_program)
    return Error{ErrorCode::unsupported, path.string() + " was written by a newer program"};
  return Error{ErrorCode::corrupt, "neither slot of " + path.string() +
                                       " is whole, so nobody can tell what was acknowledged"};
}

}  // namespace

HeadFile::HeadFile(OpenFile file, Anchor anchor, unsigned slot)
    : file_(std::move(file)), anchor_(anchor), slot_(slot) {}

Result<Anchor> HeadFile::read(const std::filesystem::path& path) {
  Result<Slot> slot = newest(path);
  // A running server may have been writing one slot while this read it, and the other one while
  // this read on.
  for (int again = 0; again < 3 && !slot && slot.error().code == ErrorCode::corrupt; ++again)
    slot = newest(path);
  if (!slot) return slot.error();
  return slot->anchor;
}

Result<HeadFile> HeadFile::open(const std::filesystem::path& path) {
  RECOURSE_LET(const Slot slot, newest(path));
  RECOURSE_LET(OpenFile file, OpenFile::open(path, O_RDWR));
  return HeadFile(std::move(file), slot.anchor, slot.index);
}

Result<HeadFile> HeadFile::create(const std::filesystem::path& path, const Anchor& anchor) {
  std::string bytes = encode(anchor);
  bytes.resize(kHeadSlotDistance, '\0');
  bytes += encode(anchor);
  RECOURSE_TRY(replace_file(path, bytes));
  return open(path);
}

Status HeadFile::write(const Anchor& anchor) {
  const unsigned next = 1 - slot_;
  RECOURSE_TRY(file_.write_at(next * kHeadSlotDistance, encode(anchor)));
  RECOURSE_TRY(file_.sync());
  slot_ = next;
  anchor_ = anchor;
  return {};
}

}  // namespace recourse
