#pragma once

#include <functional>
#include <random>
#include <set>

#include "engine/reactor/tool_port.h"
#include "tests/simulation/provider.h"

namespace recourse::simulation {

/// The way to the provider that connectors take: it turns things away, is busy, loses answers, and
/// now and then the lights go out while somebody waits for one. Threads: one.
class Shop final : public ToolPort {
 public:
  Shop(Provider& provider, std::uint64_t seed) : provider_(provider), random_(seed) {}

  ToolAnswer run(const ToolCall& call) override {
    if (dark) return {};
    ++asked;
    if (!keys_.insert(call.provider_key).second) ++asked_twice;
    const bool undo = call.undoes.has_value();
    const auto act = [&] {
      provider_.act(call.provider_key, "thing of " + call.action.value(), undo);
    };
    const int how = draw();
    ToolAnswer answer;  // Unknown, as long as it says nothing else.
    if (how < 72) {
      act();
      if (draw() < 5) act();  // It hears the same call twice.
      answer.outcome = EffectOutcome::succeeded;
      answer.provider_ref = "ref";
      return answer;
    }
    if (how < 84) {
      answer.outcome = EffectOutcome::failed;
      answer.retryable = how < 80;
      answer.code = answer.retryable ? "busy" : "refused";
      if (answer.retryable && draw() < 50) answer.retry_after_s = 60;
      return answer;
    }
    if (how < 99 || draw() < 60) {
      if (how < 93) act();
      answer.code = "timeout";
      return answer;
    }
    const bool before = draw() < 50;
    if (before) act();
    ++blackouts;
    dark = true;
    on_blackout();
    return {};
  }

  ToolAnswer look_up(const ToolCall& call) override {
    if (dark) return {};
    ++looked_up;
    ToolAnswer answer;
    if (draw() < 35) return answer;
    const bool done = provider_.has_had(call.provider_key);
    answer.outcome = done ? EffectOutcome::succeeded : EffectOutcome::failed;
    return answer;
  }

  void stop() override {}

  std::size_t asked = 0, asked_twice = 0, looked_up = 0, blackouts = 0;
  bool dark = false;                  ///< Nobody is asked any more until the lights are on again.
  std::function<void()> on_blackout;  ///< What is on the disk now is what will be found.

 private:
  int draw() { return static_cast<int>(random_() % 100); }

  Provider& provider_;
  std::mt19937_64 random_;
  std::set<std::string> keys_;
};

}  // namespace recourse::simulation
