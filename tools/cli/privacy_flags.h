#pragma once

#include "tools/cli/shared_flags.h"

namespace recourse::cli {

// `recourse erase`, `privacy export`, `kek rotate` and `retention run`.
OneCommand<EraseFlags> erase_command();
OneCommand<PrivacyExportFlags> privacy_export_command();
OneCommand<KekRotateFlags> kek_rotate_command();
OneCommand<RetentionFlags> retention_command();

/// --kek-epoch and --retention-every of a server.
void privacy_rounds_options(CLI::App* sub, ServerFlags& flags);

/// --certificate of `recourse verify`, which goes with none of `others`.
void certificate_option(CLI::App* sub, VerifyFlags& flags,
                        std::initializer_list<CLI::Option*> others);

}  // namespace recourse::cli
