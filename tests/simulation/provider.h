#pragma once

#include <map>
#include <string>

namespace recourse::simulation {

/// What is outside: it keeps its promise about idempotency keys, and counts what it really did, so
/// that whoever asks for the same thing under another key is found out.
class Provider {
 public:
  /// Does or undoes a thing, unless it has had this key before.
  void act(const std::string& key, const std::string& thing, bool undo) {
    if (++calls_[key] > 1) return;
    ++(undo ? undone_ : done_)[thing];
  }
  bool has_had(const std::string& key) const { return calls_.contains(key); }
  int done(const std::string& thing) const { return count(done_, thing); }
  int undone(const std::string& thing) const { return count(undone_, thing); }

  std::size_t keys() const { return calls_.size(); }
  std::size_t repeats() const {
    std::size_t all = 0;
    for (const auto& [key, calls] : calls_) all += static_cast<std::size_t>(calls - 1);
    return all;
  }
  /// Things that were done, or undone, more than once.
  std::size_t doubled() const {
    std::size_t all = 0;
    for (const auto* counts : {&done_, &undone_})
      for (const auto& [thing, times] : *counts) all += times > 1 ? 1 : 0;
    return all;
  }

 private:
  static int count(const std::map<std::string, int>& counts, const std::string& thing) {
    const auto found = counts.find(thing);
    return found != counts.end() ? found->second : 0;
  }
  std::map<std::string, int> calls_, done_, undone_;
};

}  // namespace recourse::simulation
