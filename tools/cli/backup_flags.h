#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

/// What `recourse backup`, `restore`, `drill` and `scrub` are for, and their options. `flags`
/// outlives the parsing.
const ServerVerb& backup_about();
void backup_options(CLI::App* sub, BackupFlags& flags);
const ServerVerb& restore_about();
void restore_options(CLI::App* sub, RestoreFlags& flags);
const ServerVerb& drill_about();
void drill_options(CLI::App* sub, DrillFlags& flags);
const ServerVerb& scrub_about();
void scrub_options(CLI::App* sub, ScrubFlags& flags);

/// That the log goes on without what is lost, and who says so.
void loss_options(CLI::App* sub, std::string& reason, std::string& by);

/// What a server does by itself, and how often.
void upkeep_options(CLI::App* sub, UpkeepFlags& flags);

}  // namespace recourse::cli
