#include "tools/cli/declared_loss.h"

#include <pwd.h>
#include <unistd.h>

#include "api/integrations/http_post.h"
#include "engine/event/limits.h"
#include "engine/ledger/checkpoint.h"
#include "engine/witness/add_checkpoint.h"
#include "tools/cli/complain.h"
#include "tools/cli/exit_code.h"
#include "tools/cli/outside_evidence.h"
#include "tools/cli/print.h"

namespace recourse::cli {
namespace {

/// The size that a witness says, or why it says none.
Result<std::uint64_t> ask(PostPort& port, const TrustPolicy::Witness& witness,
                          const std::string& note) {
  RECOURSE_LET(const Checkpoint head, peek_checkpoint(note));
  const std::string url = witness.url + (witness.url.ends_with('/') ? "" : "/") + "add-checkpoint";
  RECOURSE_LET(
      const PostPort::Answer answer,
      port.post(url, "text/plain; charset=utf-8", add_checkpoint_text({head.size, {}, note})));
  if (answer.status == 200) return head.size;
  if (answer.status == 409 && answer.content_type == kTlogSizeType)
    return parse_tlog_size(answer.body);
  return Error{ErrorCode::unavailable, "it answered " + std::to_string(answer.status)};
}

std::string what_is_lost(const DeclaredLoss::Lost& lost) {
  const std::uint64_t from = lost.kept.value(), to = lost.lost_to.value();
  if (to <= from) return "how many of its events are lost is not known";
  return "its positions " + grouped(from) + " to " + grouped(to - 1) + " are lost" +
         (lost.from.empty() ? "" : " (" + lost.from + " remembers them)");
}

}  // namespace

LossDeclaration declaration_of(const std::string& reason, const std::string& by) {
  if (!by.empty()) return {reason, by};
  const passwd* const who = ::getpwuid(::getuid());
  const std::string name = "os:" + std::string(who != nullptr ? who->pw_name : "");
  return {reason,
          who != nullptr && is_identifier(name) ? name : "os:" + std::to_string(::getuid())};
}

std::map<std::string, std::uint64_t> ask_kept_witnesses(const std::filesystem::path& data_dir,
                                                        const std::string& note) {
  std::map<std::string, std::uint64_t> said;
  PlaceFlags place;
  place.data_dir = data_dir.string();
  const auto policy = kept_trust_policy(place);
  if (!policy) return said;
  const auto port = http_post();
  for (const TrustPolicy::Witness& witness : policy->witnesses()) {
    const auto size = witness.url.empty()
                          ? Result<std::uint64_t>(Error{ErrorCode::invalid, "it has no URL"})
                          : ask(*port, witness, note);
    if (size)
      said[witness.key.name()] = *size;
    else
      complain("witness",
               "the witness " + witness.key.name() +
                   " does not say what it knows: " + one_line(size.error().message),
               "what it remembers is not compared", kCouldNotTell);
  }
  return said;
}

Json loss_json(const DeclaredLoss& loss) {
  Json lost = Json::array(), complete = Json::array();
  for (const DeclaredLoss::Lost& one : loss.lost)
    lost.push_back(Json::object({{"tenant", one.tenant.value()},
                                 {"origin", one.origin},
                                 {"kept", one.kept.value()},
                                 {"lost_to", one.lost_to.value()},
                                 {"known_from", one.from},
                                 {"next", one.next}}));
  for (const LedgerInfo& one : loss.complete)
    complete.push_back(Json::object({{"tenant", one.tenant.value()}, {"origin", one.origin}}));
  return Json::object({{"was_declared", loss.was_declared},
                       {"lost", std::move(lost)},
                       {"complete", std::move(complete)}});
}

void print_loss(const DeclaredLoss& loss) {
  print_line(loss.was_declared ? "The loss was declared before:" : "The loss is declared:");
  for (const DeclaredLoss::Lost& one : loss.lost)
    print_line("  " + (one.tenant.value().empty() ? "(a tenant)" : one.tenant.value()) + ": " +
               one.origin + " is closed at " + grouped(one.kept.value()) + " events; " +
               what_is_lost(one) +
               (one.next.empty() ? "; nothing of it is left" : "; it goes on as " + one.next));
  for (const LedgerInfo& one : loss.complete)
    print_line("  " + one.tenant.value() + ": " + one.origin +
               " has all that was signed of it and goes on under its name");
}

}  // namespace recourse::cli
