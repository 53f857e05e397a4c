#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "tools/soc2/chapter_writer.h"

namespace recourse::soc2 {

/// Watches that something is done regularly. A span in which it was not is a member of the
/// population that failed: the leaf after which the span was over. Spans before the period do not
/// count; the first one begins with the period.
class Spans {
 public:
  Spans(std::chrono::microseconds every, std::string code, std::string what)
      : every_(every), code_(std::move(code)), what_(std::move(what)) {}

  /// Each leaf of the period, in the order of times.
  void see(const Seen& seen, ChapterWriter& writer) {
    if (!since_) since_ = seen.event.time;
    if (seen.event.time - *since_ <= every_) return;
    // One for each span that is over, though nothing may have been recorded for long.
    const auto missed = (seen.event.time - *since_) / every_;
    const std::size_t number = writer.add(seen);
    writer.row(number).type = "span";
    writer.fail(number, code_,
                what_ + " It should have been after " + to_rfc3339(*since_ + every_) + "." +
                    (missed > 1 ? " " + std::to_string(missed) + " spans went by." : ""));
    since_ = *since_ + missed * every_;
  }
  /// It was done.
  void done(const Seen& seen) {
    if (seen.within()) since_ = seen.event.time;
  }

 private:
  std::chrono::microseconds every_;
  std::string code_, what_;
  std::optional<Timestamp> since_;
};

}  // namespace recourse::soc2
