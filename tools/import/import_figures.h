#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/event/leaf.h"
#include "tools/import/import.h"

namespace recourse {

/// The figures that the owner of a source can compare with his own, counted from the events that
/// stand for its records. Threads: one.
class ImportFigures {
 public:
  void add(const RecordedEvent& event);

  /// What only the source can tell: messages and ids of calls are not events of their own.
  void add_messages(std::uint64_t count) { messages_ += count; }
  void add_call_id(const std::string& id) { call_ids_.insert(id); }
  void add_wrong_writes(std::uint64_t count) { wrong_writes_ += count; }

  /// Events by type without `recourse.` and the version.
  std::map<std::string, std::uint64_t, std::less<>> events() const;
  std::vector<CheckFigure> check_figures(ImportFormat format) const;

 private:
  void on(const TicketAssigned& assigned);
  void on(const TicketStatusChanged& changed);
  void on(const ActionProposed& proposed);
  void on(const EffectRejected& rejected) { failed(rejected.action); }
  void on(const EffectOutcomeUnknown& unknown) { failed(unknown.action); }
  void on(const RunFinished& finished);
  template <class Other>
  void on(const Other&) {}
  void failed(const ActionId& action);
  std::uint64_t count(std::string_view type) const;

  std::map<std::string_view, std::uint64_t> by_type_;  // Keys are of the catalogue.
  std::uint64_t assigned_at_opening_ = 0, resolved_ = 0, closed_ = 0;
  ActionId last_write_;  // What comes back stands right behind a call.
  std::uint64_t writes_ = 0, failed_writes_ = 0, handoffs_ = 0, unknown_tools_ = 0;
  std::uint64_t arguments_not_json_ = 0, reward_1_ = 0, failed_runs_ = 0;
  std::uint64_t messages_ = 0, wrong_writes_ = 0;
  std::set<std::string> call_ids_;
};

}  // namespace recourse
