#pragma once

#include <string>
#include <vector>

#include "engine/command/commands.h"
#include "engine/event/json.h"

namespace recourse::cli {

/// METRIC=SHARE, such as rollback=5%, as `--guardrail` takes it. Errors: invalid.
Result<std::vector<GuardrailOrder>> guardrails_of(const std::vector<std::string>& texts);

/// As the server takes them: [{"metric", "max_ppm"}].
Json guardrails_json(const std::vector<GuardrailOrder>& guardrails);

}  // namespace recourse::cli
