#include "tools/audit/replay.h"

#include <doctest/doctest.h>

#include <sstream>

#include "engine/event/canonical_json.h"
#include "projections/audit_index.h"
#include "tests/unit/tools/audit/told_ticket.h"
#include "tools/audit/as_of.h"
#include "tools/audit/ndjson.h"
#include "tools/audit/replay_blocks.h"
#include "tools/audit/replay_text.h"

namespace recourse {
namespace {

std::vector<ReplayStep> steps_of(const ToldTicket& told, const ReplayRequest& request,
                                 const ViewStore* views = nullptr) {
  std::vector<ReplayStep> steps;
  const Status status = replay(*told.ledger, views, request, [&](const ReplayStep& step) {
    steps.push_back(step);
    return true;
  });
  REQUIRE(status);
  return steps;
}

ReplayRequest about(const ToldTicket& told, std::string_view target) {
  ReplayRequest request;
  request.ledger = told.tenant;
  request.target = find_target(*told.ledger, nullptr, told.tenant, target).value();
  return request;
}

std::vector<std::uint64_t> positions(const std::vector<ReplayStep>& steps) {
  std::vector<std::uint64_t> all;
  for (const ReplayStep& step : steps) all.push_back(step.position.value());
  return all;
}

const FieldChange* change_of(const ReplayStep& step, const std::string& entity,
                             std::string_view field) {
  for (const EntityChange& state : step.state)
    if (state.entity == entity)
      for (const FieldChange& change : state.fields)
        if (change.field == field) return &change;
  return nullptr;
}

using Positions = std::vector<std::uint64_t>;

TEST_CASE("a ticket is replayed step by step: who, what, why, state before and after") {
  const ToldTicket told;
  const auto steps = steps_of(told, about(told, told.ticket.value()));
  REQUIRE(positions(steps) == Positions{1, 3, 4, 5, 6, 7, 8, 9});
  CHECK(steps[0].type == TicketOpened::kType);
  CHECK(change_of(steps[0], told.ticket.value(), "number")->after == "7");
  CHECK_FALSE(change_of(steps[0], told.ticket.value(), "number")->before);

  const ReplayStep& decided = steps[2];
  CHECK(decided.actor.id == PrincipalId("agt_triage"));
  CHECK(decided.why.size() == 4);  // outcome, policy, rules, shadow
  const FieldChange* status = change_of(decided, told.action.value(), "status");
  REQUIRE(status != nullptr);
  CHECK(status->before == "\"proposed\"");
  CHECK(status->after == "\"authorized\"");

  CHECK(change_of(steps[5], told.ticket.value(), "status")->after == "\"pending\"");
  CHECK(change_of(steps[7], told.action.value(), "rolled_back")->after == "true");
  CHECK(steps[7].actor.type == ActorType::human);
}

TEST_CASE("the text names the rule, its inputs and the change, and hides bookkeeping") {
  const ToldTicket told;
  const auto steps = steps_of(told, about(told, told.ticket.value()));
  const std::string text = to_text(steps[2], {});
  CHECK(text.find("policy decided") != std::string::npos);
  CHECK(text.find("confidence: permit, matched (threshold_ppm = 900000)") != std::string::npos);
  CHECK(text.find("proposed → authorized") != std::string::npos);
  CHECK(text.find("last_position") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  TextStyle style;
  style.colour = true;
  style.bookkeeping = true;
  CHECK(to_text(steps[2], style).find("\x1b[") != std::string::npos);
  CHECK(to_text(steps[2], style).find("last_position") != std::string::npos);
  CHECK(is_canonical(to_json(steps[2])));
}

TEST_CASE("sealed texts are commitments until they are asked for, and cannot move a cursor") {
  const ToldTicket told;
  ReplayRequest request = about(told, "7");
  ReplayStep step = steps_of(told, request)[0];
  REQUIRE(step.sealed.size() == 1);
  CHECK(step.sealed[0].pointer == "/data/title");
  CHECK_FALSE(step.sealed[0].json);
  CHECK(to_text(step, {}).find("sealed, commitment") != std::string::npos);

  request.open = true;
  step = steps_of(told, request)[0];
  CHECK(step.sealed[0].json.value().find("twice") != std::string::npos);
  CHECK(to_text(step, {}).find('\x1b') == std::string::npos);
  CHECK(printable("a\x1b[2Jb\xc2\x9b\x7f \xe2\x80\xae é") ==
        "a\\u001b[2Jb\\u009b\\u007f \\u202e é");

  REQUIRE(told.ledger->keys().destroy(KeyName::subject(told.tenant, "sub_1")));
  step = steps_of(told, request)[0];
  CHECK(step.sealed[0].erased);
  CHECK(to_text(step, {}).find("erased, commitment") != std::string::npos);
}

TEST_CASE("an action is replayed alone, by its id or its UUID") {
  const ToldTicket told;
  const auto by_id = steps_of(told, about(told, told.action.value()));
  CHECK(positions(by_id) == Positions{3, 4, 5, 6, 7, 8, 9});
  const auto by_uuid = steps_of(told, about(told, to_uuid(told.action)));
  CHECK(positions(by_uuid) == positions(by_id));
}

TEST_CASE("all is everything, in order") {
  const ToldTicket told;
  CHECK(positions(steps_of(told, about(told, "all"))) == Positions{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("targets that are not there or are none are refused") {
  const ToldTicket told;
  const auto refusal = [&](std::string_view text) {
    return find_target(*told.ledger, nullptr, told.tenant, text).error().code;
  };
  CHECK(refusal("9") == ErrorCode::not_found);
  CHECK(refusal("tkt_nothing") == ErrorCode::not_found);
  CHECK(refusal("act_nothing") == ErrorCode::not_found);
  CHECK(refusal("what?") == ErrorCode::invalid);
  CHECK(find_target(*told.ledger, nullptr, told.tenant, "#8").value().ticket == told.other);
}

TEST_CASE("filters choose steps and leave the states right") {
  const ToldTicket told;
  ReplayRequest request = about(told, "7");
  request.filter.types = {std::string(PolicyDecided::kType),
                          std::string(CompensationSucceeded::kType)};
  const auto steps = steps_of(told, request);
  REQUIRE(positions(steps) == Positions{ToldTicket::kDecided, ToldTicket::kUndone});
  CHECK(change_of(steps[1], told.action.value(), "status")->before == "\"succeeded\"");

  request = about(told, "7");
  request.filter.actor = PrincipalId("usr_ada");
  CHECK(positions(steps_of(told, request)) == Positions{8, 9});

  request = about(told, "7");
  request.filter.from = Position(4);
  request.filter.to = told.decided_at + std::chrono::seconds(2);
  CHECK(positions(steps_of(told, request)) == Positions{4, 5});

  request = about(told, "7");
  request.filter.occurred_from = told.decided_at;
  request.filter.occurred_to = told.decided_at + std::chrono::seconds(1);
  CHECK(positions(steps_of(told, request)) == Positions{4});
}

TEST_CASE("at a position or a time later events did not happen yet") {
  const ToldTicket told;
  ReplayRequest request = about(told, "7");
  request.at = Position(ToldTicket::kDecided);
  CHECK(positions(steps_of(told, request)) == Positions{1, 3, 4});
  request.at = told.decided_at;
  CHECK(positions(steps_of(told, request)) == Positions{1, 3, 4});
  request.at = Position(100);
  const auto visit = [](const ReplayStep&) { return true; };
  CHECK(replay(*told.ledger, nullptr, request, visit).error().code == ErrorCode::not_found);
}

TEST_CASE("two moments are compared, in either direction") {
  const ToldTicket told;
  const Target target = find_target(*told.ledger, nullptr, told.tenant, "7").value();
  const auto diff = [&](std::uint64_t a, std::uint64_t b) {
    return replay_diff(*told.ledger, nullptr, told.tenant, target, Position(a), Position(b))
        .value();
  };
  const auto forward = diff(ToldTicket::kProposed, ToldTicket::kUndone);
  REQUIRE(forward.size() == 2);
  CHECK(forward[0].entity == told.ticket.value());
  const auto status = [](const EntityChange& change) {
    for (const FieldChange& field : change.fields)
      if (field.field == "status") return field;
    return FieldChange{};
  };
  CHECK(status(forward[0]).before == "\"new\"");
  CHECK(status(forward[0]).after == "\"pending\"");
  CHECK(status(forward[1]).after == "\"rolled_back\"");
  const auto backward = diff(ToldTicket::kUndone, ToldTicket::kProposed);
  CHECK(status(backward[0]).before == "\"pending\"");
  CHECK(diff(5, 5).empty());
  CHECK(diff(ToldTicket::kUndone, ToldTicket::kUndone).empty());
  CHECK(to_text(std::vector<EntityChange>(), {}).find("no difference") != std::string::npos);
  CHECK(is_canonical(to_json(forward)));
}

TEST_CASE("a row as of a position is the row that a fold up to there gives") {
  const ToldTicket told;
  const auto all = positions_of_ticket(*told.ledger, nullptr, told.tenant, told.ticket).value();
  CHECK(all.size() == 8);
  const auto ticket_at = [&](std::uint64_t at) {
    return ticket_as_of(*told.ledger, told.tenant, told.ticket, all, Position(at));
  };
  CHECK(ticket_at(0).error().code == ErrorCode::not_found);
  CHECK(parse_json(ticket_at(ToldTicket::kOpened).value())
            .value()
            .find("status")
            ->string()
            ->compare("new") == 0);
  CHECK(parse_json(ticket_at(ToldTicket::kUndone).value())
            .value()
            .find("status")
            ->string()
            ->compare("pending") == 0);
  const auto action_at = [&](std::uint64_t at, const TicketId& ticket) {
    return action_as_of(*told.ledger, told.tenant, ticket, told.action, all, Position(at));
  };
  CHECK(action_at(2, told.ticket).error().code == ErrorCode::not_found);
  CHECK(parse_json(action_at(4, told.ticket).value())
            .value()
            .find("status")
            ->string()
            ->compare("authorized") == 0);
  CHECK(action_at(4, told.other).error().code == ErrorCode::not_found);
}

/// A view store that holds the audit index of the first `size` events.
std::unique_ptr<ViewStore> indexed(const ToldTicket& told, std::uint64_t size) {
  struct Empty final : RowSource {
    std::optional<std::string> load(std::string_view) const override { return std::nullopt; }
  };
  auto views = ViewStore::open(told.data()).value();
  const auto batch = views->batch();
  for (const ProjectionKind& kind : read_models()) {
    const Empty source;
    Digest digest;
    const auto projection = kind.make(source, digest);
    REQUIRE(told.ledger->scan(told.tenant, Position(0), Position(size),
                              [&](Position, std::string_view leaf) {
                                projection->apply(read_leaf(leaf).value());
                                return true;
                              }));
    projection->flush([&](std::string_view key, std::string_view json) {
      if (!json.empty()) batch->put(kind.number, told.tenant, 0, key, json);
    });
    batch->set_state(kind.number, told.tenant, {LogSize(size), digest, kind.version, 0});
  }
  REQUIRE(batch->write());
  return views;
}

TEST_CASE("the index gives the positions, and what it lacks is scanned") {
  const ToldTicket told;
  for (const std::uint64_t size : {5, 10}) {
    CAPTURE(size);
    const auto views = indexed(told, size);
    const auto all =
        positions_of_ticket(*told.ledger, views.get(), told.tenant, told.ticket).value();
    CHECK(all == positions_of_ticket(*told.ledger, nullptr, told.tenant, told.ticket).value());
    CHECK(find_target(*told.ledger, views.get(), told.tenant, "7").value().ticket == told.ticket);
    CHECK(find_target(*told.ledger, views.get(), told.tenant, told.action.value()).value().ticket ==
          told.ticket);
    std::filesystem::remove_all(std::filesystem::path(told.data()) / "views");
  }
}

TEST_CASE("moments are positions or times") {
  CHECK(std::get<Position>(parse_moment("42").value()) == Position(42));
  CHECK(std::holds_alternative<Timestamp>(parse_moment("2026-01-05T09:30:00Z").value()));
  CHECK(parse_moment("yesterday").error().code == ErrorCode::invalid);
  CHECK(parse_moment("99999999999999999999999").error().code == ErrorCode::invalid);
}

TEST_CASE("leaves are exported as they are, chosen by place and type") {
  const ToldTicket told;
  const auto exported = [&](NdjsonOptions options) {
    options.tenant = TenantId("acme");
    std::ostringstream out;
    const auto count = export_ndjson(*told.ledger, options, out);
    REQUIRE(count);
    const std::string text = out.str();
    CHECK(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) == *count);
    return text;
  };
  const std::string all = exported({});
  CHECK(all.starts_with(told.ledger->leaf(told.tenant, Position(0)).value() + "\n"));
  CHECK(std::count(all.begin(), all.end(), '\n') == 10);

  NdjsonOptions some;
  some.filter.types = {std::string(TicketOpened::kType)};
  CHECK(exported(some) == told.ledger->leaf(told.tenant, Position(1)).value() + "\n" +
                              told.ledger->leaf(told.tenant, Position(2)).value() + "\n");
  some.filter.types.clear();
  some.from = Position(9);
  some.to = Position(50);
  CHECK(exported(some) == told.ledger->leaf(told.tenant, Position(9)).value() + "\n");

  some.tenant = TenantId("nobody");
  std::ostringstream out;
  CHECK(export_ndjson(*told.ledger, some, out).error().code == ErrorCode::not_found);
  some.tenant = TenantId("acme");
  out.setstate(std::ios::badbit);
  CHECK(export_ndjson(*told.ledger, some, out).error().code == ErrorCode::io);
}

}  // namespace
}  // namespace recourse
