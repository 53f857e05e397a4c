#include "tools/cli/demo_story.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "engine/policy/policy.h"
#include "engine/reactor/reactor.h"

namespace recourse::cli {
namespace {

using Minutes = std::chrono::duration<double, std::ratio<60>>;
using Step = std::function<Status(DemoDesk&, DemoCase&)>;

/// A step of a plot, so many minutes after the ticket was opened.
struct Beat {
  double after_minutes;
  Step step;
};

constexpr double kHour = 60;
constexpr double kDay = 24 * kHour;
constexpr std::int64_t kApprovalDays = 2;

const Step kPropose = [](DemoDesk& desk, DemoCase& at) { return desk.propose(at); };
const Step kLease = [](DemoDesk& desk, DemoCase& at) { return desk.lease(at); };

Step says(bool yes, std::int64_t score, const char* comment, bool partial = false) {
  return
      [=](DemoDesk& desk, DemoCase& at) { return desk.feedback(at, yes, score, comment, partial); };
}
Step rolls_back(const char* reason) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.roll_back(at, desk.people().manager, reason);
  };
}
Step takes_over(const char* team) {
  return
      [=](DemoDesk& desk, DemoCase& at) { return desk.assign(at, desk.people().operator_, team); };
}
Step solves(const char* steps) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.set_status(at, desk.people().operator_, TicketStatus::resolved, steps);
  };
}
Step answers(const char* body) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.person_writes(at, desk.people().operator_, body);
  };
}
Step customer_adds(const char* body) {
  return [=](DemoDesk& desk, DemoCase& at) { return desk.customer_writes(at, body); };
}
Step manager_votes(Vote vote, const char* reason) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.vote(at, desk.people().manager, vote, reason);
  };
}
Step operator_votes(Vote vote, const char* reason) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.vote(at, desk.people().operator_, vote, reason);
  };
}
Step admin_votes(Vote vote, const char* reason) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.vote(at, desk.people().admin, vote, reason);
  };
}
Step reports_success(const char* reference, const char* result) {
  return [=](DemoDesk& desk, DemoCase& at) {
    return desk.succeed(at, reference + std::to_string(at.number), result);
  };
}

std::vector<Beat> resolution_beats(Plot plot) {
  switch (plot) {
    case Plot::resolved_confirmed:
      return {{1, kPropose}, {3 * kHour, says(true, 5, "Works again, thank you!")}};
    case Plot::resolved_reopened:
      return {{1, kPropose},
              {20, says(false, 1, "Still nothing, not even after a restart.")},
              {35, takes_over("software")},
              {70, answers("Your index is damaged. I am rebuilding it now, it takes an hour.")},
              {150, solves("Rebuilt the search index of the mailbox.")},
              {5 * kHour, says(true, 4, "Now it works. A person was needed after all.")}};
    case Plot::resolved_partly:
      return {{1, kPropose},
              {40, says(false, 3, "Better, but it still flickers now and then.", true)},
              {42, [](DemoDesk& desk, DemoCase& at) {
                 return desk.propose(
                     at, "ESCALATE",
                     R"({"reason":"Cable was not the whole cause","team":"hardware"})", 880'000,
                     "The easy fix helped only partly.");
               }}};
    case Plot::resolved_rolled_back:
      return {
          {1, kPropose},
          {50, rolls_back("The calendar was deleted, nobody unsubscribed: the advice is wrong.")},
          {55, takes_over("software")},
          {90, solves("Restored the shared calendar from last night's backup.")}};
    case Plot::rolled_back_twice:
      return {{1, kPropose},
              {30, rolls_back("The certificate is still needed for the old gateway.")},
              {33, rolls_back("The certificate is still needed for the old gateway.")},
              {60, takes_over("network")}};
    default:
      return {{1, kPropose}};
  }
}

std::vector<Beat> handover_beats(Plot plot) {
  switch (plot) {
    case Plot::assigned:
      return {{1, kPropose},
              {25, answers("Please bring it to the desk on floor 1, any time today.")}};
    case Plot::assigned_moved_on:
      return {{1, kPropose},
              {30, takes_over("network")},
              {45, rolls_back("Sockets are the network team's.")}};
    case Plot::escalated:
      return {{1, kPropose},
              {6, takes_over("")},
              {12, answers("A person has this now. Please call us on 4400.")}};
    case Plot::escalated_rolled_back:
      return {{1, kPropose},
              {20, rolls_back("Read access within the department needs no security review.")},
              {40, solves("Added to the group sales-q3-read.")}};
    default:
      return {
          {2, kPropose},
          {45, customer_adds("Sorry! It is the travel tool, it closes right after the logo.")},
          {47,
           [](DemoDesk& desk, DemoCase& at) {
             return desk.propose(
                 at, "AUTO_RESOLVE",
                 R"({"resolution_steps":["Close it everywhere.","Start it again from the software centre, which repairs it."]})",
                 870'000, "With the answer the case is the known one.");
           }},
          {4 * kHour, says(true, 5, "That was it.")}};
  }
}

std::vector<Beat> approval_beats(Plot plot) {
  switch (plot) {
    case Plot::unsure_approved:
      return {{1, kPropose},
              {18, operator_votes(Vote::approve, "Same as last month, go on.")},
              {6 * kHour, says(true, 4, "Works, but please explain macros better.")}};
    case Plot::unsure_rejected:
      return {{1, kPropose},
              {15, operator_votes(Vote::reject, "The drive is mapped. Somebody moved the folder.")},
              {16, kPropose},
              {30, takes_over("software")},
              {80, solves("Moved the folder back from Archive.")}};
    case Plot::unsure_expired:
      return {{1, kPropose},
              {static_cast<double>(kApprovalDays) * kDay + 2,
               [](DemoDesk& desk, DemoCase& at) { return desk.expire_approval(at); }},
              {static_cast<double>(kApprovalDays) * kDay + 60,
               answers("Please save it once more with fonts embedded. Sorry for the wait.")}};
    case Plot::paid:
      return {{1, kPropose},
              {22, manager_votes(Vote::approve, "Checked against the statement.")},
              {33, kLease},  // After the ten minutes that money is held.
              {34, reports_success("re_", R"({"status":"refunded","amount":"89.00"})")},
              {40, solves("The second charge was refunded.")}};
    case Plot::paid_twice_signed:
      return {{1, kPropose},
              {35, manager_votes(Vote::approve, "The cancellation is dated the 2nd.")},
              {95, admin_votes(Vote::approve, "Agreed, and I wrote to the vendor.")},
              {106, kLease},
              {108, reports_success("re_", R"({"status":"refunded","amount":"740.00"})")},
              {120, solves("The full amount is on its way back.")}};
    case Plot::pay_rejected:
      return {
          {1, kPropose},
          {55, manager_votes(Vote::reject, "Opened hygiene goods are excluded, see terms 4.2.")},
          {70,
           answers("We are sorry: opened headphones cannot be returned. Here is a 15 % voucher.")}};
    default:
      return {{1, kPropose}};
  }
}

std::vector<Beat> outside_beats(Plot plot) {
  switch (plot) {
    case Plot::done_outside:
      return {{1, kPropose},
              {1.5, kLease},
              {2, reports_success("job-", R"({"status":"done"})")},
              {10, solves("Done by the agent's tool.")}};
    case Plot::failed_outside:
      return {{1, kPropose},
              {1.5, kLease},
              {2,
               [](DemoDesk& desk, DemoCase& at) {
                 return desk.fail(at, "tracker_unavailable", R"({"http_status":503})");
               }},
              {15, takes_over("software")}};
    case Plot::lost_outside:
      return {{1, kPropose},
              {1.5, kLease},
              {3, [](DemoDesk& desk, DemoCase& at) { return desk.expire_lease(at); }},
              {9,
               [](DemoDesk& desk, DemoCase& at) {
                 return desk.reconcile(at, desk.people().operator_,
                                       R"({"log":"reset mail sent once, 40 s after the request"})");
               }},
              {12, solves("The reset link had been sent; the executor lost its connection.")}};
    case Plot::withdrawn:
      return {{1, kPropose},
              {2,
               [](DemoDesk& desk, DemoCase& at) {
                 return desk.withdraw(at, "The department of the requester has no licence for it.");
               }},
              {3, [](DemoDesk& desk, DemoCase& at) {
                 return desk.propose(at, "ASSIGN_TO_TEAM", R"({"team":"licences"})", 910'000,
                                     "A licence has to be ordered.");
               }}};
    default:
      return {{1, kPropose},
              {20, takes_over("hardware")},
              {50, solves("Reprogrammed the badge at the reader.")}};
  }
}

std::vector<Beat> beats_of(Plot plot) {
  switch (plot) {
    case Plot::resolved_confirmed:
    case Plot::resolved_silent:
    case Plot::resolved_reopened:
    case Plot::resolved_partly:
    case Plot::resolved_rolled_back:
    case Plot::rolled_back_twice:
      return resolution_beats(plot);
    case Plot::assigned:
    case Plot::assigned_moved_on:
    case Plot::escalated:
    case Plot::escalated_rolled_back:
    case Plot::clarified:
      return handover_beats(plot);
    case Plot::unsure_approved:
    case Plot::unsure_rejected:
    case Plot::unsure_expired:
    case Plot::unsure_waiting:
    case Plot::paid:
    case Plot::paid_twice_signed:
    case Plot::pay_rejected:
    case Plot::pay_waiting:
      return approval_beats(plot);
    case Plot::done_outside:
    case Plot::failed_outside:
    case Plot::lost_outside:
    case Plot::withdrawn:
    case Plot::invented:
      return outside_beats(plot);
    case Plot::stopped:
      return {{1, kPropose},
              {8, takes_over("network")},
              {70, solves("Restarted the VPN gateway; the whole team is connected.")}};
    case Plot::by_hand:
      return {{30, takes_over("onboarding")},
              {35, answers("Accounts are ready, laptops on Friday at the desk.")},
              {2 * kDay, solves("Two accounts, two laptops.")},
              {2 * kDay + 60, says(true, 5, "Perfect, as always.")}};
    case Plot::fresh:
      return {};
  }
  return {};
}

/// Everything that will happen, in its order; equal times keep the order of the script.
class Timeline {
 public:
  using Moment = std::function<Status()>;
  void at(Timestamp time, Moment moment) { moments_.emplace(time, std::move(moment)); }

  /// What would come after `until` does not happen.
  Status play(ManualClock& clock, Timestamp until) {
    for (const auto& [time, moment] : moments_) {
      if (time > until) break;
      clock.set(time);
      RECOURSE_TRY(moment());
    }
    clock.set(until);
    return {};
  }

 private:
  std::multimap<Timestamp, Moment> moments_;
};

std::chrono::microseconds micros(double minutes) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Minutes(minutes));
}

/// Up to three minutes, so that no two demos with different seeds are alike.
std::chrono::microseconds shift(Random& story) {
  const std::string bytes(as_text(story.bytes<4>()));
  return std::chrono::microseconds(get_u32(bytes) % 180'000'000U);
}

std::string demo_policy() {
  Policy policy = default_policy();
  policy.approval_ttl_s = kApprovalDays * 24 * 3600;
  return policy_json(policy);
}

Result<Writer::NewKey> person(Writer& writer, Role role, ActorType kind, const char* display_name) {
  Writer::KeyOrder order;
  order.tenant = TenantId("default");
  order.role = role;
  order.kind = kind;
  order.display_name = display_name;
  return writer.create_key(order, Actor{});
}

}  // namespace

Result<DemoPeople> make_demo_people(Writer& writer) {
  DemoPeople people;
  RECOURSE_LET(auto admin, bootstrap(writer));
  if (!admin) return Error{ErrorCode::conflict, "the deployment has tenants already"};
  people.admin = std::move(*admin);
  RECOURSE_LET(people.manager, person(writer, Role::manager, ActorType::human, "Jonas Weber"));
  RECOURSE_LET(people.operator_, person(writer, Role::operator_, ActorType::human, "Priya Nair"));
  RECOURSE_LET(people.agent, person(writer, Role::agent, ActorType::agent, "Desk agent"));
  return people;
}

Result<DemoOutcome> tell_demo_story(Deployment& deployment, const DemoPeople& people,
                                    ManualClock& clock, Random& story, Timestamp until) {
  DemoDesk desk(deployment.writer(), people);
  Timeline timeline;
  std::vector<std::shared_ptr<DemoCase>> cases;
  const auto before_end = [&](double hours) { return until - micros(hours * kHour); };

  timeline.at(before_end(164), [&] { return desk.activate_policy("pol_desk@1", demo_policy()); });
  for (const DemoTicket& text : demo_tickets()) {
    const auto at = std::make_shared<DemoCase>();
    at->text = &text;
    cases.push_back(at);
    // The newest ones stay where they are: they must not slip past the end.
    const Timestamp opened = before_end(text.hours_before_end) +
                             (text.hours_before_end > 1.0 ? shift(story) : micros(0));
    timeline.at(opened, [&desk, at] { return desk.open(*at); });
    for (const Beat& beat : beats_of(text.plot))
      timeline.at(opened + micros(beat.after_minutes),
                  [&desk, at, step = beat.step] { return step(desk, *at); });
  }
  timeline.at(before_end(kDemoSwitchOn), [&] {
    return desk.kill_switch(people.operator_, true,
                            "Many VPN tickets at once: look before acting.");
  });
  timeline.at(before_end(kDemoSwitchOff), [&] {
    return desk.kill_switch(people.manager, false, "The gateway was the cause, not the agent.");
  });
  // Ten minutes after each hour, when nothing of it is on its way any more.
  const Timestamp first_hour = std::chrono::floor<std::chrono::hours>(before_end(164));
  for (Timestamp hour = first_hour; hour < until; hour += std::chrono::hours(1))
    timeline.at(hour + std::chrono::minutes(10), [&] { return desk.write_counts(); });
  timeline.at(until, [&] { return desk.write_all_counts(); });
  for (double hours = 156; hours >= 0; hours -= 12)
    timeline.at(before_end(hours), [&]() -> Status {
      RECOURSE_TRY(anchor_heads(deployment.writer()));
      return deployment.signer().sign_round();
    });
  RECOURSE_TRY(timeline.play(clock, until));

  DemoOutcome outcome;
  outcome.tickets = cases.size();
  if (const auto info = deployment.ledger().find_tenant(TenantId("default")))
    outcome.events = deployment.ledger().head(info->ledger).size.value();
  for (const auto& at : cases) {
    if (at->text->plot == Plot::pay_waiting && at->approval) {
      outcome.waiting = *at->approval;
      outcome.waiting_number = at->number;
    }
    if (at->text->plot == Plot::resolved_silent) {
      outcome.resolved = at->action;
      outcome.resolved_number = at->number;
    }
  }
  return outcome;
}

}  // namespace recourse::cli
