#include <algorithm>

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
    if (const auto* e = seen.as<ChangeActivated>())
      on_change(seen, {e->change.value(), "change " + e->change.value() + " (" + e->what.text + ")",
                       e->kind, e->digest, ""});
    if (const auto* e = seen.as<PolicyActivated>()) on_policy(seen, *e);
    if (const auto* e = seen.as<PolicyReverted>()) on_reversion(seen, *e);
    if (const auto* e = seen.as<RolloutRamped>()) on_rollout(seen, *e);
    if (const auto* e = seen.as<ConnectorConfigured>())
      on_change(seen, {e->connector.text, "connector " + e->connector.text, {}, {}, ""});
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
    ChangeKind kind = ChangeKind::other;
    std::optional<Hash> digest;
    bool emergency = false;
    std::set<std::string> approvers;
    std::vector<std::pair<std::string, Timestamp>> reviews;  ///< By whom.
    /// One approval is for one change: where it was put into force, by the change's id and by the
    /// name of what it is about, for what is put into force leaves both.
    std::string used_by_id, used_by_name;
    bool reverted_with = false;
    std::size_t activated_as = 0;  ///< Number of its row, where it was put into force too early.
    std::string activated_by;
    bool waits = false;
  };
  /// What is put into force.
  struct Activation {
    std::string name;  ///< The change's id, or its own name.
    std::string what;  ///< For people.
    std::optional<ChangeKind> kind;
    std::optional<Hash> digest;
    std::string drafted_by;
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
    request.kind = e.kind;
    request.digest = e.digest;
    request.emergency = e.emergency;
  }

  void on_approval(const Seen& seen, const ChangeApproved& e) {
    const auto found = requests_.find(e.change.value());
    if (found == requests_.end()) return;
    Request& request = found->second;
    const std::string& by = seen.event.actor.id.value();
    request.approvers.insert(by);
    if (!request.waits || by == request.requester || by == request.activated_by) return;
    request.waits = false;
    writer_.fail(request.activated_as, "approved_late",
                 "Change " + request.id + " (" + request.what + ") was approved at " +
                     sequence_text(seen.event.position) + ", after it was in force.");
  }

  void on_review(const Seen& seen, const ChangeReviewed& e) {
    const auto found = requests_.find(e.change.value());
    if (found != requests_.end())
      found->second.reviews.emplace_back(seen.event.actor.id.value(), seen.event.time);
  }

  /// Who approved it and neither asked for it, nor drafted it, nor puts it into force; or null.
  static const std::string* second_person(const Request& request, const Activation& activation,
                                          const std::string& by) {
    const auto found =
        std::find_if(request.approvers.begin(), request.approvers.end(), [&](const auto& approver) {
          return approver != request.requester && approver != by &&
                 approver != activation.drafted_by;
        });
    return found != request.approvers.end() ? &*found : nullptr;
  }

  /// The request that this is done on, which is then used up: an approved one rather than another,
  /// the newest of these. Null: there is none that was not used.
  Request* use_request(const Seen& seen, const Activation& activation) {
    const std::string& by = seen.event.actor.id.value();
    Request* best = nullptr;
    for (auto& [id, request] : requests_) {
      const bool named = id != activation.name;
      if (named && request.what != activation.name &&
          request.what.substr(0, request.what.find('@')) != activation.name)
        continue;
      if (activation.kind && *activation.kind != request.kind) continue;
      if (!(named ? request.used_by_name : request.used_by_id).empty()) continue;
      if (best != nullptr && second_person(*best, activation, by) != nullptr &&
          second_person(request, activation, by) == nullptr)
        continue;
      best = &request;
    }
    if (best != nullptr)
      (best->id != activation.name ? best->used_by_name : best->used_by_id) =
          sequence_text(seen.event.position);
    return best;
  }

  /// A change that has no rules of its own: what counts is the request for it.
  void on_change(const Seen& seen, const Activation& activation) {
    Request* const request = use_request(seen, activation);
    if (request != nullptr && request->emergency)
      return on_emergency(seen, activation, *request, request->what);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    if (request == nullptr)
      return writer_.fail(number, "no_approval",
                          "Nobody approved " + activation.what +
                              ": no change was requested for it that was not put into force "
                              "before.");
    const std::string& by = seen.event.actor.id.value();
    const std::string* const approver = second_person(*request, activation, by);
    writer_.row(number).approval = request->id;
    writer_.row(number).accountable = approver != nullptr ? *approver : "";
    if (approver == nullptr) {
      request->waits = true;
      request->activated_as = number;
      request->activated_by = by;
      tell_unapproved(number, activation, *request);
    }
    check_digest(number, activation, *request);
    if (request->test.empty())
      writer_.fail(number, "no_test",
                   "There is no reference of a test of " + activation.what + ".");
  }

  void tell_unapproved(std::size_t number, const Activation& activation, const Request& request) {
    if (request.approvers.empty())
      return writer_.fail(number, "no_approval",
                          "No second person had approved " + activation.what + ".");
    writer_.fail(number, "self_approval",
                 "Of " + activation.what + " change " + request.id + " was approved by " +
                     *request.approvers.begin() +
                     ", and whoever did had asked for it, drafted it or put it into force.");
  }

  void check_digest(std::size_t number, const Activation& activation, const Request& request) {
    if (activation.digest && request.digest && *activation.digest != *request.digest)
      writer_.fail(number, "other_digest",
                   "Other bytes of " + activation.what + " were put into force than requested.");
  }

  void on_emergency(const Seen& seen, const Activation& activation, const Request& request,
                    const std::string& name) {
    Emergency emergency{writer_.member(seen), name,
                        activation.what,      seen.event.actor.id.value(),
                        seen.event.time,      request.id};
    writer_.row_of(emergency.member).approval = request.id;
    if (emergency.member.at) check_digest(*emergency.member.at, activation, request);
    emergencies_.push_back(std::move(emergency));
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
    const std::string& policy = e.policy.text;
    const Activation activation{policy, "policy " + policy, ChangeKind::policy, e.digest,
                                e.drafted_by ? e.drafted_by->value() : ""};
    Request* const request = use_request(seen, activation);
    if (request != nullptr && request->emergency)
      return on_emergency(seen, activation, *request, policy);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    const std::string& by = seen.event.actor.id.value();
    Row& row = writer_.row(number);
    row.policy = policy;
    row.accountable = by;
    // Who puts into force what another one drafted is its second person.
    const bool approved =
        (e.drafted_by && e.drafted_by->value() != by) ||
        (request != nullptr && second_person(*request, activation, by) != nullptr);
    if (!approved) {
      doubtful_[policy] = number;
      if (request != nullptr && !request->approvers.empty()) {
        tell_unapproved(number, activation, *request);
      } else if (e.drafted_by) {
        writer_.fail(number, "self_approval",
                     by + " drafted policy " + policy + " and put it into force.");
      } else {
        writer_.fail(number, "no_approval",
                     "Policy " + policy + " was put into force and nobody else drafted it.");
      }
    }
    if (request != nullptr) check_digest(number, activation, *request);
    if (!e.backtest && (request == nullptr || request->test.empty()))
      writer_.fail(number, "no_test",
                   "Policy " + policy + " was put into force without a backtest.");
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
    on_change(seen, {e.key.text, "rollout " + e.key.text, ChangeKind::flag, {}, ""});
  }

  /// When somebody else reviewed it first. A review of one reversion is none of the next one.
  std::optional<Timestamp> reviewed_at(const Emergency& emergency) {
    std::optional<Timestamp> first;
    Request* of = nullptr;
    for (auto& [id, request] : requests_) {
      if (request.what != emergency.name || !request.emergency) continue;
      if (emergency.change.empty() ? request.reverted_with : emergency.change != id) continue;
      for (const auto& [by, at] : request.reviews) {
        // Who wanted it or did it does not review it.
        if (by == request.requester || by == emergency.by || at < emergency.since) continue;
        if (first && *first <= at) continue;
        first = at;
        of = &request;
      }
    }
    if (of != nullptr && emergency.change.empty()) of->reverted_with = true;
    return first;
  }

  void judge_emergency(Emergency& emergency) {
    const Timestamp until = emergency.since + std::chrono::days(thresholds_.emergency_review_d);
    const auto reviewed = reviewed_at(emergency);
    const bool concerns = until >= context_.first;
    if (!emergency.member.at && !concerns) return;
    if (reviewed && *reviewed <= until) return;
    if (context_.last <= until) return writer_.leave(emergency.member, "still_in_time");
    writer_.fail(emergency.member, "emergency_not_reviewed",
                 "Nobody but who wanted it had reviewed " + emergency.what + " until " +
                     to_rfc3339(until) + ".");
  }

  std::map<std::string, Request> requests_;
  std::vector<Emergency> emergencies_;
  std::map<std::string, std::uint64_t> decided_under_;
  std::map<std::string, std::size_t> doubtful_;  ///< Policies nobody else agreed to.
};

}  // namespace

void add_change_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<ChangeApproval>(context));
}

}  // namespace recourse::soc2
