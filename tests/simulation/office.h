#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "engine/reactor/outbox.h"
#include "engine/writer/writer.h"
#include "tests/property/oversight/model.h"
#include "tests/simulation/shop.h"

namespace recourse::simulation {

/// A deployment on a disk, with a clock that the simulation turns. Every answer goes past the model
/// of the oversight in the order of the log. It can be closed and opened, and it can lose power.
class Office {
 public:
  /// `seed`: of the ids that decisions draw, since order follows them. `shop` outlives the office.
  Office(std::string directory, Timestamp start, std::uint64_t seed, Shop& shop);
  ~Office();

  struct Call {
    Principal by;
    Command command;
    std::string key;  ///< Of idempotency; empty for none.
    std::function<void(const Outcome&)> then;
  };
  /// All of them together, as they come in within one slice of time; then their answers, in order.
  void give(std::vector<Call> calls);
  /// Fires what is due, each timer once and in the order of their moments.
  void fire_timers();
  /// Sends what connectors have to send and looks up what they lost sight of, one after the other.
  void send_effects();

  /// Stops in order and starts again.
  void close_and_open();
  /// What is on the disk at this moment is all that is left.
  void lose_power();

  Timestamp now() const { return clock_.now(); }
  void set(Timestamp time) { clock_.set(time); }

  LedgerId ledger_id() const;
  Ledger& ledger() { return *ledger_; }
  ViewStore& views() { return *views_; }
  Signer& signer() { return *signer_; }
  /// Rows have caught up with the log.
  void wait_for_rows();

  model::Model model;
  std::set<ActionId> unknown;       ///< People were told that nobody knows what became of it.
  std::vector<std::string> faults;  ///< Of the office's own: timers, repeats.
  std::size_t commands = 0, refused = 0, repeated = 0, timers_fired = 0, sent = 0, starts = 0;
  /// What happened, to whoever goes on with it.
  std::function<void(const RecordedEvent&)> on_event;

 private:
  void open();
  void close();
  void watch(const std::string& command, const Principal& by, const Committed& committed);
  /// What is on the disk at this moment.
  void find();
  /// Goes on with what was found.
  void come_back();

  std::string directory_;
  ManualClock clock_;
  SystemRandom keys_;  ///< What is sealed says nothing to anybody here.
  SeededRandom draws_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ViewStore> views_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Signer> signer_;
  Shop& shop_;
  std::unique_ptr<Outbox> outbox_;
  std::vector<Committed> told_;               ///< By the outbox.
  LogSize found_;                             ///< Of the log, when the lights went out.
  std::map<std::string, Position> answered_;  ///< First event by idempotency key.
  std::set<std::string> fired_;
  std::uint64_t seen_ = 0, looks_ = 0;
  bool going_ = false;  ///< A rollback may have pieces left.
};

}  // namespace recourse::simulation
