#pragma once

#include <string>

namespace recourse {

/// The JSON Schema (2020-12) of a policy as a person writes it, made from the same description as
/// its reader: schemas/policy.schema.json.
std::string policy_schema();

}  // namespace recourse
