#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ledger/signer.h"
#include "engine/privacy/pooled_random.h"
#include "engine/writer/writer.h"

namespace recourse::bench {

/// A deployment to be measured: one tenant, one agent, warm tickets.
class BenchDesk {
 public:
  static Result<std::unique_ptr<BenchDesk>> open(const std::string& dir);

  /// Tickets, opened in groups. Errors: the writer's.
  Status open_tickets(std::size_t count);
  /// `per_ticket` proposals for every ticket.
  Status propose_everywhere(std::size_t per_ticket);

  /// A proposal of an external type: two leaves, two sealed values.
  WriteRequest proposal(std::size_t number, std::string key = "") const;
  /// The same as the body of POST /v1/actions.
  std::string proposal_body(std::size_t number) const;

  /// Closes writer, views and ledger, so that their files can be read raw.
  void close();

  std::string dir;
  std::string secret;  ///< API key of a person with the operator's role.
  TenantId tenant{"default"};
  LedgerId ledger_id;
  std::vector<TicketId> tickets;
  Principal agent;

  Ledger& ledger() { return *ledger_; }
  ViewStore& views() { return *views_; }
  Writer& writer() { return *writer_; }
  Signer& signer() { return *signer_; }

 private:
  SystemRandom system_;
  PooledRandom random_{system_};
  SystemClock clock_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ViewStore> views_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Signer> signer_;
};

}  // namespace recourse::bench
