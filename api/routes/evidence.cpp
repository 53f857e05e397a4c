#include <charconv>

#include "api/routes/json_object.h"
#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "engine/event/canonical_json.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/tlog_proof.h"
#include "tools/audit/continuation.h"

namespace recourse::routes {
namespace {

http::Response text(std::string body, const char* type = "text/plain; charset=utf-8") {
  http::Response response;
  response.content_type = type;
  response.body = std::move(body);
  return response;
}

/// It is another one in a second.
http::Response checkpoint(std::string note) {
  http::Response response = text(std::move(note));
  response.headers.set("Cache-Control", "private, max-age=1");
  return response;
}

Error not_published() {
  return {ErrorCode::unavailable, "no signed head covers this yet; ask again in a second"};
}

std::string hashes_json(const std::vector<Hash>& hashes) { return to_json(hashes); }

struct Published {
  std::string note;
  Checkpoint head;
};

Result<Published> latest(const Call& call) {
  auto note = call.app.signer.latest(call.ledger);
  if (!note) return not_published();
  RECOURSE_LET(Checkpoint head, peek_checkpoint(*note));
  return Published{std::move(*note), std::move(head)};
}

/// A tree size of the query, at most the durable one; absent is `otherwise`.
Result<LogSize> size_parameter(const Call& call, std::string_view name, LogSize otherwise) {
  const std::uint64_t durable = call.app.ledger.head(call.ledger).size.value();
  RECOURSE_LET(const auto size, query_number(call, name, 1, static_cast<std::int64_t>(durable)));
  return size ? LogSize(static_cast<std::uint64_t>(*size)) : otherwise;
}

/// How far it is with an event: `sequenced` when it is durable, `published` when a signed head
/// covers it, `witnessed` when one does that the quorum of witnesses cosigned.
std::string_view evidence_state(const Call& call, Position at) {
  const auto& witnessed = call.app.options.witnessed;
  if (witnessed && at.value() < witnessed(call.ledger).value()) return "witnessed";
  const auto published = latest(call);
  return published && at.value() < published->head.size ? "published" : "sequenced";
}

Result<std::string> inclusion_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"position", "size"}));
  RECOURSE_LET(const LogSize size,
               size_parameter(call, "size", call.app.ledger.head(call.ledger).size));
  RECOURSE_LET(const auto position,
               query_number(call, "position", 0, static_cast<std::int64_t>(size.value()) - 1));
  if (!position) return Error{ErrorCode::invalid, "query parameter 'position' is required"};
  const Position at(static_cast<std::uint64_t>(*position));
  RECOURSE_LET(const std::string leaf, call.app.ledger.leaf(call.ledger, at));
  RECOURSE_LET(const auto hashes, call.app.ledger.inclusion_proof(call.ledger, at, size));
  RECOURSE_LET(const Hash root, call.app.ledger.root_at(call.ledger, size));
  JsonObject object;
  object.number("position", at.value())
      .number("size", size.value())
      .value("root", root)
      .value("leaf_hash", leaf_hash(leaf))
      .text("state", evidence_state(call, at))
      .raw("hashes", hashes_json(hashes));
  return std::move(object).take();
}

Result<std::string> consistency_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"from", "to"}));
  RECOURSE_LET(const LogSize to,
               size_parameter(call, "to", call.app.ledger.head(call.ledger).size));
  RECOURSE_LET(const auto given,
               query_number(call, "from", 1, static_cast<std::int64_t>(to.value())));
  if (!given) return Error{ErrorCode::invalid, "query parameter 'from' is required"};
  const LogSize from(static_cast<std::uint64_t>(*given));
  RECOURSE_LET(const auto hashes, call.app.ledger.consistency_proof(call.ledger, from, to));
  RECOURSE_LET(const Hash old_root, call.app.ledger.root_at(call.ledger, from));
  RECOURSE_LET(const Hash root, call.app.ledger.root_at(call.ledger, to));
  JsonObject object;
  object.number("from", from.value())
      .number("to", to.value())
      .value("from_root", old_root)
      .value("to_root", root)
      .raw("hashes", hashes_json(hashes));
  return std::move(object).take();
}

/// One event with all that is needed to check it offline, against the newest signed head.
Result<std::string> event_proof(const Call& call) {
  const std::string& name = call.request.parameter("position");
  std::uint64_t position = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), position);
  if (fault != std::errc() || end != name.data() + name.size())
    return Error{ErrorCode::not_found, "no event at this position"};
  RECOURSE_LET(std::string leaf, call.app.ledger.leaf(call.ledger, Position(position)));
  RECOURSE_LET(Published published, latest(call));
  if (published.head.size <= position) return not_published();
  TlogProof proof;
  proof.extra = std::move(leaf);
  proof.index = position;
  RECOURSE_LET(proof.hashes, call.app.ledger.inclusion_proof(call.ledger, Position(position),
                                                             LogSize(published.head.size)));
  proof.note = std::move(published.note);
  return tlog_proof_text(proof);
}

Result<std::string> checkpoints_json(const Call& call) {
  RECOURSE_TRY(only_query(call, {"limit", "before"}));
  RECOURSE_LET(const auto limit, query_number(call, "limit", 1, 1'000));
  RECOURSE_LET(const auto before, query_number(call, "before", 1, Json::kMaxInteger));
  std::string items;
  LogSize at_most(static_cast<std::uint64_t>(before.value_or(Json::kMaxInteger)) - 1);
  std::int64_t left = limit.value_or(50);
  for (; left > 0 && at_most.value() > 0; --left) {
    RECOURSE_LET(const auto note, call.app.signer.at_most(call.ledger, at_most));
    if (!note) break;
    RECOURSE_LET(const Checkpoint head, peek_checkpoint(*note));
    JsonObject object;
    object.number("size", head.size).value("root", head.root).text("note", *note);
    if (!items.empty()) items += ',';
    items += std::move(object).take();
    if (head.size == 0) break;
    at_most = LogSize(head.size - 1);
  }
  return R"({"items":[)" + items + "]}";
}

void answer_json(const Call& call, const Result<std::string>& json) {
  if (!json) return refuse(call, json.error());
  respond(call, http::json(*json));
}

/// Keys that were replaced: what they signed still counts.
std::string older_keys(const Call& call) {
  std::string list;
  const Signer& signer = call.app.signer;
  for (const auto& keys :
       {signer.log_keys(call.ledger), signer.report_keys(), signer.receipt_keys()})
    for (std::size_t i = 1; i < keys.size(); ++i) {
      if (!list.empty()) list += ',';
      list += '"' + keys[i].text() + '"';
    }
  return list;
}

}  // namespace

void show_latest_checkpoint(CallPtr call) {
  then(call, latest(*call),
       [&](Published published) { respond(*call, checkpoint(std::move(published.note))); });
}

void show_meta_checkpoint(CallPtr call) {
  ask_meta_log(*call);
  show_latest_checkpoint(std::move(call));
}

void list_checkpoints(CallPtr call) { answer_json(*call, checkpoints_json(*call)); }
void show_inclusion_proof(CallPtr call) { answer_json(*call, inclusion_json(*call)); }
void show_consistency_proof(CallPtr call) { answer_json(*call, consistency_json(*call)); }

void show_event_proof(CallPtr call) {
  then(call, event_proof(*call),
       [&](std::string proof) { respond(*call, text(std::move(proof))); });
}

void show_verifier_key(CallPtr call) {
  Json continued = Json::array();
  for (const LedgerInfo& info : call->app.ledger.ledgers()) {
    if (info.ledger != call->ledger) continue;
    const auto told = continuations_of(call->app.ledger, info);
    if (!told) return refuse(*call, told.error());
    continued = to_json(*told);
  }
  JsonObject object;
  object.text("log", call->app.signer.verifier_key(call->ledger))
      .text("reports", call->app.signer.report_verifier_key())
      .text("receipts", call->app.signer.receipt_verifier_key())
      .raw("older", "[" + older_keys(*call) + "]")
      .raw("continued", canonical_json(continued));
  respond(*call, http::json(std::move(object).take()));
}

}  // namespace recourse::routes
