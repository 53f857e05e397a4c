#include "tools/soc2/control_test.h"

namespace recourse::soc2 {
namespace {

/// RC-23
class PrivacyRequests final : public OneControlTest {
 public:
  explicit PrivacyRequests(const TestContext& context) : OneControlTest(context, "RC-23") {}

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<DsrReceived>()) on_received(seen, *e);
    if (const auto* e = seen.as<DsrIdentityVerified>())
      if (Request* request = find(e->dsr)) {
        request->verified = true;
        request->subject = e->subject.value();
      }
    if (const auto* e = seen.as<DsrExtended>()) on_extended(seen, *e);
    if (const auto* e = seen.as<SubjectErased>())
      for (auto& [id, request] : requests_)
        if ((e->dsr && e->dsr->value() == id) || request.subject == e->subject.value())
          request.erased = true;
    if (const auto* e = seen.as<ErasureDeferred>()) on_deferred(seen, *e);
    if (const auto* e = seen.as<HoldReleased>()) on_released(seen, *e);
    if (const auto* e = seen.as<RecipientsNotified>(); e != nullptr && e->outcome.text != "failed")
      if (Request* request = find(e->dsr)) request->told.insert(e->recipient.text);
    if (const auto* e = seen.as<DsrCompleted>()) on_completed(seen, *e);
    if (const auto* e = seen.as<DisclosureMade>(); e != nullptr && !e->dsr)
      (e->subject ? got_[e->subject->value()] : got_[""]).insert(e->recipient.text);
    if (const auto* e = seen.as<EffectDispatched>()) on_dispatched(*e);
  }

  void finish() override {
    for (auto& [id, request] : requests_) {
      if (request.completed) {
        check_told(id, request);
        check_deferred(id, request);
      } else if (!request.holds.empty()) {
        writer_.leave(request.member, "under_hold");
      } else if (context_.last <= request.due_at) {
        writer_.leave(request.member, "still_in_time");
      } else {
        writer_.fail(request.member, "past_due",
                     "Request " + id + " was due at " + to_rfc3339(request.due_at) +
                         " and is not completed.");
      }
    }
  }

 private:
  struct Request {
    Member member;
    DsrKind kind = DsrKind::access;
    Timestamp received_at, due_at;
    std::string subject;
    bool verified = false, erased = false, completed = false, done = false;
    std::set<std::string> holds;           ///< In force, which its erasure waits for.
    std::set<std::string> told, has_data;  ///< Recipients.
  };

  Request* find(const EntryId& id) {
    const auto found = requests_.find(id.value());
    return found != requests_.end() ? &found->second : nullptr;
  }

  /// A connector's provider got what was sealed for the ticket's requester.
  void on_dispatched(const EffectDispatched& e) {
    const std::string& name = e.connector.text;
    if (e.provenance.imported || name == "internal" || name == "client") return;
    const PastTicket* const ticket = context_.history.ticket(e.ticket.value());
    if (ticket != nullptr) got_[ticket->requester].insert("connector/" + name);
  }

  void on_received(const Seen& seen, const DsrReceived& e) {
    Request request;
    request.member = writer_.member(seen);
    request.kind = e.kind;
    request.received_at = seen.event.time;
    request.due_at = e.due_at;
    if (e.subject) request.subject = e.subject->value();
    Row& row = writer_.row_of(request.member);
    row.subject = e.dsr.value();
    if (seen.within() && e.due_at > seen.event.time + std::chrono::days(thresholds_.request_d))
      writer_.fail(request.member, "due_too_late",
                   "Request " + e.dsr.value() + " was given until " + to_rfc3339(e.due_at) + ".");
    requests_.insert_or_assign(e.dsr.value(), std::move(request));
  }

  void on_extended(const Seen& seen, const DsrExtended& e) {
    Request* const request = find(e.dsr);
    if (request == nullptr) return;
    const Timestamp most = request->received_at + std::chrono::days(thresholds_.request_extended_d);
    if (seen.place != Place::before && (e.due_at > most || seen.event.time > request->due_at))
      writer_.fail(request->member, "due_too_late",
                   "Request " + e.dsr.value() + " was extended at " + to_rfc3339(seen.event.time) +
                       " until " + to_rfc3339(e.due_at) + "; it was due at " +
                       to_rfc3339(request->due_at) + ".");
    request->due_at = e.due_at;
  }

  void on_deferred(const Seen& seen, const ErasureDeferred& e) {
    Request* const request = find(e.dsr);
    if (request == nullptr) return;
    request->holds.clear();
    for (const EntryId& hold : e.holds) request->holds.insert(hold.value());
    if (!request->completed && seen.event.time > request->due_at && seen.place != Place::before)
      writer_.fail(request->member, "past_due",
                   "Request " + e.dsr.value() + " was due at " + to_rfc3339(request->due_at) +
                       " and put off for a hold only at " + to_rfc3339(seen.event.time) + ".");
  }

  /// What waited for its last hold has its time from now on.
  void on_released(const Seen& seen, const HoldReleased& e) {
    for (auto& [id, request] : requests_)
      if (request.holds.erase(e.hold.value()) > 0 && request.holds.empty())
        request.due_at = std::max(
            request.due_at, seen.event.time + std::chrono::days(thresholds_.retention_tolerance_d));
  }

  /// Completed while a hold lay on it: to be erased once it is gone.
  void check_deferred(const std::string& id, Request& request) {
    if (request.kind != DsrKind::erasure || !request.done || request.erased) return;
    if (!request.holds.empty()) return writer_.leave(request.member, "under_hold");
    if (context_.last <= request.due_at) return writer_.leave(request.member, "still_in_time");
    writer_.fail(request.member, "not_erased",
                 "Request " + id + " was completed and nothing was erased until " +
                     to_rfc3339(request.due_at) + ", when no hold lay on it any more.");
  }

  void on_completed(const Seen& seen, const DsrCompleted& e) {
    Request* const request = find(e.dsr);
    if (request == nullptr) return;
    if (seen.place == Place::before) {
      requests_.erase(e.dsr.value());
      return;
    }
    request->completed = true;
    request->done = e.outcome.text == "done";
    writer_.enter(request->member).accountable = seen.event.actor.id.value();
    const std::string what = "Request " + e.dsr.value();
    if (seen.event.time > request->due_at)
      writer_.fail(request->member, "past_due",
                   what + " was due at " + to_rfc3339(request->due_at) + " and completed at " +
                       to_rfc3339(seen.event.time) + ".");
    if (!request->done) return;
    if (!request->verified)
      writer_.fail(request->member, "identity_not_verified",
                   what + " was completed and nobody knew who asked.");
    if (request->kind == DsrKind::erasure && !request->erased && request->holds.empty())
      writer_.fail(request->member, "not_erased", what + " was completed and nothing was erased.");
    request->has_data = got_[""];
    const std::set<std::string>& of_subject = got_[request->subject];
    request->has_data.insert(of_subject.begin(), of_subject.end());
  }

  void check_told(const std::string& id, Request& request) {
    const bool must = request.kind == DsrKind::erasure || request.kind == DsrKind::rectification ||
                      request.kind == DsrKind::restriction;
    if (!must || !request.done) return;
    std::string missing;
    for (const std::string& recipient : request.has_data)
      if (!request.told.contains(recipient)) missing += " " + recipient;
    if (missing.empty()) return;
    if (context_.last <= request.due_at) return writer_.leave(request.member, "still_in_time");
    writer_.fail(request.member, "recipients_not_told",
                 "Of request " + id + " these were not told:" + missing + ".");
  }

  std::map<std::string, Request> requests_;
  std::map<std::string, std::set<std::string>> got_;  ///< Subject, empty for all -> recipients.
};

}  // namespace

void add_privacy_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<PrivacyRequests>(context));
}

}  // namespace recourse::soc2
