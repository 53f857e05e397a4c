#pragma once

#include <cstdint>
#include <string>

#include "engine/base/id.h"

namespace recourse {

/// A projection whose rows are served although they do not follow the log.
struct ViewBehind {
  enum class Why {
    stopped,      ///< It cannot fold the event at `applied`.
    older_rows,   ///< Handlers of another version made the rows; they stay as they are.
    catching_up,  ///< It was stopped for long and is being brought to the head.
  };
  std::uint8_t number = 0;
  std::string projection;
  Why why = Why::stopped;
  LogSize applied;            ///< Events that the rows cover.
  std::uint32_t version = 0;  ///< Of the handlers that made the rows.
  std::string type, cause;    ///< Of a stop: the type of the event, empty where it is unreadable.
  bool readable = true;       ///< This program knows rows of this kind.
};

}  // namespace recourse
