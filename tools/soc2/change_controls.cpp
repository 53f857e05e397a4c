#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-07
class ChangeApproval final : public OneControlTest {
 public:
  explicit ChangeApproval(const TestContext& context) : OneControlTest(context, "RC-07") {}

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<ChangeRequested>()) on_request(seen, *e);
    if (const auto* e = seen.as<ChangeApproved>()) on_approval(seen, *e);
    if (const auto* e = seen.as<ChangeReviewed>()) on_review(seen, *e);
    if (const auto* e = seen.as<ChangeActivated>()) on_change(seen, *e);
    if (const auto* e = seen.as<PolicyActivated>()) on_policy(seen, *e);
    if (const auto* e = seen.as<PolicyReverted>()) on_reversion(seen, *e);
    if (const auto* e = seen.as<RolloutRamped>()) on_rollout(seen, *e);
    if (const auto* e = seen.as<ConnectorConfigured>())
      by_name(seen, e->connector.text, "connector " + e->connector.text, std::nullopt);
    if (const auto* e = seen.as<PolicyDecided>(); e != nullptr && !e->shadow)
      ++decided_under_[e->policy.text];
  }

  void finish() override {
    for (Emergency& emergency : emergencies_) judge_emergency(emergency);
    for (const auto& [policy, number] : doubtful_)
      if (const auto count = decided_under_.find(policy); count != decided_under_.end())
        writer_.fail(number, "no_approval",
                     std::to_string(count->second) + " decisions were made under it.");
  }

 private:
  struct Request {
    std::string id, requester, what, test;
    std::optional<Hash> digest;
    bool emergency = false;
    std::optional<std::string> approver;
    bool self_approved = false;
    std::optional<Timestamp> reviewed_at;
    std::size_t activated_as = 0;  ///< Number of its row, where it was put into force too early.
    bool waits = false;
  };
  struct Emergency {
    Member member;
    std::string name, what, by;
    Timestamp since;
    std::string change;  ///< Empty: any that names it.
  };

  void on_request(const Seen& seen, const ChangeRequested& e) {
    Request& request = requests_[e.change.value()];
    request.id = e.change.value();
    request.requester = seen.event.actor.id.value();
    request.what = e.what.text;
    request.test = e.test ? e.test->text : "";
    request.digest = e.digest;
    request.emergency = e.emergency;
    by_what_[request.what] = request.id;
  }

  void on_approval(const Seen& seen, const ChangeApproved& e) {
    const auto found = requests_.find(e.change.value());
    if (found == requests_.end()) return;
    Request& request = found->second;
    const std::string& by = seen.event.actor.id.value();
    if (by == request.requester) {
      request.self_approved = true;
      return;
    }
    request.approver = by;
    if (!request.waits) return;
    request.waits = false;
    writer_.fail(request.activated_as, "approved_late",
                 "Change " + request.id + " (" + request.what + ") was approved at " +
                     sequence_text(seen.event.position) + ", after it was in force.");
  }

  void on_review(const Seen& seen, const ChangeReviewed& e) {
    const auto found = requests_.find(e.change.value());
    if (found == requests_.end() || found->second.reviewed_at) return;
    // Who wanted it does not review it.
    if (seen.event.actor.id.value() == found->second.requester) return;
    found->second.reviewed_at = seen.event.time;
  }

  void on_change(const Seen& seen, const ChangeActivated& e) {
    by_name(seen, e.change.value(), "change " + e.change.value() + " (" + e.what.text + ")",
            e.digest);
  }

  /// A change that has no rules of its own: what counts is the request for it.
  void by_name(const Seen& seen, const std::string& name, const std::string& what,
               const std::optional<Hash>& digest) {
    Request* const request = request_for(name);
    if (request != nullptr && request->emergency) {
      emergencies_.push_back({writer_.member(seen), request->what, what,
                              seen.event.actor.id.value(), seen.event.time, request->id});
      return;
    }
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    judge_request(number, what, request, digest);
  }

  void judge_request(std::size_t number, const std::string& what, Request* request,
                     const std::optional<Hash>& digest) {
    if (request != nullptr) {
      writer_.row(number).approval = request->id;
      writer_.row(number).accountable = request->approver.value_or("");
    }
    if (request == nullptr) {
      return writer_.fail(number, "no_approval",
                          "Nobody approved " + what + ": no change was requested for it.");
    }
    if (!request->approver) {
      if (request->self_approved) {
        writer_.fail(number, "self_approval",
                     request->requester + " asked for " + what + " and approved it.");
      } else {
        request->waits = true;
        request->activated_as = number;
        writer_.fail(number, "no_approval", "No second person had approved " + what + ".");
      }
    }
    if (digest && request->digest && *digest != *request->digest)
      writer_.fail(number, "other_digest",
                   "Other bytes of " + what + " were put into force than requested.");
    if (request->test.empty())
      writer_.fail(number, "no_test", "There is no reference of a test of " + what + ".");
  }

  void on_policy(const Seen& seen, const PolicyActivated& e) {
    if (e.mode == PolicyMode::shadow) {
      if (seen.within()) writer_.exclude("shadow");
      return;
    }
    if (seen.event.actor.type == ActorType::system && !e.drafted_by) {
      if (seen.within()) writer_.exclude("built_in");
      return;
    }
    Request* const request = request_for(e.policy.text);
    if (request != nullptr && request->emergency) {
      emergencies_.push_back({writer_.member(seen), e.policy.text, "policy " + e.policy.text,
                              seen.event.actor.id.value(), seen.event.time, request->id});
      return;
    }
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    const std::string& by = seen.event.actor.id.value();
    Row& row = writer_.row(number);
    row.policy = e.policy.text;
    row.accountable = by;
    const bool approved = request != nullptr && request->approver;
    if (!approved && !e.drafted_by) {
      writer_.fail(number, "no_approval",
                   "Policy " + e.policy.text + " was put into force and nobody else drafted it.");
      doubtful_[e.policy.text] = number;
    } else if (!approved && e.drafted_by->value() == by) {
      writer_.fail(number, "self_approval",
                   by + " drafted policy " + e.policy.text + " and put it into force.");
      doubtful_[e.policy.text] = number;
    }
    if (!e.backtest && (request == nullptr || request->test.empty()))
      writer_.fail(number, "no_test",
                   "Policy " + e.policy.text + " was put into force without a backtest.");
  }

  /// Without a second person beforehand, as an emergency is.
  void on_reversion(const Seen& seen, const PolicyReverted& e) {
    Emergency emergency{
        writer_.member(seen),        e.to.text,       "the reversion to policy " + e.to.text,
        seen.event.actor.id.value(), seen.event.time, ""};
    writer_.row_of(emergency.member).policy = e.to.text;
    emergencies_.push_back(std::move(emergency));
  }

  void on_rollout(const Seen& seen, const RolloutRamped& e) {
    if (e.percent_bp <= e.prev_percent_bp) {
      if (seen.within()) writer_.exclude("not_widened");
      return;
    }
    by_name(seen, e.key.text, "rollout " + e.key.text, std::nullopt);
  }

  void judge_emergency(Emergency& emergency) {
    const Timestamp until = emergency.since + std::chrono::days(thresholds_.emergency_review_d);
    std::optional<Timestamp> reviewed;
    for (const auto& [id, request] : requests_) {
      if (request.what != emergency.name || !request.emergency || !request.reviewed_at) continue;
      if (!emergency.change.empty() && emergency.change != id) continue;
      if (*request.reviewed_at < emergency.since) continue;
      if (!reviewed || *request.reviewed_at < *reviewed) reviewed = request.reviewed_at;
    }
    const bool concerns = until >= context_.first;
    if (!emergency.member.at && !concerns) return;
    if (reviewed && *reviewed <= until) return;
    if (context_.last <= until) return writer_.leave(emergency.member, "still_in_time");
    writer_.fail(emergency.member, "emergency_not_reviewed",
                 "Nobody but who wanted it had reviewed " + emergency.what + " until " +
                     to_rfc3339(until) + ".");
  }

  /// By the id of the change, or by the name of what is put into force.
  Request* request_for(const std::string& name) {
    auto found = requests_.find(name);
    if (found != requests_.end()) return &found->second;
    const auto id = by_what_.find(name);
    if (id == by_what_.end()) return nullptr;
    found = requests_.find(id->second);
    return found != requests_.end() ? &found->second : nullptr;
  }

  std::map<std::string, Request> requests_;
  std::map<std::string, std::string> by_what_;
  std::vector<Emergency> emergencies_;
  std::map<std::string, std::uint64_t> decided_under_;
  std::map<std::string, std::size_t> doubtful_;  ///< Policies nobody else agreed to.
};

}  // namespace

void add_change_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<ChangeApproval>(context));
}

}  // namespace recourse::soc2
