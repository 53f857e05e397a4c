#pragma once

#include "engine/event/text.h"

namespace recourse {

/// From here on this program itself runs actions of `types`, by calls to a provider.
struct ConnectorConfigured {
  static constexpr std::string_view kType = "recourse.connector.configured.v1";
  Clear connector;  ///< Its name.
  Clear url;
  std::optional<Clear> look_up_url;  ///< Where the provider says what became of a call.
  std::vector<Clear> types;
  std::optional<Clear> credential;  ///< The name of a secret, never the secret.
  std::int64_t timeout_s = 30;
  std::int64_t max_attempts = 5;
};
BOOST_DESCRIBE_STRUCT(ConnectorConfigured, (),
                      (connector, url, look_up_url, types, credential, timeout_s, max_attempts))

/// What it has not sent yet waits for another executor or to be recalled.
struct ConnectorRemoved {
  static constexpr std::string_view kType = "recourse.connector.removed.v1";
  Clear connector;
  std::optional<Sealed> reason;
};
BOOST_DESCRIBE_STRUCT(ConnectorRemoved, (), (connector, reason))

}  // namespace recourse
