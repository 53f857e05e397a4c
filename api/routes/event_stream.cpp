#include "api/routes/event_stream.h"

#include <spdlog/spdlog.h>

#include <mutex>

#include "tools/audit/leaf_tail.h"

namespace recourse::routes {
namespace {

constexpr std::chrono::seconds kQuiet{15};
constexpr std::size_t kChunkBytes = 64U << 10;

class EventStream final : public http::StreamSource {
 public:
  EventStream(App& app, LedgerId ledger, EventFilter filter, std::int64_t after)
      : app_(app), ledger_(ledger), filter_(std::move(filter)), after_(after), told_(after) {}

  void start(std::function<void()> wake) override {
    wake_ = std::make_shared<std::function<void()>>(std::move(wake));
    spoke_at_ = std::chrono::steady_clock::now();
    first_ = true;
  }

  Next next(std::string& out) override {
    if (ended_) return Next::end;
    const LogSize seen = app_.writer.commits().applied(ledger_);
    auto page = read_events(app_, ledger_, filter_, after_, 200, kChunkBytes);
    if (!page) {
      // A stream cannot take its status back: it ends, and the reader comes again.
      spdlog::error("an event stream ended: {}", page.error().message);
      ended_ = true;
      return Next::end;
    }
    const auto now = std::chrono::steady_clock::now();
    for (const EventPage::Event& event : page->events) append(out, event);
    if (!page->events.empty())
      told_ = static_cast<std::int64_t>(page->events.back().position.value());
    const bool moved = page->next_after > after_;
    after_ = page->next_after;
    if (page->events.empty() && after_ > told_) {
      out += "id: " + std::to_string(after_) +
             "\nevent: progress\ndata: {\"position\":" + std::to_string(after_) + "}\n\n";
      told_ = after_;
    }
    if (out.empty() && (first_ || now - spoke_at_ >= kQuiet)) out = ": \n\n";
    first_ = false;
    if (!out.empty()) {
      spoke_at_ = now;
      return Next::chunk;
    }
    if (!moved) wait(LogSize(seen.value() + 1));
    return moved ? next(out) : Next::later;
  }

  void closed() override { wake_.reset(); }
  bool endless() const override { return true; }

 private:
  static void append(std::string& out, const EventPage::Event& event) {
    const auto tail = leaf_tail(event.leaf);
    out += "id: " + std::to_string(event.position.value()) + "\nevent: ";
    out += tail ? tail->type : std::string_view("event");
    out += "\ndata: ";
    out += event.leaf;
    out += "\n\n";
  }

  void wait(LogSize size) {
    app_.waiters.wait(ledger_, size, spoke_at_ + kQuiet,
                      [weak = std::weak_ptr<std::function<void()>>(wake_)](bool) {
                        if (const auto wake = weak.lock()) (*wake)();
                      });
  }

  App& app_;
  const LedgerId ledger_;
  const EventFilter filter_;
  std::int64_t after_;
  std::int64_t told_;  ///< The reader's position.
  std::shared_ptr<std::function<void()>> wake_;
  Waiters::Time spoke_at_{};
  bool first_ = true;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<http::StreamSource> event_stream(App& app, LedgerId ledger, EventFilter filter,
                                                 std::int64_t after) {
  return std::make_shared<EventStream>(app, ledger, std::move(filter), after);
}

}  // namespace recourse::routes
