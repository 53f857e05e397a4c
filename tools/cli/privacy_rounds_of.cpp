#include "tools/cli/privacy_rounds_of.h"

#include "engine/policy/policy_units.h"
#include "tools/cli/deployment.h"

namespace recourse::cli {
namespace {

constexpr std::chrono::seconds kLongestRound = std::chrono::days(7);

/// 24h, 30m, 7d, 90s or 0.
Result<std::chrono::seconds> round_time(std::string_view option, const std::string& text) {
  const auto read = read_written_number(text, false, PolicyUnit::seconds);
  if (!read || read->value < 0 || read->value > kLongestRound.count())
    return Error{ErrorCode::invalid,
                 std::string(option) + ": " + text + " is no time like 24h, 7d at most, or 0"};
  return std::chrono::seconds(read->value);
}

}  // namespace

Result<PrivacyRoundsOptions> privacy_rounds_of(const PlaceFlags& place, const ServerFlags& flags) {
  PrivacyRoundsOptions options;
  RECOURSE_LET(options.kek_epoch, round_time("--kek-epoch", flags.kek_epoch));
  RECOURSE_LET(options.retention_every, round_time("--retention-every", flags.retention_every));
  options.kek_file = kek_path(place);
  options.note = note_destructions(place);
  return options;
}

}  // namespace recourse::cli
