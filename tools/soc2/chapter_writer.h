#pragma once

#include <map>
#include <string>

#include "tools/soc2/package.h"
#include "tools/soc2/seen.h"

namespace recourse::soc2 {

/// Something that a control is about and whose fate is known only later. One from before the period
/// enters the population when what happens within it concerns it.
struct Member {
  Row row;  ///< Until it has a place in the population.
  std::optional<std::size_t> at;
  Place place = Place::before;
};

/// Writes the chapter of one control while the leaves go by. Threads: one.
class ChapterWriter {
 public:
  explicit ChapterWriter(const Control& control);

  /// Whether the leaf is in the period; counts it as excluded when only its time keeps it out.
  bool takes(const Seen& seen);
  /// Adds a member that is ok so far. REQUIRES: seen.within().
  std::size_t add(const Seen& seen);
  Member member(const Seen& seen);
  /// Its row, which enters the population unless it is there. Rows move: do not keep it.
  Row& enter(Member& member);
  Row& row(std::size_t number) { return chapter_.rows[number]; }
  const Row& row(std::size_t number) const { return chapter_.rows[number]; }
  /// The row of a member, wherever it is.
  Row& row_of(Member& member) { return member.at ? row(*member.at) : member.row; }
  const Row& row_of(const Member& member) const { return member.at ? row(*member.at) : member.row; }

  void exclude(const std::string& reason, std::uint64_t count = 1);
  /// The member is an exception. The first code stays; one leaf has one exception, which tells all.
  void fail(std::size_t number, std::string_view code, const std::string& what);
  void fail(Member& member, std::string_view code, const std::string& what);
  /// What breaks the rule is another leaf than the member. Only within the period.
  void fail_at(const Seen& seen, std::string_view code, const std::string& what);
  /// Nothing can be said yet, or at all.
  void leave(Member& member, std::string_view why);
  void leave(std::size_t number, std::string_view why);

  void note(std::string text);
  void indicate(std::string name, std::string value, std::string note);

  /// The chapter with its result, without deviation and sample.
  Chapter finish() &&;

 private:
  void except(const Row& row, std::string_view code, const std::string& what);

  Chapter chapter_;
  std::map<std::string, std::size_t> known_;  ///< Id of an exception -> its index.
};

/// The row of a leaf.
Row row_for(const Seen& seen);

}  // namespace recourse::soc2
