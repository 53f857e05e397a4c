#include "engine/base/random.h"
#include "tools/cli/commands.h"
#include "tools/cli/complain.h"
#include "tools/cli/log_lines.h"
#include "tools/cli/print.h"
#include "tools/cli/run_server.h"
#include "tools/witness/witness_server.h"

namespace recourse::cli {
namespace {

using namespace std::chrono_literals;

int make_key(const WitnessFlags& flags) {
  if (flags.name.empty())
    return complain("witness", "--new-key needs a name for the witness",
                    "such as --name witness.example.com/w1", kWrongUsage);
  SystemRandom random;
  const auto key = witness::create_witness_key(flags.new_key, flags.name, random);
  if (!key) return complain("witness", key.error());
  print_line(key->verifier().text());
  return kDone;
}

Result<std::vector<NoteKey>> log_keys(const WitnessFlags& flags) {
  std::vector<NoteKey> keys;
  for (const std::string& text : flags.log_keys) {
    RECOURSE_LET(NoteKey key, NoteKey::parse(text));
    if (key.type() != SignatureType::ed25519)
      return Error{ErrorCode::invalid, text + " is not the key of a log"};
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

int main_witness(const WitnessFlags& flags) {
  if (!flags.new_key.empty()) return make_key(flags);
  if (flags.key_file.empty() || flags.state_file.empty() || flags.log_keys.empty())
    return complain("witness", "a witness needs --key, --state and at least one --log-key",
                    "make a key with --new-key FILE --name NAME", kWrongUsage);
  set_log(flags.log_format, "info");
  const auto listen = parse_listen(flags.listen);
  if (!listen) return complain("witness", listen.error().message, "", kWrongUsage);
  auto logs = log_keys(flags);
  if (!logs)
    return complain("witness", logs.error().message,
                    "give the verifier key that the operator of the log published", kWrongUsage);
  StopSignals signals;
  auto key = witness::read_witness_key(flags.key_file);
  if (!key) return complain("witness", key.error());
  auto heads = witness::CosignedHeads::open(flags.state_file);
  if (!heads) return complain("witness", heads.error());
  const SystemClock clock;
  const std::string verifier = key->verifier().text();
  witness::Witness witness(std::move(*key), std::move(*logs), std::move(*heads), clock);
  const auto server = witness::serve(witness, listen->address, listen->port);
  if (!server) return complain("witness", server.error());
  print_line("The witness " + verifier + " listens on " + url_of(*listen, (*server)->port()) +
             ". Stop it with Ctrl-C.");
  std::fflush(stdout);
  while (!signals.wait(500ms)) {
  }
  signals.let_through();
  (*server)->stop(2s);
  return kDone;
}

}  // namespace recourse::cli
