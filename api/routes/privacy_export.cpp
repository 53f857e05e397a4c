// The answer to a request of access or portability: /v1/privacy/requests/{request}/export.

#include <thread>

#include "api/routes/privacy.h"
#include "api/routes/resources.h"
#include "engine/base/sha256.h"
#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/ledger/checkpoint.h"
#include "tools/subject/subject_export.h"

namespace recourse::routes {
namespace {

using namespace std::chrono_literals;

/// The proofs lead to a head that covers all there is now. Errors: unavailable.
Status wait_for_head(const Call& call, const LongReads::GoOn& go_on) {
  const LogSize wanted = call.app.ledger.head(call.ledger).size;
  const auto end = std::chrono::steady_clock::now() + call.app.options.catch_up_wait;
  for (;;) {
    const auto note = call.app.signer.latest(call.ledger);
    const auto head = note ? peek_checkpoint(*note) : Result<Checkpoint>(Checkpoint{});
    if (head && head->size >= wanted.value()) return {};
    if (!go_on() || std::chrono::steady_clock::now() >= end)
      return Error{ErrorCode::unavailable,
                   "what was recorded last is not signed yet; nothing was given, try again soon"};
    std::this_thread::sleep_for(20ms);
  }
}

/// What the first answer under this key told of; none when it is another request's.
Result<std::optional<LogSize>> told_before(const Call& call, const StoredRequest& stored) {
  std::optional<LogSize> size;
  const Position end(stored.first.value() + stored.count);
  RECOURSE_TRY(
      call.app.ledger.scan(call.ledger, stored.first, end, [&](Position, std::string_view leaf) {
        const auto event = read_leaf(leaf);
        if (const auto* created = event ? get_if<ExportCreated>(&event->data) : nullptr)
          size = LogSize(static_cast<std::uint64_t>(created->end));
        return event.ok();
      }));
  return size;
}

/// Whether the decision would grant the answer, so that nothing is opened for one that it refuses.
bool may_be_answered(const DsrState& row) {
  return (row.kind == DsrKind::access || row.kind == DsrKind::portability) && row.subject &&
         row.identity_verified && row.verdict && row.status != DsrStatus::completed;
}

/// What the person gets; nothing where the decision will say why not.
Result<std::optional<SubjectExport>> make_answer(const Call& call, const DsrState& row,
                                                 const LongReads::GoOn& go_on) {
  std::optional<SubjectExport> made;
  RECOURSE_LET(const LedgerInfo info, ledger_of(call.app.ledger, call.tenant));
  RECOURSE_LET(const auto stored, stored_request(call));
  std::optional<LogSize> at;
  if (stored) {
    RECOURSE_LET(at, told_before(call, *stored));
    if (!at || !row.subject) return made;
  } else {
    if (!may_be_answered(row)) return made;
    RECOURSE_TRY(check_person(call.app.ledger, call.ledger, *row.subject));
    RECOURSE_TRY(wait_for_head(call, go_on));
  }
  RECOURSE_LET(made, export_subject(call.app.ledger, call.app.signer, call.app.views, info,
                                    *row.subject, row.dsr, at));
  return made;
}

http::Response answered(const Committed& committed, const EntryId& dsr, const SubjectExport& made) {
  const auto* const created = find_event<ExportCreated>(committed);
  const Hash digest = sha256(made.json);
  if (created == nullptr || created->manifest != digest)
    return http::problem(
        {ErrorCode::conflict,
         "the answer was given already, and what is stored has changed since: make a new request"});
  JsonObject files;
  files.text("subject.json", made.json).text("subject.html", made.html);
  JsonObject object;
  object.value("request", dsr)
      .value("status", DsrStatus::completed)
      .text("sha256", to_hex(as_text(digest)))
      .number("values", made.values)
      .number("withheld", made.withheld)
      .number("erased", made.erased)
      .number("decisions", static_cast<std::uint64_t>(made.explained.size()))
      .raw("files", std::move(files).take());
  http::Response response = accepted(committed, std::move(object), 200);
  response.headers.set("Cache-Control", "no-store");
  return response;
}

void answer_person(const CallPtr& call, const EntryId& id, std::string_view body,
                   const LongReads::GoOn& go_on) {
  const auto row = dsr_row(call->app.views, call->ledger, id);
  if (!row) return refuse(*call, row.error());
  auto made = make_answer(*call, *row, go_on);
  if (!made) return refuse(*call, made.error());
  const bool refused = !made->has_value();
  const auto answer =
      std::make_shared<const SubjectExport>(std::move(*made).value_or(SubjectExport()));
  AnswerDsr command;
  command.dsr = id;
  command.answer = sha256(answer->json);
  command.fields = answer->values;
  command.explained = answer->explained;
  command.end = static_cast<std::int64_t>(answer->size.value());
  command.tenant = call->tenant.value();
  WriteRequest request =
      privacy_request(call->tenant, std::move(command), &answer_dsr, row->subject);
  // What was not made is not recorded as given, whatever became of the request meanwhile.
  if (refused)
    request.decide = [decide = std::move(request.decide)](DecisionStep& step) -> Result<Events> {
      RECOURSE_TRY(decide(step));
      return conflict("the request was changed meanwhile: try again");
    };
  submit(
      call, body, std::move(request),
      [id, answer](const Committed& committed) { return answered(committed, id, *answer); },
      refused_as("answer_dsr", id.value()));
}

}  // namespace

void export_dsr_answer(CallPtr call) {
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;
  then(call, dsr_parameter(*call), [&](const EntryId& id) {
    const bool taken =
        call->app.long_reads.run([call, id, text = body.canonical](const LongReads::GoOn& go_on) {
          answer_person(call, id, text, go_on);
        });
    if (!taken)
      refuse(*call, {ErrorCode::unavailable, "too many long reads wait already; try again later"});
  });
}

}  // namespace recourse::routes
