#include "tools/soc2/chapter_writer.h"

#include <algorithm>
#include <tuple>

namespace recourse::soc2 {
namespace {

constexpr std::string_view kOk = "ok", kExceptional = "exception", kNotTested = "not_tested";
constexpr std::string_view kOutsidePeriod = "outside_period";
/// A leaf may break a rule thousands of times; the sentence stays readable.
constexpr std::size_t kLongestSentence = 1200;

}  // namespace

std::string sequence_text(Position position) {
  std::string digits = std::to_string(position.value());
  return std::string(digits.size() < 16 ? 16 - digits.size() : 0, '0') + digits;
}

Row row_for(const Seen& seen) {
  const RecordedEvent& event = seen.event;
  Row row;
  row.index = event.position;
  row.leaf = seen.leaf;
  row.time = event.time;
  row.event = event.id.value();
  row.type = std::string(type_of(event.data));
  row.actor = event.actor.id.value();
  row.subject = event.subject.empty() ? event.stream : event.subject;
  row.result = std::string(kOk);
  row.meta = seen.meta;
  return row;
}

ChapterWriter::ChapterWriter(const Control& control) { chapter_.control = control; }

bool ChapterWriter::takes(const Seen& seen) {
  if (seen.place == Place::early || seen.place == Place::outside)
    exclude(std::string(kOutsidePeriod));
  return seen.within();
}

std::size_t ChapterWriter::add(const Seen& seen) {
  chapter_.rows.push_back(row_for(seen));
  return chapter_.rows.size() - 1;
}

Member ChapterWriter::member(const Seen& seen) {
  Member member;
  member.place = seen.place;
  if (takes(seen)) {
    member.at = add(seen);
  } else {
    member.row = row_for(seen);
  }
  return member;
}

Row& ChapterWriter::enter(Member& member) {
  if (member.place == Place::outside) return member.row;
  if (!member.at) {
    if (member.place == Place::early) {
      const auto counted = chapter_.excluded.find(std::string(kOutsidePeriod));
      if (--counted->second == 0) chapter_.excluded.erase(counted);
    }
    chapter_.rows.push_back(std::move(member.row));
    member.at = chapter_.rows.size() - 1;
  }
  return chapter_.rows[*member.at];
}

void ChapterWriter::exclude(const std::string& reason, std::uint64_t count) {
  chapter_.excluded[reason] += count;
}

void ChapterWriter::fail(std::size_t number, std::string_view code, const std::string& what) {
  Row& failed = chapter_.rows[number];
  if (failed.result != kExceptional) failed.code = std::string(code);
  failed.result = std::string(kExceptional);
  except(failed, code, what);
}

void ChapterWriter::fail(Member& member, std::string_view code, const std::string& what) {
  if (member.place == Place::outside) return;
  enter(member);
  fail(*member.at, code, what);
}

void ChapterWriter::fail_at(const Seen& seen, std::string_view code, const std::string& what) {
  if (seen.within()) except(row_for(seen), code, what);
}

void ChapterWriter::leave(std::size_t number, std::string_view why) {
  Row& left = chapter_.rows[number];
  if (left.result == kExceptional) return;
  left.result = std::string(kNotTested);
  left.code = std::string(why);
}

void ChapterWriter::leave(Member& member, std::string_view why) {
  if (member.place == Place::outside) return;
  enter(member);
  leave(*member.at, why);
}

void ChapterWriter::note(std::string text) { chapter_.notes.push_back(std::move(text)); }

void ChapterWriter::indicate(std::string name, std::string value, std::string note) {
  chapter_.indicators.push_back({std::move(name), std::move(value), std::move(note)});
}

void ChapterWriter::except(const Row& row, std::string_view code, const std::string& what) {
  Exception found;
  found.control = chapter_.control.id;
  found.id = found.control + (row.meta ? "/meta/" : "/") + sequence_text(row.index);
  const auto [known, is_new] = known_.emplace(found.id, chapter_.exceptions.size());
  if (!is_new) {
    std::string& told = chapter_.exceptions[known->second].what;
    if (told.size() + what.size() < kLongestSentence) told += " " + what;
    return;
  }
  found.code = std::string(code);
  found.index = row.index;
  found.time = row.time;
  found.subject = row.subject;
  found.what = what;
  found.meta = row.meta;
  chapter_.exceptions.push_back(std::move(found));
}

Chapter ChapterWriter::finish() && {
  std::stable_sort(chapter_.rows.begin(), chapter_.rows.end(), [](const Row& a, const Row& b) {
    return std::tuple(a.meta, a.index) < std::tuple(b.meta, b.index);
  });
  std::sort(chapter_.exceptions.begin(), chapter_.exceptions.end(),
            [](const Exception& a, const Exception& b) { return a.id < b.id; });
  if (!chapter_.exceptions.empty()) {
    chapter_.result = Result::exceptions;
  } else if (!chapter_.rows.empty()) {
    const bool tested = std::any_of(chapter_.rows.begin(), chapter_.rows.end(),
                                    [](const Row& row) { return row.result != "not_tested"; });
    chapter_.result = tested ? Result::passed : Result::not_tested;
  }
  return std::move(chapter_);
}

}  // namespace recourse::soc2
