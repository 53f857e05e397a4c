#pragma once

/// One description of a struct (BOOST_DESCRIBE_STRUCT) gives its canonical JSON and its reader.
/// Members are written in the order of their names, absent optionals are left out, so the output is
/// RFC 8785 as it stands.
#include "engine/event/append_json.h"
#include "engine/event/read_json.h"
