#include <openssl/crypto.h>

#include "engine/ledger/durable_file.h"
#include "engine/ledger/signer_state.h"
#include "engine/ledger/signing_keys.h"
#include "engine/privacy/key_store.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/deployment.h"
#include "tools/cli/log_lines.h"
#include "tools/cli/print.h"
#include "tools/cli/stop_signals.h"
#include "tools/signer/signer_server.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;

Status destroy_here(Ledger& ledger, const std::vector<KeyName>& names) {
  RECOURSE_TRY(ledger.keys().destroy(names));
  return ledger.keys().compact();
}

/// What is remembered in the signer's directory must be of this log.
Status check_memory(const SignerFlags& flags, const Ledger& ledger,
                    const signer::SigningMemory& memory) {
  return check_signed_heads(ledger, memory.state(), flags.data_dir);
}

/// The data directory says that its key went elsewhere: there it has to be before it is destroyed
/// here, again if it was.
Status finish_adoption(const SignerFlags& flags, const std::vector<Ed25519PublicKey>& halves) {
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto ledger, open_ledger(options));
  RECOURSE_LET(const auto memory, signer::SigningMemory::reopen(flags.state_dir));
  const std::vector<Ed25519PublicKey> there = memory.keys();
  if (!std::equal(there.begin(), there.end(), halves.begin(), halves.end(),
                  [](const auto& a, const auto& b) { return a.bytes() == b.bytes(); }))
    return Error{ErrorCode::conflict, "the log key of " + flags.data_dir + " went elsewhere, and " +
                                          flags.state_dir +
                                          " holds another key; name the directory that it went to"};
  RECOURSE_TRY(check_memory(flags, *ledger, memory));
  RECOURSE_LET(const std::vector<KeyName> names, signing_key_names(*ledger, "log"));
  return destroy_here(*ledger, names);
}

/// Copies first, destroys last: a crash in between leaves the key in both places, never in none,
/// and the same command finishes it.
Status adopt(const SignerFlags& flags) {
  RECOURSE_LET(const auto halves, read_log_halves(flags.data_dir));
  if (!halves.empty()) return finish_adoption(flags, halves);
  DeploymentOptions options;
  options.place = flags;
  RECOURSE_LET(const auto deployment, Deployment::open(options));
  RECOURSE_TRY(deployment->signer().sign_round());
  RECOURSE_LET(SignerState state, read_signer_state(flags.data_dir));
  RECOURSE_LET(const std::vector<KeyName> names, signing_key_names(deployment->ledger(), "log"));
  std::vector<std::string> seeds;
  for (const KeyName& name : names) {
    RECOURSE_LET(const Key seed, deployment->ledger().keys().find(name));
    seeds.emplace_back(seed.view());
  }
  {
    const auto before = signer::SigningMemory::reopen(flags.state_dir);
    if (!before && before.error().code != ErrorCode::not_found) return before.error();
    if (before) RECOURSE_TRY(check_memory(flags, deployment->ledger(), *before));
  }
  const auto adopted = signer::SigningMemory::adopt(flags.state_dir, seeds, std::move(state));
  for (std::string& seed : seeds) OPENSSL_cleanse(seed.data(), seed.size());
  if (!adopted) return adopted.error();
  RECOURSE_TRY(write_log_halves(flags.data_dir, adopted->keys()));
  return destroy_here(deployment->ledger(), names);
}

}  // namespace

int main_signer(const SignerFlags& flags) {
  if (!flags.data_dir.empty()) {
    if (const Status adopted = adopt(flags); !adopted) return complain("signer", adopted.error());
    print_line("The log key of " + flags.data_dir + " is in " + flags.state_dir +
               " now. Serve with --signer from here on.");
    return kDone;
  }
  constexpr std::string_view kUnix = "unix:";
  if (!flags.listen.starts_with(kUnix))
    return complain("signer", "a signer needs --listen unix:PATH",
                    "such as --listen unix:/run/recourse/signer", kWrongUsage);
  set_log(flags.log_format, "info");
  StopSignals signals;
  SystemRandom random;
  auto memory = signer::SigningMemory::open(flags.state_dir, random);
  if (!memory) return complain("signer", memory.error());
  const Status served = signer::serve(
      *memory, flags.listen.substr(kUnix.size()),
      [&] {
        print_line("The signer listens at " + flags.listen + ". Stop it with Ctrl-C.");
        std::fflush(stdout);
      },
      [&] { return signals.wait(1ms); });
  return served ? kDone : complain("signer", served.error());
}

int main_key_rotate(const KeyRotateFlags& flags) {
  DeploymentOptions options;
  options.place = flags;
  const auto deployment = Deployment::open(options);
  if (!deployment) return complain("key rotate", deployment.error());
  Signer& signer = (*deployment)->signer();
  const auto rotated = signer.draw_next_key(flags.purpose, SystemClock().now());
  if (!rotated) return complain("key rotate", rotated.error());
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{{"deployment", "", Actor{}, "", "", *rotated}};
  };
  if (const auto written = (*deployment)->writer().handle(std::move(request)); !written)
    return complain("key rotate", written.error());
  if (const Status loaded = signer.reload_keys(); !loaded)
    return complain("key rotate", loaded.error());
  const std::vector<NoteKey> keys = flags.purpose == "log"       ? signer.log_keys(LedgerId(0))
                                    : flags.purpose == "reports" ? signer.report_keys()
                                                                 : signer.receipt_keys();
  if (flags.json)
    return print_json(Json::object({{"purpose", flags.purpose},
                                    {"old", keys[1].text()},
                                    {"new", keys[0].text()},
                                    {"both_until", to_rfc3339(rotated->both_until)}})),
           kDone;
  print_line("The new key: " + keys[0].text());
  print_line("The old one, " + keys[1].text() +
             (flags.purpose == "receipts" ? ", signs no more." : ", signs too until ") +
             (flags.purpose == "receipts" ? "" : to_rfc3339(rotated->both_until) + "."));
  print_line("Give the new one to those who verify, by another way than the bundles go.");
  return kDone;
}

}  // namespace recourse::cli
