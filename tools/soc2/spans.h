#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/soc2/chapter_writer.h"

namespace recourse::soc2 {

/// Watches that each of some things is done regularly. A span in which one was not is a member of
/// the population that failed: the first leaf of the period at which it was over, or the period's
/// last leaf when it was over only at the end. It began when the thing was done last, before the
/// period too, or else with the log.
class Spans {
 public:
  /// `things`: what has to be done, each by itself; a single one needs no name.
  Spans(std::chrono::microseconds every, std::string code, std::string what,
        const std::vector<std::string>& things = {""})
      : every_(every), code_(std::move(code)), what_(std::move(what)) {
    for (const std::string& thing : things) since_.emplace(thing, std::nullopt);
  }

  /// Each leaf, in the order of times, before what it says was done.
  void see(const Seen& seen, ChapterWriter& writer) {
    if (seen.place == Place::outside) return;
    if (!seen.meta && !begun_) {
      begun_ = true;
      for (auto& [thing, since] : since_)
        if (!since) since = seen.event.time;
      find_next();
    }
    if (seen.within() && is_over(seen.event.time)) judge(seen.event.time, row_for(seen), writer);
  }
  /// It was done.
  void done(const Seen& seen, const std::string& thing = "") {
    const auto found = since_.find(thing);
    if (found == since_.end() || seen.place == Place::outside) return;
    found->second = seen.event.time;
    find_next();
  }
  /// The period ended at `end`; `last` is the latest leaf up to there.
  void finish(Timestamp end, const Row& last, ChapterWriter& writer) {
    if (is_over(end)) judge(end, last, writer);
  }

 private:
  bool is_over(Timestamp time) const { return begun_ && oldest_ && time - *oldest_ > every_; }

  void find_next() {
    oldest_.reset();
    for (const auto& [thing, since] : since_)
      if (since) oldest_ = oldest_ ? std::min(*oldest_, *since) : *since;
  }

  void judge(Timestamp now, const Row& at, ChapterWriter& writer) {
    for (auto& [thing, since] : since_) {
      if (!since || now - *since <= every_) continue;
      // One for all spans that are over, though nothing may have been recorded for long.
      const auto missed = (now - *since) / every_;
      Member member{at, {}, Place::within};
      member.row.type = "span";
      if (!thing.empty()) member.row.subject = thing;
      writer.fail(member, code_,
                  what_ + (thing.empty() ? "" : ": " + thing) + ". It should have been after " +
                      to_rfc3339(*since + every_) + "." +
                      (missed > 1 ? " " + std::to_string(missed) + " spans went by." : ""));
      *since += missed * every_;
    }
    find_next();
  }

  std::chrono::microseconds every_;
  std::string code_, what_;
  std::map<std::string, std::optional<Timestamp>> since_;
  std::optional<Timestamp> oldest_;  ///< Of these.
  bool begun_ = false;
};

}  // namespace recourse::soc2
