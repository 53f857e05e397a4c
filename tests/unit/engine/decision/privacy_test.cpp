#include "engine/decision/decide_privacy.h"
#include "tests/unit/engine/decision/story.h"

namespace recourse {
namespace {

const SubjectId kJane("sub_customer");

/// Requests of persons, decided and recorded as the writer does it.
struct Office : Story {
  SeededRandom random{3};
  std::optional<Error> refusal;
  std::vector<EventData> happened;

  template <class Command>
  Office& order(Result<Events> (*decide)(State&, const Command&, const DecisionContext&),
                const Command& command, const Principal& by = kAdmin) {
    const DecisionContext context{now, random, by, 2, std::nullopt, {}};
    ReadOnlyState looked_at(memory.state);
    auto decided = decide(looked_at.state, command, context);
    happened.clear();
    refusal.reset();
    if (!decided) {
      refusal = decided.error();
      return *this;
    }
    const std::size_t before = log.size();
    record(std::move(*decided));
    for (std::size_t i = before; i < log.size(); ++i) happened.push_back(log[i].data);
    return *this;
  }

  using Story::refused;
  void refused(ErrorCode code) const {
    REQUIRE(refusal.has_value());
    INFO(refusal->message);
    CHECK(name(refusal->code) == name(code));
  }
  void then(const std::string& types) const {
    INFO((refusal ? refusal->message : std::string("decided")));
    std::string list;
    for (const EventData& data : happened) {
      const std::string type(type_of(data));
      list += (list.empty() ? "" : " ") + type.substr(9, type.rfind('.') - 9);
    }
    CHECK(list == types);
  }
  template <class Event>
  const Event& one() const {
    for (const EventData& data : happened)
      if (const auto* found = get_if<Event>(&data)) return *found;
    FAIL("no " << Event::kType);
    throw 0;
  }

  EntryId received(DsrKind kind = DsrKind::erasure) {
    order(&receive_dsr, ReceiveDsr{kind, {}, "email", {}});
    return one<DsrReceived>().dsr;
  }
  EntryId verified(DsrKind kind = DsrKind::erasure) {
    const EntryId dsr = received(kind);
    order(&verify_identity, VerifyIdentity{dsr, kJane, "known-address"})
        .then("dsr.identity_verified");
    return dsr;
  }
  AssessDsr grant(const EntryId& dsr) const {
    AssessDsr command;
    command.dsr = dsr;
    command.trace = trace();
    return command;
  }
  EntryId granted(DsrKind kind = DsrKind::erasure) {
    const EntryId dsr = verified(kind);
    order(&assess_dsr, grant(dsr)).then("dsr.assessed");
    return dsr;
  }
  SubjectTrace trace() const {
    SubjectTrace trace;
    trace.groups = {"tkt_1"};
    trace.fields = 3;
    trace.first = now - std::chrono::days(30);
    trace.last = now;
    return trace;
  }
  EntryId hold(PlaceHold command) {
    command.matter = "case-7";
    command.requested_by = PrincipalId("usr_counsel");
    command.review_at = months_later(now, 6);
    order(&place_hold, command).then("hold.placed");
    return one<HoldPlaced>().hold;
  }
  const DsrState& dsr(const EntryId& id) const { return memory.dsrs.rows.at(id); }
};

TEST_CASE("a month later is the same day, or the last one of a shorter month") {
  const auto at = [](const char* text) { return from_rfc3339(text).value(); };
  CHECK(months_later(at("2026-01-05T09:30:00Z"), 1) == at("2026-02-05T09:30:00Z"));
  CHECK(months_later(at("2026-01-31T23:00:00Z"), 1) == at("2026-02-28T23:00:00Z"));
  CHECK(months_later(at("2027-12-31T00:00:00Z"), 2) == at("2028-02-29T00:00:00Z"));
}

TEST_CASE_FIXTURE(Office, "an erasure goes from its receipt to its certificate") {
  const EntryId id = received();
  CHECK(dsr(id).due_at == months_later(now, 1));
  order(&assess_dsr, grant(id)).refused(ErrorCode::conflict);
  order(&verify_identity, VerifyIdentity{id, kJane, "known-address"});
  order(&verify_identity, VerifyIdentity{id, kJane, "known-address"}).refused(ErrorCode::conflict);
  order(&erase_subject, EraseSubject{id, trace()}).refused(ErrorCode::conflict);
  order(&assess_dsr, grant(id)).then("dsr.assessed");
  order(&certify_erasure, CertifyErasure{id, 1, Assurance::best_effort, {}})
      .refused(ErrorCode::conflict);
  order(&erase_subject, EraseSubject{id, trace()}).then("subject.erased");
  CHECK(one<SubjectErased>().fields == 3);
  CHECK(is_erased(memory.state, kJane));
  order(&erase_subject, EraseSubject{id, trace()}).refused(ErrorCode::conflict);
  order(&propagate_erasure, PropagateErasure{id, "search-index", "acknowledged"})
      .then("erasure.propagated");
  order(&certify_erasure, CertifyErasure{id, 1, Assurance::best_effort, Hash{1}})
      .then("erasure.certified dsr.completed");
  CHECK(memory.privacy.rows.at(TenantId()).uncertified.empty());
  order(&extend_dsr, ExtendDsr{id, {}, "late"}).refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "an erasure is complete once everybody who got the data was told") {
  DisclosureMade shown{"processor-eu", "gdpr-28", 2, kJane, {}};
  DisclosureMade to_all{"auditor-x", "audit", 2, {}, {}};
  record({{"ctl", "", {}, "", "", shown}, {"ctl", "", {}, "", "", to_all}});
  const EntryId id = granted();
  order(&erase_subject, EraseSubject{id, trace()});
  CHECK(dsr(id).recipients == std::vector<Clear>{"processor-eu", "auditor-x"});
  order(&certify_erasure, CertifyErasure{id, 1, Assurance::best_effort, Hash{1}})
      .then("erasure.certified");
  order(&notify_recipient, NotifyRecipient{id, "processor-eu", "acknowledged"})
      .then("recipients.notified");
  order(&notify_recipient, NotifyRecipient{id, "auditor-x", "lost"}).refused(ErrorCode::invalid);
  order(&notify_recipient, NotifyRecipient{id, "auditor-x", "failed"}).then("recipients.notified");
  CHECK(dsr(id).notified == std::vector<Clear>{"processor-eu"});
  order(&notify_recipient, NotifyRecipient{id, "auditor-x", "impossible"})
      .then("recipients.notified dsr.completed");
}

TEST_CASE_FIXTURE(Office,
                  "whom a connector sent to got the data; who runs it in the house did not") {
  const TicketId ticket = open_ticket();
  EffectDispatched sent;
  sent.action = ActionId("act_1");
  sent.ticket = ticket;
  for (const char* name : {"internal", "client", "shop", "shop"}) {
    sent.connector = name;
    record({{"act_1", "", {}, "", "", sent}});
  }
  EffectDispatched imported = sent;
  imported.connector = "elsewhere";
  imported.provenance.imported = true;
  record({{"act_1", "", {}, "", "", imported}});
  const EntryId id = granted();
  order(&erase_subject, EraseSubject{id, trace()});
  CHECK(dsr(id).recipients == std::vector<Clear>{"connector/shop"});
  order(&notify_recipient, NotifyRecipient{id, "connector/shop", "acknowledged"})
      .then("recipients.notified");
}

TEST_CASE_FIXTURE(Office, "who got the data is told of a rectification too, once it is done") {
  DisclosureMade shown{"processor-eu", "gdpr-28", 2, kJane, {}};
  record({{"ctl", "", {}, "", "", shown}});
  const EntryId id = granted(DsrKind::rectification);
  const NotifyRecipient told{id, "processor-eu", "sent"};
  order(&notify_recipient, told).refused(ErrorCode::conflict);
  order(&correct_value, CorrectValue{id, 3, "/data/title", "\"Right\""});
  CHECK(dsr(id).recipients == std::vector<Clear>{"processor-eu"});
  order(&notify_recipient, told).then("recipients.notified");
  CHECK(dsr(id).notified == std::vector<Clear>{"processor-eu"});
  order(&notify_recipient, NotifyRecipient{granted(DsrKind::access), "processor-eu", "sent"})
      .refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "nobody who got the data is forgotten, however many there are") {
  for (int i = 0; i < 300; ++i)
    record({{"ctl", "", {}, "", "",
             DisclosureMade{Clear("processor-" + std::to_string(i)), "gdpr-28", 1, kJane, {}}}});
  const EntryId id = granted();
  order(&erase_subject, EraseSubject{id, trace()});
  CHECK(dsr(id).recipients.size() == 300);
}

TEST_CASE_FIXTURE(Office, "an erasure that a hold defers can be refused with a ground") {
  hold({});
  const EntryId id = verified();
  order(&assess_dsr, grant(id)).then("dsr.assessed erasure.deferred processing.restricted");
  order(&assess_dsr, grant(id)).refused(ErrorCode::conflict);
  AssessDsr refuse;
  refuse.dsr = id;
  refuse.verdict = DsrVerdict::refuse;
  order(&assess_dsr, refuse).refused(ErrorCode::invalid);
  refuse.ground = "gdpr-17-3-e";
  order(&assess_dsr, refuse).then("dsr.assessed dsr.completed");
  CHECK(memory.privacy.rows.at(TenantId()).deferred.empty());
  order(&release_processing, ReleaseProcessing{kJane, {}}).then("processing.released");
}

TEST_CASE_FIXTURE(Office, "an erasure completes the person's other requests, whatever they are") {
  const EntryId id = granted(), again = granted(), access = verified(DsrKind::access);
  EraseSubject command{id, trace()};
  command.others = {id, again, access, received()};
  order(&erase_subject, command).then("subject.erased dsr.completed dsr.completed");
  CHECK(dsr(again).outcome == Clear("done"));
  CHECK(dsr(access).outcome == Clear("erased"));
}

TEST_CASE_FIXTURE(Office, "what somebody writes is not taken before it is known who it is") {
  order(&receive_dsr, ReceiveDsr{DsrKind::erasure, {}, "email", "I am Jane"})
      .refused(ErrorCode::invalid);
  order(&receive_dsr, ReceiveDsr{DsrKind::erasure, kJane, "email", "I am Jane"})
      .then("dsr.received");
  CHECK(one<DsrReceived>().request->subjects == std::vector<std::string>{kJane.value()});
}

TEST_CASE_FIXTURE(Office, "a refusal names its ground and ends the request") {
  const EntryId id = received();
  AssessDsr refuse;
  refuse.dsr = id;
  refuse.verdict = DsrVerdict::refuse;
  order(&assess_dsr, refuse).refused(ErrorCode::invalid);
  refuse.ground = "gdpr-17-3-b";
  refuse.reason = "the invoices have to be kept";
  order(&assess_dsr, refuse).then("dsr.assessed dsr.completed");
  CHECK(dsr(id).outcome == Clear("refused"));
  order(&assess_dsr, refuse).refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "a request is extended once, by two months at most, before it is due") {
  const EntryId id = received();
  order(&extend_dsr, ExtendDsr{id, {}, ""}).refused(ErrorCode::invalid);
  order(&extend_dsr, ExtendDsr{id, months_later(now, 4), "many"}).refused(ErrorCode::invalid);
  order(&extend_dsr, ExtendDsr{id, {}, "many requests"}).then("dsr.extended");
  CHECK(dsr(id).due_at == months_later(now, 3));
  order(&extend_dsr, ExtendDsr{id, {}, "again"}).refused(ErrorCode::conflict);
  const EntryId late = received();
  now += std::chrono::days(40);
  order(&extend_dsr, ExtendDsr{late, {}, "late"}).refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "only an admin handles requests and holds") {
  order(&receive_dsr, ReceiveDsr{}, kManager).refused(ErrorCode::forbidden);
  order(&place_hold, PlaceHold{}, kAgent).refused(ErrorCode::forbidden);
}

TEST_CASE_FIXTURE(Office, "a hold defers an erasure, and the erasure goes on once it is released") {
  PlaceHold command;
  command.scope = HoldScope::subject;
  command.subject = kJane;
  const EntryId placed = hold(command);
  const EntryId id = verified();
  order(&assess_dsr, grant(id)).then("dsr.assessed erasure.deferred processing.restricted");
  CHECK(one<DsrAssessed>().verdict == DsrVerdict::partly);
  CHECK(one<DsrAssessed>().ground == Clear("gdpr-17-3-e"));
  order(&erase_subject, EraseSubject{id, trace()}).refused(ErrorCode::conflict);
  CHECK(refusal->message.find(placed.value()) != std::string::npos);
  CHECK_FALSE(is_erased(memory.state, kJane));
  order(&release_processing, ReleaseProcessing{kJane, {}}).refused(ErrorCode::conflict);
  order(&release_hold, ReleaseHold{placed, "the case is closed"}).then("hold.released");
  order(&release_hold, ReleaseHold{placed, {}}).refused(ErrorCode::conflict);
  order(&erase_subject, EraseSubject{id, trace()}).then("subject.erased");
  CHECK(memory.privacy.rows.at(TenantId()).deferred.empty());
}

TEST_CASE_FIXTURE(Office, "a hold that is placed after the assessment defers the execution") {
  const EntryId id = granted();
  hold({});
  order(&erase_subject, EraseSubject{id, trace()}).then("erasure.deferred processing.restricted");
  order(&erase_subject, EraseSubject{id, trace()}).refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "a hold keeps what is within its scope and time, and nothing else") {
  PlaceHold old;
  old.to = now - std::chrono::days(60);
  hold(old);
  PlaceHold other;
  other.scope = HoldScope::subject;
  other.subject = SubjectId("sub_other");
  hold(other);
  CHECK(holds_on(memory.state, kJane, trace()).empty());
  PlaceHold recent;
  recent.from = now - std::chrono::days(1);
  const EntryId first = hold(recent);
  const TicketId ticket = open_ticket();
  PlaceHold about;
  about.scope = HoldScope::ticket;
  about.ticket = ticket;
  hold(about);
  REQUIRE(holds_on(memory.state, kJane, trace()).size() == 1);
  CHECK(holds_on(memory.state, kJane, trace()).front().hold == first);
  SubjectTrace with = trace();
  with.groups.push_back(ticket.value());
  CHECK(holds_on(memory.state, kJane, with).size() == 2);
  CHECK(holds_between(memory.state, now - std::chrono::days(90), now - std::chrono::days(80))
            .size() == 3);
}

TEST_CASE_FIXTURE(Office, "a hold needs two people, a review within a year and a clear scope") {
  PlaceHold command;
  command.matter = "case-7";
  command.requested_by = kAdmin.id;
  command.review_at = months_later(now, 6);
  order(&place_hold, command).refused(ErrorCode::conflict);
  command.requested_by = PrincipalId();
  order(&place_hold, command).refused(ErrorCode::invalid);
  command.requested_by = PrincipalId("usr_counsel");
  command.review_at = months_later(now, 13);
  order(&place_hold, command).refused(ErrorCode::invalid);
  command.review_at = months_later(now, 6);
  command.scope = HoldScope::ticket;
  order(&place_hold, command).refused(ErrorCode::invalid);
  command.ticket = TicketId("tkt_none");
  order(&place_hold, command).refused(ErrorCode::not_found);
  command.scope = HoldScope::tenant;
  command.ticket.reset();
  order(&place_hold, command).then("hold.placed");
  const EntryId id = one<HoldPlaced>().hold;
  order(&review_hold, ReviewHold{id, months_later(now, 12)}).then("hold.reviewed");
  order(&review_hold, ReviewHold{id, now}).refused(ErrorCode::invalid);
  order(&review_hold, ReviewHold{EntryId("hld_none"), now}).refused(ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Office, "a person who was erased can be neither held nor asked for again") {
  const TicketId ticket = open_ticket();
  const EntryId id = granted();
  order(&erase_subject, EraseSubject{id, trace()});
  PlaceHold command;
  command.scope = HoldScope::subject;
  command.subject = kJane;
  command.matter = "case-7";
  command.requested_by = PrincipalId("usr_counsel");
  command.review_at = months_later(now, 6);
  order(&place_hold, command).refused(ErrorCode::conflict);
  command.scope = HoldScope::ticket;
  command.subject.reset();
  command.ticket = ticket;
  order(&place_hold, command).refused(ErrorCode::conflict);
  order(&receive_dsr, ReceiveDsr{DsrKind::access, kJane, "email", {}}).refused(ErrorCode::conflict);
  const EntryId again = received();
  order(&verify_identity, VerifyIdentity{again, kJane, "known-address"})
      .refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "after an erasure colleagues still write, and the customer is new") {
  const TicketId ticket = open_ticket();
  const EntryId id = granted();
  order(&erase_subject, EraseSubject{id, trace()});
  customer_writes(ticket).then_refused(ErrorCode::conflict);
  AddMessage note;
  note.ticket = ticket;
  note.from = MessageFrom::note;
  note.body = "erased on request";
  given(kPerson, note);
  CHECK(event<TicketNoted>().body.subjects.empty());
  OpenTicket open;
  open.requester = kJane;
  when(kPerson, open).then_refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "no agent acts on the tickets of a person whose data are restricted") {
  const TicketId ticket = open_ticket();
  const EntryId id = granted(DsrKind::restriction);
  order(&restrict_processing, RestrictProcessing{id}).then("processing.restricted dsr.completed");
  propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["x"]})")
      .then_refused(ErrorCode::forbidden);
  order(&release_processing, ReleaseProcessing{kJane, {}}).then("processing.released");
  order(&release_processing, ReleaseProcessing{kJane, {}}).refused(ErrorCode::conflict);
  propose(ticket, "AUTO_RESOLVE", R"({"resolution_steps":["x"]})");
  CHECK_FALSE(Story::refused());
}

TEST_CASE_FIXTURE(Office, "what an agent wanted before a restriction stays until it is released") {
  const TicketId ticket = open_ticket();
  const ActionId action = proposed(ticket, "check_order_status", R"({"order_id":"O-1"})");
  const EntryId id = granted(DsrKind::objection);
  order(&restrict_processing, RestrictProcessing{id});
  lease(action).then_refused(ErrorCode::forbidden);
  order(&release_processing, ReleaseProcessing{kJane, {}});
  lease(action).then({"policy.decided", "effect.dispatched"});
}

TEST_CASE_FIXTURE(Office, "nobody is asked by itself whose data are restricted") {
  const TicketId ticket = open_ticket();
  proposed(ticket, "AUTO_RESOLVE");
  const EntryId id = granted(DsrKind::restriction);
  order(&restrict_processing, RestrictProcessing{id});
  now += std::chrono::hours(24);
  fire_due();
  Story::then({"followup.postponed"});
  CHECK(event<FollowUpPostponed>().cause == Clear("restricted"));
}

TEST_CASE_FIXTURE(Office, "a wrong value is corrected beside the old one") {
  const EntryId id = granted(DsrKind::rectification);
  order(&correct_value, CorrectValue{id, 3, "/data/title", "\"Right\""})
      .then("value.corrected dsr.completed");
  CHECK(one<ValueCorrected>().value.subjects == std::vector<std::string>{kJane.value()});
  order(&correct_value, CorrectValue{granted(), 3, "/data/title", "\"Right\""})
      .refused(ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Office, "an answer to an access request says what was given") {
  const EntryId id = granted(DsrKind::access);
  AnswerDsr answer;
  answer.dsr = id;
  answer.answer = Hash{7};
  answer.fields = 4;
  answer.tenant = "acme";
  order(&answer_dsr, answer).then("disclosure.made export.created dsr.completed");
  CHECK(one<DsrCompleted>().answer == Hash{7});
  // What the person was given is no disclosure that anybody has to be told of.
  CHECK(memory.subjects.rows[kJane].recipients.empty());
}

}  // namespace
}  // namespace recourse
