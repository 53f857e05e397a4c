#include <algorithm>

#include "engine/decision/decisions.h"
#include "engine/decision/outbox.h"
#include "engine/event/clear_names.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxConnectors = 32;
constexpr std::size_t kMaxTypes = 64;
constexpr std::size_t kMaxUrlBytes = 1'024;

/// host of scheme://host[:port]/…, empty when it is none.
std::string_view host_of(std::string_view url) {
  const auto start = url.find("://");
  if (start == std::string_view::npos) return {};
  const std::string_view rest = url.substr(start + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return {};  // A user's name, or his password.
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

/// Arguments of actions are personal data: they leave this machine by TLS only.
Status check_url(std::string_view name, std::string_view url) {
  const auto wrong = [&](std::string_view what) {
    return invalid(std::string(name) + ": " + std::string(what));
  };
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
  if (url.empty() || url.size() > kMaxUrlBytes || !plain)
    return wrong("1 to 1024 printable ASCII characters");
  const std::string_view host = host_of(url);
  if (host.empty())
    return wrong("a URL like https://provider.example/refunds, without a user name");
  if (url.find_first_of("?#") != std::string_view::npos)
    return wrong("a URL without a query and a fragment");
  if (url.starts_with("https://")) return {};
  const bool loopback = host == "127.0.0.1" || host == "localhost" || host == "[::1]";
  if (url.starts_with("http://") && loopback) return {};
  return wrong("https, or http to this machine");
}

Status check_connector(const ConfigureConnector& command) {
  if (!is_code(command.connector) || command.connector.size() > 64 ||
      command.connector.find('/') != std::string::npos || command.connector == "internal" ||
      command.connector == "client")
    return invalid("connector: a name of 1 to 64 of A-Za-z0-9_.:-, not internal or client");
  RECOURSE_TRY(check_url("url", command.url));
  if (command.look_up_url) RECOURSE_TRY(check_url("look_up_url", *command.look_up_url));
  if (command.types.empty() || command.types.size() > kMaxTypes)
    return invalid("types: 1 to 64 names of action types");
  for (const std::string& type : command.types) {
    const ActionType* const found = find_action_type(type);
    if (found == nullptr) return invalid("there is no action type " + type);
    if (found->executor != Executor::client)
      return invalid("no connector runs " + type + ": " +
                     (found->executor == Executor::internal ? "this program does it itself"
                                                            : "nobody here executes it"));
  }
  if (command.credential && !is_code(*command.credential))
    return invalid("credential: the name of a secret, 1 to 128 of A-Za-z0-9_.:/-");
  if (command.timeout_s < 1 || command.timeout_s > 300) return invalid("timeout_s: 1 to 300");
  if (command.max_attempts < 1 || command.max_attempts > 20)
    return invalid("max_attempts: 1 to 20");
  return {};
}

}  // namespace

Decision configure_connector(State& state, const ConfigureConnector& command,
                             const DecisionContext& context) {
  RECOURSE_TRY(check_connector(command));
  const TenantState* const tenant = state.tenant.find(TenantId());
  const bool known = state.connectors.find(command.connector) != nullptr;
  if (!known && tenant != nullptr && tenant->connectors.size() >= kMaxConnectors)
    return conflict("there are 32 connectors already: remove one");
  ConnectorConfigured configured;
  for (const std::string& type : command.types) {
    const ConnectorState* const other = connector_for(state, type);
    if (other != nullptr && other->connector.text != command.connector)
      return conflict(other->connector.text + " runs " + type + " already");
    configured.types.emplace_back(type);
  }
  configured.connector = command.connector;
  configured.url = command.url;
  if (command.look_up_url) configured.look_up_url = *command.look_up_url;
  if (command.credential) configured.credential = *command.credential;
  configured.timeout_s = command.timeout_s;
  configured.max_attempts = command.max_attempts;
  Draft draft{state, context, {}};
  draft.add("ctl_connector", std::move(configured));
  return std::move(draft.events);
}

Decision remove_connector(State& state, const RemoveConnector& command,
                          const DecisionContext& context) {
  if (state.connectors.find(command.connector) == nullptr)
    return not_found("connector", command.connector);
  Draft draft{state, context, {}};
  draft.add("ctl_connector", ConnectorRemoved{command.connector, draft.seal_given(command.reason)});
  return std::move(draft.events);
}

}  // namespace recourse
