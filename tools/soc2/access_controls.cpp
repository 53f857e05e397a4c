#include <algorithm>

#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// What a role lets its owner do, as a number to compare. An auditor reads what a viewer does not.
int reach_of(Role role) {
  switch (role) {
    case Role::viewer:
      return 0;
    case Role::agent:
    case Role::auditor:
      return 1;
    case Role::operator_:
      return 2;
    case Role::manager:
      return 3;
    case Role::admin:
      break;
  }
  return 4;
}

bool covers(Role granted, Role used) {
  return granted == used || reach_of(granted) > reach_of(used);
}

/// Whether it leaves somebody nothing: a grant may be one of several.
bool takes_all(const AccessRemoved& e, const History& history, Timestamp now) {
  return !e.grant || !history.has_more_than(*e.grant, e.principal.value(), now);
}

/// RC-08
class AccessGrants final : public OneControlTest {
 public:
  explicit AccessGrants(const TestContext& context) : OneControlTest(context, "RC-08") {
    if (!context.with_deployment)
      writer_.note("Keys stand in the deployment events, which are not in this package.");
  }

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<AccessRequested>())
      requests_[e->request.value()] = {seen.event.actor.id.value(), *e};
    if (const auto* e = seen.as<AccessGranted>()) on_grant(seen, *e);
    if (const auto* e = seen.as<AccessRemoved>()) on_removal(*e);
    if (const auto* e = seen.as<ApiKeyCreated>()) on_key(seen, *e);
  }

 private:
  struct Request {
    std::string by;
    AccessRequested asked;
  };
  struct Grant {
    std::string id;
    Role role;
    std::optional<Timestamp> expires_at;
  };

  void on_grant(const Seen& seen, const AccessGranted& e) {
    const std::string& who = e.principal.value();
    grants_[who].push_back({e.grant.value(), e.role, e.expires_at});
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    Row& row = writer_.row(number);
    row.subject = who;
    row.accountable = e.approved_by ? e.approved_by->value() : "";
    const std::string what = "Grant " + e.grant.value() + " to " + who;
    const auto found = e.request ? requests_.find(e.request->value()) : requests_.end();
    const Request* const request = found != requests_.end() ? &found->second : nullptr;
    if (request == nullptr || request->asked.principal != e.principal) {
      writer_.fail(number, "no_request", what + ": nobody had asked for it.");
    } else {
      row.approval = request->asked.request.value();
      if (!covers(request->asked.role, e.role))
        writer_.fail(number, "role_wider",
                     what + " as " + std::string(word(e.role)) + ": asked for was " +
                         std::string(word(request->asked.role)) + ".");
      if (request->asked.scope && request->asked.scope != e.scope)
        writer_.fail(number, "scope_wider", what + ": the scope is not the one asked for.");
    }
    if (!e.approved_by) {
      writer_.fail(number, "no_approval", what + ": nobody approved it.");
    } else if (*e.approved_by == e.principal ||
               (request != nullptr && e.approved_by->value() == request->by)) {
      writer_.fail(number, "self_approval",
                   what + ": " + e.approved_by->value() + " approved it, and asks for or gets it.");
    }
  }

  void on_removal(const AccessRemoved& e) {
    auto& grants = grants_[e.principal.value()];
    std::erase_if(grants,
                  [&](const Grant& grant) { return !e.grant || grant.id == e.grant->value(); });
  }

  void on_key(const Seen& seen, const ApiKeyCreated& e) {
    if (e.tenant != context_.source.tenant) return;
    const std::string& who = e.principal.value();
    const auto [known, is_new] = owners_.emplace(e.hash, who);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = who;
    const std::string what = "Key " + e.key.value() + " of " + who;
    const auto& grants = grants_[who];
    const bool granted = std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
      return covers(grant.role, e.role) &&
             (!grant.expires_at || *grant.expires_at > seen.event.time);
    });
    if (!granted)
      writer_.fail(number, "key_without_grant",
                   what + " as " + std::string(word(e.role)) + ": no grant covers it.");
    if (!is_new && known->second != who)
      writer_.fail(number, "shared_credential", what + " is the one of " + known->second + ".");
  }

  std::map<std::string, Request> requests_;
  std::map<std::string, std::vector<Grant>> grants_;
  std::map<Hash, std::string> owners_;
};

/// RC-09
class AccessRemovals final : public OneControlTest {
 public:
  explicit AccessRemovals(const TestContext& context) : OneControlTest(context, "RC-09") {}

  void see(const Seen& seen) override {
    const std::string& actor = seen.event.actor.id.value();
    if (const auto removed = removed_.find(actor); removed != removed_.end())
      writer_.fail_at(seen, "used_after_removal",
                      actor + " acted at " + sequence_text(seen.event.position) + " (" +
                          seen.event.id.value() + ") after the removal at " + removed->second +
                          ".");
    if (const auto* e = seen.as<AccessTerminated>()) on_notice(seen, *e);
    if (const auto* e = seen.as<AccessRemoved>()) on_removal(seen, *e);
    if (const auto* e = seen.as<AccessGranted>()) {
      removed_.erase(e->principal.value());
      // Taken back while there is time; what is overdue stays so.
      end_notices(seen, e->principal.value(), false);
    }
  }

  void finish() override {
    for (auto& [id, notice] : notices_) {
      if (context_.last <= notice.until) {
        writer_.leave(notice.member, "still_in_time");
      } else {
        tell_open(notice);
      }
    }
  }

 private:
  struct Notice {
    Member member;
    std::string who;
    Timestamp until;
  };

  void tell_open(Notice& notice) {
    writer_.fail(notice.member, "not_removed",
                 "The access of " + notice.who + " had to go until " + to_rfc3339(notice.until) +
                     " and was not removed.");
  }

  /// Ends the notices of somebody, or those whose time is not over. Whether there was one.
  bool end_notices(const Seen& seen, const std::string& who, bool late_ones_too) {
    bool found = false;
    for (auto at = notices_.begin(); at != notices_.end();) {
      Notice& notice = at->second;
      const bool late = seen.event.time > notice.until;
      if (notice.who != who || (late && !late_ones_too)) {
        ++at;
        continue;
      }
      found = true;
      if (seen.place != Place::before) writer_.enter(notice.member);
      if (notice.member.at && late)
        writer_.fail(notice.member, "removed_late",
                     "The access of " + who + " had to go until " + to_rfc3339(notice.until) +
                         " and was removed at " + to_rfc3339(seen.event.time) + " (" +
                         seen.event.id.value() + ").");
      at = notices_.erase(at);
    }
    return found;
  }

  void on_notice(const Seen& seen, const AccessTerminated& e) {
    Member member = writer_.member(seen);
    writer_.row_of(member).subject = e.principal.value();
    const Timestamp until = e.effective_at + std::chrono::hours(thresholds_.access_removal_h);
    Notice& notice = notices_[e.notice.value()];
    // The same notice again does not hide that the first one is overdue.
    if (!notice.who.empty() && seen.event.time > notice.until && seen.place != Place::before)
      tell_open(notice);
    notice = Notice{std::move(member), e.principal.value(), until};
  }

  void on_removal(const Seen& seen, const AccessRemoved& e) {
    const std::string& who = e.principal.value();
    bool follows = false;
    if (takes_all(e, context_.history, seen.event.time)) {
      removed_[who] = sequence_text(seen.event.position);
      follows = end_notices(seen, who, true);
    }
    if (!follows && writer_.takes(seen)) writer_.row(writer_.add(seen)).subject = who;
  }

  std::map<std::string, Notice> notices_;       ///< Open ones, by their ids.
  std::map<std::string, std::string> removed_;  ///< Principal -> where it was removed.
};

/// RC-10
class AccessReviews final : public OneControlTest {
 public:
  explicit AccessReviews(const TestContext& context) : OneControlTest(context, "RC-10") {}

  void see(const Seen& seen) override {
    spans_.see(seen, writer_);
    if (const auto* e = seen.as<AccessReviewOpened>()) on_opened(seen, *e);
    if (const auto* e = seen.as<AccessReviewed>()) on_reviewed(seen, *e);
    if (const auto* e = seen.as<AccessRemoved>()) on_removal(seen, *e);
  }

  void finish() override {
    for (auto& [key, account] : accounts_) {
      if (!account.reviewed)
        overdue(account, account.due_at, "not_reviewed",
                "In review " + key.first + " the account " + key.second + " was not reviewed");
      if (account.remove_until)
        overdue(account, *account.remove_until, "remove_not_executed",
                "The access of " + key.second + " was to be removed and was not,");
    }
    spans_.finish(context_.end(), context_.latest, writer_);
  }

 private:
  struct Account {
    Member member;
    Timestamp due_at;
    bool reviewed = false;
    std::optional<Timestamp> remove_until;
  };

  void on_opened(const Seen& seen, const AccessReviewOpened& e) {
    spans_.done(seen);
    for (const PrincipalId& principal : e.accounts) {
      Member member = writer_.member(seen);
      writer_.row_of(member).subject = principal.value();
      accounts_.insert_or_assign({e.review.value(), principal.value()},
                                 Account{std::move(member), e.due_at, false, {}});
    }
  }

  void on_reviewed(const Seen& seen, const AccessReviewed& e) {
    const std::string& who = e.principal.value();
    const auto found = accounts_.find({e.review.value(), who});
    if (found == accounts_.end()) return;
    Account& account = found->second;
    account.reviewed = true;
    if (!e.keep)
      account.remove_until = seen.event.time + std::chrono::hours(thresholds_.review_removal_h);
    if (seen.place == Place::before) return;
    Row& row = writer_.enter(account.member);
    row.accountable = seen.event.actor.id.value();
    row.approval = seen.event.id.value();
    const std::string what = "In review " + e.review.value() + " the account " + who;
    if (seen.event.time > account.due_at)
      writer_.fail(account.member, "not_reviewed",
                   what + " was reviewed only at " + to_rfc3339(seen.event.time) + ".");
    if (seen.event.actor.id == e.principal)
      writer_.fail(account.member, "self_review", what + " was reviewed by its own principal.");
  }

  void on_removal(const Seen& seen, const AccessRemoved& e) {
    if (!takes_all(e, context_.history, seen.event.time)) return;
    for (auto& [key, account] : accounts_) {
      if (key.second != e.principal.value() || !account.remove_until) continue;
      if (seen.event.time > *account.remove_until && seen.place != Place::before)
        writer_.fail(account.member, "remove_not_executed",
                     "The access of " + key.second + " was to be removed until " +
                         to_rfc3339(*account.remove_until) + " and was at " +
                         to_rfc3339(seen.event.time) + ".");
      account.remove_until.reset();
    }
  }

  /// What was over before the period is a matter of an earlier one.
  void overdue(Account& account, Timestamp until, std::string_view code, const std::string& what) {
    if (!account.member.at && until < context_.first) return;
    if (context_.last <= until) return writer_.leave(account.member, "still_in_time");
    writer_.fail(account.member, code, what + " until " + to_rfc3339(until) + ".");
  }

  std::map<std::pair<std::string, std::string>, Account> accounts_;  ///< Review, principal.
  Spans spans_{std::chrono::days(thresholds_.access_review_every_d), "missed_cycle",
               "No access review was opened in time"};
};

}  // namespace

void add_access_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<AccessGrants>(context));
  tests.push_back(std::make_unique<AccessRemovals>(context));
  tests.push_back(std::make_unique<AccessReviews>(context));
}

}  // namespace recourse::soc2
