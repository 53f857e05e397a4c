#pragma once

#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/reactor/tool_port.h"

namespace recourse {

struct HttpToolOptions {
  /// The secret of this name. Errors: not_found.
  std::function<Result<std::string>(const std::string& name)> secret;
  /// The receipt of a granted approval, as a JWS.
  std::function<Result<std::string>(const TenantId&, const ApprovalId&)> receipt;
};

/// Providers behind HTTP. `run` posts a JSON object with the arguments to the connector's url;
/// `look_up` gets its look_up_url with `?key=`. Both carry the key in `Idempotency-Key`, the
/// credential as bearer token and, where people agreed, their receipt in `Recourse-Receipt`.
/// What answers mean is in docs/operations/connectors.md; whatever leaves it open whether the
/// effect happened is `unknown`, never `failed`. Redirects are not followed: they would carry the
/// credential away. Threads: any.
std::unique_ptr<ToolPort> http_tool(HttpToolOptions options);

}  // namespace recourse
