#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/routes/ingress.h"
#include "engine/writer/writer.h"
#include "tools/cli/demo_tickets.h"

namespace recourse::cli {

/// The three people of the demo and its agent, with their keys.
struct DemoPeople {
  Writer::NewKey admin, manager, operator_, agent;
};

/// One ticket on its way through its plot.
struct DemoCase {
  const DemoTicket* text = nullptr;
  TicketId ticket;
  std::int64_t number = 0;
  ActionId action;
  std::optional<ApprovalId> approval;
  std::string render_digest;  ///< Of `approval`.
  std::optional<LeaseId> lease;
};

/// Gives the commands of the demo's people and of its agent, and notes in the case what came of
/// them. Threads: one.
class DemoDesk {
 public:
  /// `writer` and `people` outlive the desk.
  DemoDesk(Writer& writer, const DemoPeople& people) : writer_(writer), people_(people) {}

  const DemoPeople& people() const { return people_; }

  Status open(DemoCase& at);
  Status propose(DemoCase& at);
  /// Another idea of the agent for the same ticket.
  Status propose(DemoCase& at, std::string type, std::string args, std::int64_t confidence_ppm,
                 std::string reasoning);
  Status withdraw(DemoCase& at, std::string reason);

  Status vote(DemoCase& at, const Writer::NewKey& by, Vote vote, std::string reason);
  Status expire_approval(DemoCase& at);

  /// The agent's executor takes the action and, unless it is lost, says what came of it.
  Status lease(DemoCase& at);
  Status succeed(DemoCase& at, std::string provider_ref, std::string result_json);
  Status fail(DemoCase& at, std::string code, std::string result_json);
  Status expire_lease(DemoCase& at);
  /// A person found out that the lost action was done.
  Status reconcile(DemoCase& at, const Writer::NewKey& by, std::string evidence_json);

  Status customer_writes(DemoCase& at, std::string body);
  Status person_writes(DemoCase& at, const Writer::NewKey& by, std::string body);
  Status note(DemoCase& at, const Writer::NewKey& by, std::string body);
  /// To the person who asks, and to `team` when it is not empty.
  Status assign(DemoCase& at, const Writer::NewKey& by, const std::string& team);
  Status set_status(DemoCase& at, const Writer::NewKey& by, TicketStatus status,
                    std::string steps = "");
  Status feedback(DemoCase& at, std::optional<bool> confirmed, std::optional<std::int64_t> score,
                  std::string comment, bool partial = false);
  Status roll_back(DemoCase& at, const Writer::NewKey& by, std::string reason);

  Status kill_switch(const Writer::NewKey& by, bool engage, std::string reason);
  /// Drafted and tried on the history by the manager, put into force by the administrator.
  Status activate_policy(const std::string& name, const std::string& json);

  /// Writes down what came in by each channel in the hours that are over, as a server does.
  Status write_counts();
  /// The same of the hour that has begun, at the end.
  Status write_all_counts();

 private:
  Outcome give(const Principal& by, Command command, std::string requester = "");
  /// The same for what comes in from outside by `channel`.
  Outcome take_in(std::string_view channel, const Principal& by, Command command,
                  std::string requester = "");
  Status write(const std::vector<routes::Ingress::Count>& counts);
  Status backtest_policy(const std::string& policy, const std::string& json, const Principal& by);
  Status report(DemoCase& at, const Principal& by, ReportAction report);

  Writer& writer_;
  const DemoPeople& people_;
  routes::Ingress ingress_;
};

}  // namespace recourse::cli
