#include "tools/cli/note_destructions.h"

#include "engine/ledger/destruction_journal.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {

NoteDestruction note_destructions(const PlaceFlags& place) {
  return [journal = journal_beside(kek_path(place))](
             const std::string& origin, std::span<const KeyName> keys, Timestamp at) -> Status {
    std::vector<Destruction> destructions;
    for (const KeyName& key : keys) destructions.push_back({origin, key, at});
    return append_destructions(std::span(&journal, 1), destructions);
  };
}

}  // namespace recourse::cli
