#include "tools/cli/note_destructions.h"

#include <spdlog/spdlog.h>

#include "engine/ledger/destruction_journal.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

NoteDestruction note_destructions(const PlaceFlags& place, const std::filesystem::path& backups) {
  const std::filesystem::path beside = journal_beside(kek_path(place));
  return [beside, backups](const std::string& origin, std::span<const KeyName> keys,
                           Timestamp at) -> Status {
    std::vector<Destruction> destructions;
    for (const KeyName& key : keys) destructions.push_back({origin, key, at});
    RECOURSE_TRY(append_destructions(std::span(&beside, 1), destructions));
    // Each backup takes over what is noted beside the key file and not here; the first one makes
    // the directory. A volume that is away must not keep an erasure that is recorded from being
    // carried out, which would stop the writer for everybody.
    std::error_code error;
    if (backups.empty() || !std::filesystem::exists(backups, error)) return {};
    const std::filesystem::path there = journal_in(backups);
    if (const Status noted = append_destructions(std::span(&there, 1), destructions); !noted)
      spdlog::error("a destruction is not noted with the backups, the next backup does it: {}",
                    noted.error().message);
    return {};
  };
}

}  // namespace recourse::cli
