#pragma once

#include <map>
#include <string>

#include "engine/event/json.h"
#include "tools/backup/declare_loss.h"

namespace recourse::cli {

/// `by` empty: who runs this program, as os:<login name>.
LossDeclaration declaration_of(const std::string& reason, const std::string& by);

/// Asks the witnesses of the server that ran last in this directory: an AskWitnesses.
std::map<std::string, std::uint64_t> ask_kept_witnesses(const std::filesystem::path& data_dir,
                                                        const std::string& note);

Json loss_json(const DeclaredLoss& loss);
/// For people: what is lost of each ledger and how it goes on.
void print_loss(const DeclaredLoss& loss);

}  // namespace recourse::cli
