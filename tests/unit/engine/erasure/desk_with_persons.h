#pragma once

#include "engine/erasure/erase.h"
#include "engine/erasure/privacy_rows.h"
#include "engine/ledger/apply_destructions.h"
#include "engine/ledger/signer.h"
#include "engine/privacy/key_store.h"
#include "tests/unit/engine/writer/deployment_for_test.h"

namespace recourse {

/// A tenant with two persons, Jane with two tickets and Joe with one.
struct DeskWithPersons : DeploymentForTest {
  const TenantId tenant{"default"};
  const std::string jane_address = "jane@example.com";
  Principal admin;
  SubjectId jane, joe;
  std::vector<TicketId> tickets;

  DeskWithPersons() {
    const auto first = bootstrap(*writer);
    REQUIRE(first.ok());
    admin = (**first).key.principal;
    for (const char* title : {"Canary in the VPN", "Canary again"})
      tickets.push_back(open_ticket(jane_address, title));
    tickets.push_back(open_ticket("joe@example.com", "Joe's printer"));
    jane = *ledger->find_subject(id(), jane_address);
    joe = *ledger->find_subject(id(), "joe@example.com");
  }

  LedgerId id() const { return ledger->find_tenant(tenant)->ledger; }
  LedgerInfo info() const { return *ledger->find_tenant(tenant); }

  TicketId open_ticket(const std::string& address, const std::string& title) {
    OpenTicket open;
    open.title = title;
    open.description = "Since yesterday";
    const auto done = writer->handle(command_request(tenant, admin, open, address));
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
    return get<TicketOpened>(done->events.front().data).ticket;
  }

  Outcome give(WriteRequest request) {
    request.principal = admin;
    return writer->handle(std::move(request));
  }
  Committed must(WriteRequest request) {
    Outcome done = give(std::move(request));
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
    return std::move(*done);
  }

  EntryId received(const SubjectId& person) {
    const Committed done = must(privacy_request(
        tenant, ReceiveDsr{DsrKind::erasure, person, "email", "Forget me"}, &receive_dsr, person));
    return get<DsrReceived>(done.events.front().data).dsr;
  }
  EntryId granted(const SubjectId& person) {
    const EntryId dsr = received(person);
    must(privacy_request(tenant, VerifyIdentity{dsr, person, "known-address"}, &verify_identity,
                         person));
    AssessDsr grant;
    grant.dsr = dsr;
    auto request = assess_request(*writer, tenant, grant);
    REQUIRE(request.ok());
    must(std::move(*request));
    return dsr;
  }
  Outcome erase(const EntryId& dsr, NoteDestruction note = {}) {
    auto request = erase_request(*writer, tenant, dsr, std::move(note));
    REQUIRE_MESSAGE(request.ok(), (request.ok() ? "" : request.error().message));
    return give(std::move(*request));
  }
  SubjectErased erased(const EntryId& dsr) {
    const Outcome done = erase(dsr);
    REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().message));
    return get<SubjectErased>(done->events.front().data);
  }
  PrincipalId counsel() {
    Writer::KeyOrder order;
    order.tenant = tenant;
    const auto made = writer->create_key(order, Actor{ActorType::human, admin.id});
    REQUIRE(made.ok());
    return made->key.principal.id;
  }
  EntryId held(PlaceHold hold) {
    hold.matter = "case-7";
    hold.requested_by = counsel();
    hold.review_at = months_later(clock.now(), 6);
    const Committed done = must(hold_request(*writer, tenant, hold));
    return get<HoldPlaced>(done.events.front().data).hold;
  }
  DsrState row(const EntryId& dsr) { return *dsr_row(*views, id(), dsr); }

  std::size_t readable(const TicketId& ticket) {
    const auto opened = ledger->open_subject(id(), ticket.value());
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return opened->size();
  }
};

}  // namespace recourse
