#pragma once

#include "api/routes/body_reader.h"
#include "api/routes/json_object.h"
#include "engine/decision/registers.h"

namespace recourse::routes {

/// Reads the data of a fact as a client gives it: as its JSON Schema says, without the members that
/// the decision fills, and with what is sealed as plain text. What is wrong becomes a fault.
/// REQUIRES: rule is one of record_rules().
EventData read_fact(const RecordRule& rule, BodyReader& reader);

/// What read_fact asks for, as JSON: [{"name","kind","required","words"}].
std::string fact_members_json(const RecordRule& rule);

}  // namespace recourse::routes
