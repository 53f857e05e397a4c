#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/event/json.h"
#include "tools/backup/upkeep.h"
#include "tools/cli/flags.h"

namespace recourse::cli {

/// How a server is told to look after itself. Errors: invalid for a schedule without a place.
Result<UpkeepOptions> upkeep_options_of(const ServeFlags& flags);

/// How the server was started, for its backups: flags and variables, no secrets.
Json settings_of(const ServeFlags& flags);

/// Where drills restore to when nobody says.
std::string drill_place(const PlaceFlags& place);

/// Has a running server do a job and waits until it is done. Returned: how it stands then, as
/// GET /v1/backups says. `path` is that of the job. Errors: those of ServerClient; io with the
/// server's own words when it failed.
Result<Json> ask_server(const TargetFlags& flags, const std::string& path);

}  // namespace recourse::cli
