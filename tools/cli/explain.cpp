#include "tools/audit/explain.h"

#include "projections/row_codec.h"
#include "tools/audit/locate.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/print.h"
#include "tools/cli/server_client.h"

namespace recourse::cli {
namespace {

Result<Explanation> explain_here(const ExplainFlags& flags) {
  RECOURSE_LET(const auto ledger, open_ledger_read_only(flags));
  RECOURSE_LET(const LedgerInfo info, find_ledger(*ledger, flags.tenant));
  // Only an index: without the views the whole ledger is read, which is slower and as right.
  const auto views = open_views_read_only(flags);
  const ViewStore* const index = views ? views->get() : nullptr;
  RECOURSE_LET(const Target target, find_target(*ledger, index, info.ledger, flags.action));
  if (!target.action) return Error{ErrorCode::invalid, "explain an action, by its id or UUID"};
  return explain(*ledger, index, info.ledger, *target.ticket, *target.action);
}

Result<Explanation> ask_for_explanation(const ExplainFlags& flags) {
  RECOURSE_LET(ServerClient server, ServerClient::open(flags));
  RECOURSE_LET(const auto answer,
               server.get("/v1/actions/" + percent_encoded(flags.action) + "/explain"));
  Explanation explanation;
  if (!decode_row(answer.body, explanation))
    return Error{ErrorCode::unsupported, "the server explains in a way that is not known here"};
  return explanation;
}

}  // namespace

int main_explain(const ExplainFlags& flags) {
  const auto told = flags.url.empty() ? explain_here(flags) : ask_for_explanation(flags);
  if (!told) return complain("explain", told.error());
  print_text(flags.json ? to_json(*told) : to_text(*told));
  return kDone;
}

}  // namespace recourse::cli
