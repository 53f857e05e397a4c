#include "tests/simulation/office.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "engine/policy/policy.h"
#include "engine/reactor/timers.h"

namespace recourse::simulation {
namespace {

namespace fs = std::filesystem;
const TenantId kTenant("default");
const Principal kTime{PrincipalId("sys_timer"), ActorType::system, Role::admin, {}};
const Principal kOutbox{PrincipalId("sys_outbox"), ActorType::system, Role::admin, {}};

/// Waits for as many answers as there were questions.
class Answers {
 public:
  explicit Answers(std::size_t count) : outcomes_(count), left_(count) {}
  void put(std::size_t at, Outcome outcome) {
    const std::lock_guard lock(mutex_);
    outcomes_[at].emplace(std::move(outcome));
    if (--left_ == 0) all_.notify_one();
  }
  std::vector<std::optional<Outcome>>& wait() {
    std::unique_lock lock(mutex_);
    all_.wait(lock, [this] { return left_ == 0; });
    return outcomes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_;
  std::vector<std::optional<Outcome>> outcomes_;
  std::size_t left_;
};

std::set<std::string> names_below(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) names.insert(fs::relative(entry.path(), directory).string());
  return names;
}

/// Table files are never changed once they are there, so a link is a copy of them.
void copy_as_found(const fs::path& from, const fs::path& to) {
  for (const std::string& name : names_below(from)) {
    const fs::path target = to / name;
    fs::create_directories(target.parent_path());
    std::error_code gone;
    if (target.extension() == ".sst")
      fs::create_hard_link(from / name, target, gone);
    else
      fs::copy_file(from / name, target, fs::copy_options::overwrite_existing, gone);
  }
}

}  // namespace

Office::Office(std::string directory, Timestamp start, std::uint64_t seed, Shop& shop)
    : directory_(std::move(directory)), clock_(start), draws_(seed), shop_(shop) {
  shop_.on_blackout = [this] {
    find();
    found_ = ledger_->head(ledger_id()).size;
  };
  open();
  if (!bootstrap(*writer_)) faults.emplace_back("the deployment was not made");
}

Office::~Office() { close(); }

void Office::open() {
  LedgerOptions place;
  place.data_dir = directory_ + "/data";
  place.kek_file = directory_ + "/kek";
  place.random = &keys_;
  place.clock = &clock_;
  ledger_ = std::move(Ledger::open(place)).value();
  views_ = std::move(ViewStore::open(place.data_dir)).value();
  writer_ = std::move(Writer::open(*ledger_, *views_, clock_, draws_)).value();
  signer_ = std::move(Signer::open(*ledger_, place.data_dir)).value();
  OutboxOptions in_turn;
  in_turn.threads = 0;
  in_turn.per_connector = 1'000;
  in_turn.committed = [this](const Committed& committed) { told_.push_back(committed); };
  outbox_ = std::make_unique<Outbox>(*writer_, shop_, in_turn);
  ++starts;
}

void Office::close() {
  outbox_.reset();
  writer_.reset();
  signer_.reset();
  views_.reset();
  ledger_.reset();
}

void Office::close_and_open() {
  if (!signer_->sign_round()) faults.emplace_back("heads were not signed");
  close();
  open();
}

void Office::lose_power() {
  find();
  come_back();
}

void Office::find() {
  const fs::path data = directory_ + "/data", found = directory_ + "/found";
  // Nothing is asked for at this moment, but rows may still be on their way, and files come and go
  // in the background: what is found has to be of one moment.
  for (;;) {
    fs::remove_all(found);
    const auto before = names_below(data);
    copy_as_found(data, found);
    if (names_below(data) == before && names_below(found) == before) break;
  }
}

void Office::come_back() {
  const fs::path data = directory_ + "/data", found = directory_ + "/found";
  close();
  fs::remove_all(data);
  fs::rename(found, data);
  open();
}

LedgerId Office::ledger_id() const { return ledger_->find_tenant(kTenant)->ledger; }

void Office::wait_for_rows() {
  const LogSize size = ledger_->head(ledger_id()).size;
  while (writer_->commits().applied(ledger_id()) < size) std::this_thread::yield();
}

void Office::watch(const std::string& command, const Principal& by, const Committed& committed) {
  model.begin({command, by, clock_.now()});
  for (const RecordedEvent& event : committed.events) {
    if (event.position.value() < seen_) faults.emplace_back("the log goes backwards");
    seen_ = event.position.value() + 1;
    model.see(event);
    if (const auto* e = get_if<IncidentOpened>(&event.data); e != nullptr && e->action)
      unknown.insert(*e->action);
    going_ = going_ || holds_alternative<RollbackStarted>(event.data);
  }
  model.end();
}

void Office::give(std::vector<Call> calls) {
  if (calls.empty()) return;
  Answers answers(calls.size());
  std::vector<Writer::Submission> together;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    WriteRequest request =
        command_request(kTenant, calls[i].by, calls[i].command, "jane@example.com");
    request.idempotency_key = calls[i].key;
    request.fingerprint = calls[i].key;
    together.push_back({std::move(request),
                        [&answers, i](Outcome outcome) { answers.put(i, std::move(outcome)); }});
  }
  writer_->submit(std::move(together));
  auto& outcomes = answers.wait();
  std::vector<std::pair<Position, std::size_t>> in_order;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ++commands;
    const Outcome& outcome = *outcomes[i];
    if (!outcome) ++refused;
    if (!outcome || outcome->events.empty()) continue;
    const Position first = outcome->events.front().position;
    if (!calls[i].key.empty()) {
      const auto [known, fresh] = answered_.emplace(calls[i].key, first);
      if (!fresh && !outcome->repeated) faults.emplace_back("done again: " + calls[i].key);
      if (!fresh && known->second != first) faults.emplace_back("another answer: " + calls[i].key);
    }
    if (outcome->repeated)
      ++repeated;
    else
      in_order.emplace_back(first, i);
  }
  std::sort(in_order.begin(), in_order.end());
  for (const auto& [position, i] : in_order)
    watch(std::string(name(calls[i].command)), calls[i].by, **outcomes[i]);
  for (const auto& [position, i] : in_order)
    for (const RecordedEvent& event : (**outcomes[i]).events) on_event(event);
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (calls[i].then) calls[i].then(*outcomes[i]);
}

void Office::fire_timers() {
  // The model knows what is due. Now and then the rows are asked all the same.
  const bool due_now = !model.due.empty() && model.due.begin()->first <= now();
  if (!due_now && !going_ && ++looks_ % 40 != 0) return;
  for (int rounds = 0;; ++rounds) {
    if (rounds == 100) {
      faults.emplace_back("timers come without an end");
      return;
    }
    wait_for_rows();
    auto due = due_commands(*views_, ledger_id(), now(), 1'000);
    if (!due) {
      faults.push_back("timers cannot be read: " + due.error().message);
      return;
    }
    // The model knows as well what is due.
    std::size_t expected = 0, timers = 0;
    for (const auto& [at, key] : model.due) {
      if (at > now()) break;
      ++expected;
    }
    std::vector<Call> calls;
    for (DueCommand& one : *due) {
      if (one.timer.empty()) continue;
      ++timers;
      Call call{kTime, std::move(one.command), "timer/" + one.timer, {}};
      call.then = [this, timer = one.timer](const Outcome& outcome) {
        if (!outcome) return;
        ++timers_fired;
        if (!fired_.insert(timer).second) faults.push_back("fired twice: " + timer);
      };
      calls.push_back(std::move(call));
    }
    if (timers != expected && timers < 1'000)
      faults.push_back(std::to_string(timers) + " timers are due, not " + std::to_string(expected));
    // Together, as they come due; what one does may take a later one's reason away.
    const bool fires = !calls.empty();
    give(std::move(calls));
    std::vector<Call> pieces;
    for (DueCommand& one : *due)
      if (one.timer.empty()) pieces.push_back({kTime, std::move(one.command), "", {}});
    const std::size_t before = refused, given = pieces.size();
    give(std::move(pieces));
    const bool went_on = refused - before < given;
    going_ = went_on;
    const bool more = !model.due.empty() && model.due.begin()->first <= now();
    if (!went_on && !(fires && more)) return;
  }
}

void Office::send_effects() {
  wait_for_rows();
  if (!outbox_->tick()) faults.emplace_back("what is to be sent cannot be read");
  std::vector<Committed> told = std::exchange(told_, {});
  // What the log had not yet when the lights went out never happened.
  if (shop_.dark)
    std::erase_if(told, [this](const Committed& one) {
      return one.events.front().position.value() >= found_.value();
    });
  sent += told.size();
  for (const Committed& one : told) watch("outbox", kOutbox, one);
  if (std::exchange(shop_.dark, false)) come_back();
  for (const Committed& one : told)
    for (const RecordedEvent& event : one.events) on_event(event);
}

}  // namespace recourse::simulation
