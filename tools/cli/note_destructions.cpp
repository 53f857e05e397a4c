#include "tools/cli/note_destructions.h"

#include "engine/ledger/destruction_journal.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

NoteDestruction note_destructions(const PlaceFlags& place, const std::filesystem::path& backups) {
  const std::filesystem::path beside = journal_beside(kek_path(place));
  return [beside, backups](const std::string& origin, std::span<const KeyName> keys,
                           Timestamp at) -> Status {
    std::vector<std::filesystem::path> journals{beside};
    // The first backup makes the directory, and takes over what was noted before.
    std::error_code error;
    if (!backups.empty() && std::filesystem::exists(backups, error))
      journals.push_back(journal_in(backups));
    std::vector<Destruction> destructions;
    for (const KeyName& key : keys) destructions.push_back({origin, key, at});
    return append_destructions(journals, destructions);
  };
}

}  // namespace recourse::cli
