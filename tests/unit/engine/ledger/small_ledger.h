#pragma once

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/ledger.h"
#include "engine/privacy/key_store.h"
#include "tests/unit/engine/privacy/temporary_directory.h"

namespace recourse {

/// A deployment in a directory of its own, the same at each run.
struct SmallLedger {
  TemporaryDirectory directory;
  SeededRandom random{42};
  ManualClock clock{from_rfc3339("2026-01-05T09:30:01.250000Z").value()};
  std::unique_ptr<Ledger> ledger;

  explicit SmallLedger(bool open = true) {
    if (open) reopen();
  }

  std::string data() const { return (directory / "data").string(); }

  LedgerOptions options() {
    LedgerOptions given;
    given.data_dir = data();
    given.deployment = "example.com";
    given.random = &random;
    given.clock = &clock;
    given.free_space_watermark_bytes = 0;
    return given;
  }

  void reopen() {
    ledger.reset();
    ledger = Ledger::open(options()).value();
  }

  LedgerId add_tenant(const std::string& name) {
    const LedgerId id = ledger->stage_ledger(TenantId(name), clock.now()).value().ledger;
    REQUIRE(ledger->commit());
    return id;
  }

  /// An event with nothing sealed.
  static NewEvent plain(const std::string& ticket = "tkt_1") {
    TicketTriaged triaged;
    triaged.ticket = TicketId(ticket);
    triaged.category = Clear("billing");
    return about(ticket, triaged);
  }

  /// A proposal as agents make them: arguments and reasoning sealed for one customer.
  static NewEvent proposal(const std::string& ticket, const std::string& customer,
                           const std::string& amount = "12.50") {
    ActionProposed proposed;
    proposed.action = ActionId("act_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    proposed.ticket = TicketId(ticket);
    proposed.type = "refund";
    proposed.type_version = 1;
    proposed.args = seal_json("{\"amount\":\"" + amount + "\"}", {customer});
    proposed.reasoning = seal_text("The customer was charged twice.", {customer});
    proposed.confidence_ppm = 930'000;
    return about(ticket, proposed);
  }

  static NewEvent about(const std::string& ticket, EventData data) {
    NewEvent event;
    event.stream = ticket;
    event.subject = ticket;
    event.actor = {ActorType::agent, PrincipalId("agt_triage")};
    event.data = std::move(data);
    return event;
  }

  Result<std::vector<RecordedEvent>> stage(LedgerId id, std::vector<NewEvent> events) {
    const std::vector<std::int64_t> versions(events.size(), 0);
    return ledger->stage(id, std::move(events), versions, clock.now());
  }

  /// Commits `count` plain events one batch.
  void append(LedgerId id, std::size_t count) {
    REQUIRE(stage(id, std::vector<NewEvent>(count, plain())));
    REQUIRE(ledger->commit());
  }
};

}  // namespace recourse
