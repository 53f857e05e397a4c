#include "engine/decision/registers.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

const Principal kOther = person(Role::admin, "usr_other");
const Principal kOperator = person(Role::operator_, "usr_operator");

/// Facts put on record one after the other.
struct Registers {
  Story story;
  std::vector<PrincipalId> accounts{PrincipalId("usr_admin"), PrincipalId("usr_bob")};
  SystemRandom random;
  std::optional<Error> error;

  template <class E>
  bool put(const Principal& by, E fact) {
    const DecisionContext context{story.now, random, by, story.admins, {}, {}};
    ReadOnlyState looked_at(story.memory.state);
    auto decided =
        record_fact(looked_at.state, EventData(std::move(fact)), RecordContext{context, accounts});
    error.reset();
    if (!decided) error = decided.error();
    if (decided) story.record(std::move(*decided));
    return !error;
  }
  template <class E>
  const E& last() const {
    return get<E>(story.log.back().data);
  }
  ErrorCode why() const { return error ? error->code : ErrorCode::io; }
  const EntryState& entry(const EntryId& id) { return *story.memory.state.entries.find(id); }

  EntryId asked(const char* who, Role role = Role::operator_) {
    AccessRequested request;
    request.principal = PrincipalId(who);
    request.role = role;
    REQUIRE(put(kManager, request));
    return last<AccessRequested>().request;
  }
  EntryId change(bool emergency) {
    ChangeRequested request;
    request.kind = ChangeKind::prompt;
    request.what = "triage@12";
    request.emergency = emergency;
    REQUIRE(put(kManager, request));
    return last<ChangeRequested>().change;
  }
};

TEST_CASE("access is granted by another person than who asked, as it was asked for") {
  Registers r;
  const EntryId request = r.asked("usr_bob");
  AccessGranted grant;
  grant.request = request;
  grant.role = Role::admin;  // Not what was asked for.
  CHECK(r.put(kAdmin, grant));
  CHECK(r.last<AccessGranted>().role == Role::operator_);
  CHECK(r.last<AccessGranted>().principal == PrincipalId("usr_bob"));
  CHECK(r.last<AccessGranted>().approved_by == kAdmin.id);
  CHECK(r.entry(request).status == EntryStatus::granted);
  SUBCASE("and only once") {
    CHECK_FALSE(r.put(kAdmin, grant));
    CHECK(r.why() == ErrorCode::conflict);
  }
  SUBCASE("and removed once") {
    AccessRemoved removed;
    removed.principal = PrincipalId("usr_bob");
    removed.grant = r.last<AccessGranted>().grant;
    CHECK(r.put(kAdmin, removed));
    CHECK(r.entry(*removed.grant).status == EntryStatus::removed);
    CHECK_FALSE(r.put(kAdmin, removed));
  }
}

TEST_CASE("nobody grants access to himself unless he is the only admin, which is on record") {
  Registers r;
  AccessGranted grant;
  grant.request = r.asked("usr_admin");
  CHECK_FALSE(r.put(kAdmin, grant));
  CHECK(r.why() == ErrorCode::forbidden);
  r.story.admins = 1;
  CHECK(r.put(kAdmin, grant));
  const auto& log = r.story.log;
  CHECK(holds_alternative<BypassGranted>(log[log.size() - 2].data));
}

TEST_CASE("a grant needs a request that is there") {
  Registers r;
  AccessGranted grant;
  CHECK_FALSE(r.put(kAdmin, grant));
  CHECK(r.why() == ErrorCode::invalid);
  grant.request = EntryId("acr_none");
  CHECK_FALSE(r.put(kAdmin, grant));
  CHECK(r.why() == ErrorCode::not_found);
  grant.request = r.change(false);  // An entry of another register.
  CHECK_FALSE(r.put(kAdmin, grant));
  CHECK(r.why() == ErrorCode::not_found);
}

TEST_CASE("a review asks about everybody who holds a key, each once, and not of himself") {
  Registers r;
  AccessReviewOpened opened;
  opened.cycle = "2026-Q1";
  opened.due_at = r.story.now + std::chrono::hours(24);
  REQUIRE(r.put(kManager, opened));
  const EntryId review = r.last<AccessReviewOpened>().review;
  CHECK(r.entry(review).accounts == r.accounts);
  AccessReviewed bob{review, PrincipalId("usr_bob"), false, {}, {}};
  CHECK(r.put(kAdmin, bob));
  CHECK_FALSE(r.put(kAdmin, bob));
  CHECK_FALSE(r.put(kAdmin, AccessReviewed{review, kAdmin.id, true, {}, {}}));
  CHECK(r.why() == ErrorCode::forbidden);
  CHECK(r.put(kManager, AccessReviewClosed{review, 7, 7, 7}));
  CHECK(r.last<AccessReviewClosed>().kept == 0);
  CHECK(r.last<AccessReviewClosed>().removed == 1);
  CHECK(r.last<AccessReviewClosed>().open == 1);
}

TEST_CASE("a change is asked for, approved by another person, and then in force") {
  Registers r;
  const EntryId change = r.change(false);
  CHECK_FALSE(r.put(kManager, ChangeActivated{change, {}, {}, {}}));
  CHECK(r.why() == ErrorCode::conflict);
  CHECK_FALSE(r.put(kManager, ChangeApproved{change, {}}));
  CHECK(r.why() == ErrorCode::forbidden);
  CHECK(r.put(kOther, ChangeApproved{change, {}}));
  CHECK(r.put(kManager, ChangeActivated{change, ChangeKind::model, "other@1", {}}));
  CHECK(r.last<ChangeActivated>().what.text == "triage@12");
  CHECK(r.last<ChangeActivated>().kind == ChangeKind::prompt);
  CHECK_FALSE(r.put(kOther, ChangeReviewed{change, true, {}}));
}

TEST_CASE("an emergency change is in force at once and looked at by another person afterwards") {
  Registers r;
  const EntryId change = r.change(true);
  CHECK(r.put(kManager, ChangeActivated{change, {}, {}, {}}));
  CHECK_FALSE(r.put(kManager, ChangeReviewed{change, true, {}}));
  CHECK(r.put(kOther, ChangeReviewed{change, true, {}}));
  CHECK_FALSE(r.put(kOther, ChangeReviewed{change, true, {}}));
}

TEST_CASE("an alert is triaged before it is closed, and by when follows from how severe it is") {
  Registers r;
  AlertRaised raised;
  raised.rule = "confidence_drift";
  raised.severity = Severity::critical;
  CHECK(r.put(kAgent, raised));
  const EntryId alert = r.last<AlertRaised>().alert;
  CHECK(r.last<AlertRaised>().triage_due_at == r.story.now + std::chrono::hours(1));
  CHECK_FALSE(r.put(kOperator, AlertClosed{alert, Clear("done"), {}}));
  CHECK(r.put(kOperator, AlertTriaged{alert, "real", {}, {}}));
  CHECK_FALSE(r.put(kOperator, AlertClosed{alert, {}, {}}));
  CHECK(r.put(kOperator, AlertClosed{alert, Clear("mended"), {}}));
}

TEST_CASE("a declared incident goes its way in order and closes when its cause is known") {
  Registers r;
  IncidentOpened opened;
  opened.severity = Severity::high;
  REQUIRE(r.put(kOperator, opened));
  const IncidentId incident = r.last<IncidentOpened>().incident;
  CHECK(r.last<IncidentOpened>().kind == IncidentKind::declared);
  CHECK(r.put(kOperator, IncidentProgressed{incident, IncidentStage::recovered, {}, {}}));
  CHECK_FALSE(r.put(kOperator, IncidentProgressed{incident, IncidentStage::contained, {}, {}}));
  r.story.when(kManager, CloseIncident{incident, "done", {}}).then_refused(ErrorCode::conflict);
  CHECK_FALSE(r.put(kOperator, IncidentProgressed{incident, IncidentStage::reviewed, {}, {}}));
  CHECK(
      r.put(kOperator, IncidentProgressed{incident, IncidentStage::reviewed, Clear("config"), {}}));
  r.story.when(kManager, CloseIncident{incident, "done", {}}).then({"incident.closed"});
}

TEST_CASE("a mandate names an agent, what it may do, and when it ends") {
  Registers r;
  MandateGranted mandate;
  mandate.agent = PrincipalId("agt_helper");
  mandate.expires_at = r.story.now + std::chrono::hours(24 * 90);
  const auto refuse = [&](auto change) {
    MandateGranted wrong = mandate;
    change(wrong);
    CHECK_FALSE(r.put(kAdmin, wrong));
    CHECK(r.why() == ErrorCode::invalid);
  };
  refuse([](auto& m) { m.agent = PrincipalId("usr_bob"); });
  refuse([&](auto& m) { m.expires_at = r.story.now; });
  refuse([&](auto& m) { m.expires_at = r.story.now + std::chrono::hours(24 * 367); });
  refuse([](auto& m) { m.types = {"no_such_type"}; });
  refuse([](auto& m) { m.max_amount_minor = 100; });
  CHECK(r.put(kAdmin, mandate));
  CHECK(r.put(kAdmin, MandateRevoked{r.last<MandateGranted>().mandate, {}}));
}

TEST_CASE("who may record what") {
  Registers r;
  MandateGranted mandate;
  CHECK_FALSE(r.put(kManager, mandate));
  CHECK(r.why() == ErrorCode::forbidden);
  CHECK_FALSE(r.put(kAgent, ChangeRequested()));
  CHECK(r.why() == ErrorCode::forbidden);
  CHECK_FALSE(r.put(person(Role::auditor), AlertRaised()));
  CHECK(r.why() == ErrorCode::forbidden);
  CHECK_FALSE(r.put(kAdmin, TicketOpened()));  // Decided where it belongs.
  CHECK(r.why() == ErrorCode::not_found);
}

TEST_CASE("an accepted exception has an owner and an end") {
  Registers r;
  ExceptionAnswered answer;
  answer.exception = "RC-02/0000000000000117";
  answer.status = ExceptionStatus::accepted;
  CHECK_FALSE(r.put(kManager, answer));
  answer.owner = kManager.id;
  answer.until = r.story.now + std::chrono::hours(24);
  CHECK(r.put(kManager, answer));
  answer.exception = "RC-02/meta/0000000000000117";
  CHECK(r.put(kManager, answer));
  for (const char* const other :
       {"RC-02/117", "/meta", "RC-02/meta", "RC-02", "", "RC-02/meta/meta/0000000000000117",
        "RC-xx/0000000000000117", "RC-02/000000000000011x"}) {
    CAPTURE(other);
    answer.exception = other;
    CHECK_FALSE(r.put(kManager, answer));
    CHECK(r.why() == ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace recourse
