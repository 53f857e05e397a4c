// Requests of data subjects: /v1/privacy.

#include "api/routes/privacy.h"

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/state_rows.h"
#include "api/routes/write.h"
#include "engine/erasure/certificate.h"
#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"

namespace recourse::routes {
namespace {

constexpr const char* kMethod = "operator-confirmed";

std::string request_json(const DsrState& row) {
  JsonObject object;
  object.value("request", row.dsr)
      .value("kind", row.kind)
      .value("status", row.status)
      .value("subject", row.subject)
      .value("channel", row.channel)
      .value("received_at", row.received_at)
      .value("due_at", row.due_at)
      .flag("identity_verified", row.identity_verified)
      .flag("extended", row.extended)
      .value("verdict", row.verdict)
      .value("ground", row.ground)
      .value("holds", row.holds)
      .value("erased_at", row.erased_at)
      .value("retired_epoch", row.epoch)
      .value("certificate", row.certificate)
      .value("recipients", row.recipients)
      .value("notified", row.notified)
      .value("propagated", row.propagated)
      .value("outcome", row.outcome);
  return std::move(object).take();
}

/// The same members for every step, so that a repeat has the same answer: what was recorded.
http::Response privacy_step(const Committed& committed) {
  JsonObject object;
  if (const auto* e = find_event<DsrReceived>(committed))
    object.value("request", e->dsr).value("status", DsrStatus::received).value("due_at", e->due_at);
  if (const auto* e = find_event<DsrIdentityVerified>(committed))
    object.value("request", e->dsr)
        .value("status", DsrStatus::verified)
        .value("subject", e->subject);
  if (const auto* e = find_event<DsrExtended>(committed))
    object.value("request", e->dsr).value("due_at", e->due_at);
  if (const auto* e = find_event<RecipientsNotified>(committed))
    object.value("request", e->dsr).value("recipient", e->recipient).value("outcome", e->outcome);
  if (const auto* e = find_event<ErasurePropagated>(committed))
    object.value("request", e->dsr).value("store", e->store).value("outcome", e->outcome);
  if (const auto* e = find_event<DsrAssessed>(committed)) {
    DsrStatus status = DsrStatus::assessed;
    if (find_event<ErasureDeferred>(committed) != nullptr) status = DsrStatus::deferred;
    if (find_event<DsrCompleted>(committed) != nullptr) status = DsrStatus::completed;
    object.value("request", e->dsr)
        .value("status", status)
        .value("verdict", e->verdict)
        .value("holds", e->holds);
  }
  return accepted(committed, std::move(object),
                  find_event<DsrReceived>(committed) != nullptr ? 201 : 200);
}

http::Response privacy_done(const Committed& committed) {
  JsonObject object;
  if (const auto* e = find_event<SubjectErased>(committed))
    object.value("request", e->dsr)
        .value("status", DsrStatus::erased)
        .value("subject", e->subject)
        .number("fields", e->fields)
        .value("root", e->root)
        .number("vault_rows", e->vault_rows)
        .number("directory_rows", e->directory_rows);
  if (const auto* e = find_event<ErasureDeferred>(committed))
    object.value("request", e->dsr)
        .value("status", DsrStatus::deferred)
        .value("subject", e->subject)
        .value("holds", e->holds);
  // An erasure ends other requests of the person; they are not what was asked for here.
  const bool itself = find_event<SubjectErased>(committed) == nullptr;
  if (const auto* e = find_event<DsrCompleted>(committed); e != nullptr && itself)
    object.value("request", e->dsr).value("status", DsrStatus::completed);
  return accepted(committed, std::move(object), 200);
}

/// Long walks over the ledger, on the thread for these.
void submit_after_walk(const CallPtr& call, std::string body, Answer answer, WriteOptions options,
                       std::function<Result<WriteRequest>()> make) {
  const bool taken = call->app.long_reads.run(
      [call, body = std::move(body), answer = std::move(answer), options = std::move(options),
       make = std::move(make)](const LongReads::GoOn& go_on) {
        if (!go_on())
          return refuse(*call, {ErrorCode::unavailable, "the server stops; nothing was stored"});
        auto request = make();
        if (!request) return refuse(*call, request.error());
        submit(call, body, std::move(*request), answer, options);
      });
  if (!taken)
    refuse(*call, {ErrorCode::unavailable, "too many long reads wait already; try again later"});
}

}  // namespace

WriteOptions refused_as(std::string command, std::string target) {
  WriteOptions options;
  options.refusal = Refusal(std::move(command), std::move(target));
  return options;
}

Result<EntryId> dsr_parameter(const Call& call) {
  RECOURSE_LET(std::string id, id_parameter(call, "request"));
  return EntryId(std::move(id));
}

NamedPerson named_person(BodyReader& reader) {
  NamedPerson person{reader.optional_code("subject"), reader.optional_text("email", {1, 512})};
  if (person.subject && person.address)
    reader.fault("email", "name the person by subject or by email, not both");
  return person;
}

void receive_dsr_request(CallPtr call) {
  ReceiveDsr command;
  NamedPerson person;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.kind = reader.word_of<DsrKind>("kind");
    command.channel = reader.optional_code("channel").value_or("api");
    command.request = reader.optional_text("request");
    person = named_person(reader);
    if (command.request && !command.request->empty() && !person.subject && !person.address)
      reader.fault("request",
                   "what somebody writes is sealed under that person's key: name the person by "
                   "subject or email too, or leave the text out");
  });
  if (!good) return;
  submit(call, body.canonical, receive_request(call->tenant, command, person), privacy_step,
         refused_as("receive_dsr", person.subject.value_or("")));
}

void list_dsr_requests(CallPtr call) {
  when_reached(call, [call] {
    if (const Status good = only_query(*call, {"status", "limit", "cursor", "min_position"}); !good)
      return refuse(*call, good.error());
    then(call, query_text(*call, "status"), [&](const std::optional<std::string>& status) {
      if (status && !from_word<DsrStatus>(*status))
        return refuse(*call, {ErrorCode::invalid,
                              "status: received, verified, assessed, deferred, "
                              "erased, certified or completed"});
      then(call, page_request(*call, "privacy/" + status.value_or("")),
           [&](const PageRequest& request) {
             then(call,
                  state_rows<DsrState>(
                      *call, call->ledger, "dsr/", "a request's row",
                      [&](const DsrState& row) {
                        return !status || word(row.status) == *status ? request_json(row)
                                                                      : std::string();
                      },
                      &request),
                  [&](const StateRows& rows) {
                    respond(*call, page(*call, request, rows.items, rows.last));
                  });
           });
    });
  });
}

void show_dsr_request(CallPtr call) {
  when_reached(call, [call] {
    then(call, dsr_parameter(*call), [&](const EntryId& id) {
      then(call, dsr_row(call->app.views, call->ledger, id),
           [&](const DsrState& row) { respond(*call, http::json(request_json(row))); });
    });
  });
}

void verify_dsr_identity(CallPtr call) {
  NamedPerson person;
  std::string method;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    person = named_person(reader);
    method = reader.optional_code("method").value_or(kMethod);
  });
  if (!good) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    submit(call, body.canonical,
           verify_request(call->tenant, VerifyIdentity{id, SubjectId(), method}, person),
           privacy_step, refused_as("verify_identity", id.value()));
  });
}

void assess_dsr_request(CallPtr call) {
  AssessDsr command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.verdict = reader.word_of<DsrVerdict>("verdict");
    command.ground = reader.optional_code("ground");
    command.reason = reader.optional_text("reason");
  });
  if (!good) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    command.dsr = id;
    submit_after_walk(
        call, body.canonical, privacy_step, refused_as("assess_dsr", id.value()),
        [call, command] { return assess_request(call->app.writer, call->tenant, command); });
  });
}

void extend_dsr_request(CallPtr call) {
  ExtendDsr command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    command.reason = reader.text("reason");
    command.due_at = optional_time(reader, "due_at");
  });
  if (!good) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    command.dsr = id;
    submit(call, body.canonical, privacy_request(call->tenant, command, &extend_dsr), privacy_step,
           refused_as("extend_dsr", id.value()));
  });
}

void execute_dsr_request(CallPtr call) {
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    then(call, dsr_row(call->app.views, call->ledger, id), [&](const DsrState& row) {
      switch (row.kind) {
        case DsrKind::erasure:
          return submit_after_walk(call, body.canonical, privacy_done,
                                   refused_as("erase_subject", id.value()), [call, id] {
                                     return erase_request(call->app.writer, call->tenant, id,
                                                          call->app.options.note_destruction);
                                   });
        case DsrKind::restriction:
        case DsrKind::objection:
          return submit(call, body.canonical,
                        privacy_request(call->tenant, RestrictProcessing{id}, &restrict_processing),
                        privacy_done, refused_as("restrict_processing", id.value()));
        case DsrKind::rectification:
          return refuse(*call, {ErrorCode::conflict,
                                "say what is right: POST .../correct {position, path, value}"});
        case DsrKind::access:
        case DsrKind::portability:
          return refuse(*call,
                        {ErrorCode::conflict,
                         "the answer is made by POST .../export, or by `recourse privacy export`"});
      }
    });
  });
}

void correct_dsr_value(CallPtr call) {
  CorrectValue command;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    const auto position =
        reader.optional_integer("position", 0, std::numeric_limits<std::int64_t>::max() >> 10);
    if (!position) reader.fault("position", "of the event that has the wrong value");
    command.position = position.value_or(0);
    command.path = reader.text("path", {1, 256});
    const auto value = reader.optional_json("value");
    if (!value) reader.fault("value", "the right value");
    command.value_json = value.value_or("");
  });
  if (!good) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    command.dsr = id;
    submit(call, body.canonical, correct_request(call->tenant, command), privacy_done,
           refused_as("correct_value", id.value()));
  });
}

void note_dsr_recipient(CallPtr call) {
  std::optional<std::string> recipient, store;
  std::string outcome;
  Body body;
  const bool good = with_body(*call, body, [&](BodyReader& reader) {
    recipient = reader.optional_code("recipient");
    store = reader.optional_code("store");
    outcome = reader.code("outcome");
    if (recipient.has_value() == store.has_value())
      reader.fault("recipient", "name a recipient, or a store that had copies");
  });
  if (!good) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    if (recipient)
      return submit(call, body.canonical,
                    privacy_request(call->tenant, NotifyRecipient{id, *recipient, outcome},
                                    &notify_recipient),
                    privacy_step, refused_as("notify_recipient", id.value()));
    submit(call, body.canonical,
           privacy_request(call->tenant, PropagateErasure{id, *store, outcome}, &propagate_erasure),
           privacy_step, refused_as("propagate_erasure", id.value()));
  });
}

void show_erasure_certificate(CallPtr call) {
  when_reached(call, [call] {
    then(call, dsr_parameter(*call), [&](const EntryId& id) {
      then(call, dsr_row(call->app.views, call->ledger, id), [&](const DsrState& row) {
        then(call, ledger_of(call->app.ledger, call->tenant), [&](const LedgerInfo& info) {
          then(call, certificate_of(call->app.ledger, call->app.signer, info, row),
               [&](std::string note) {
                 http::Response response;
                 response.content_type = "text/plain; charset=utf-8";
                 response.body = std::move(note);
                 respond(*call, std::move(response));
               });
        });
      });
    });
  });
}

void release_subject(CallPtr call) {
  then(call, id_parameter(*call, "subject"), [&](std::string subject) {
    Body body;
    if (!with_body(*call, body, [](BodyReader&) {})) return;
    submit(
        call, body.canonical,
        privacy_request(call->tenant, ReleaseProcessing{SubjectId(subject), {}},
                        &release_processing, SubjectId(subject)),
        [](const Committed& committed) {
          JsonObject object;
          if (const auto* e = find_event<ProcessingReleased>(committed))
            object.value("subject", e->subject).flag("restricted", false);
          return accepted(committed, std::move(object), 200);
        },
        refused_as("release_processing", subject));
  });
}

}  // namespace recourse::routes
