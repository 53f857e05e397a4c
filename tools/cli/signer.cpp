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

/// Copies first, destroys last: a crash in between leaves the key in both places, never in none.
Status adopt(const SignerFlags& flags) {
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
  const auto adopted = signer::SigningMemory::adopt(flags.state_dir, seeds, std::move(state));
  for (std::string& seed : seeds) OPENSSL_cleanse(seed.data(), seed.size());
  if (!adopted) return adopted.error();
  RECOURSE_TRY(write_log_halves(flags.data_dir, adopted->keys()));
  RECOURSE_TRY(deployment->ledger().keys().destroy(names));
  return deployment->ledger().keys().compact();
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
