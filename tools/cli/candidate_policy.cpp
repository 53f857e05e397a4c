#include "tools/cli/candidate_policy.h"

#include "engine/decision/state.h"
#include "engine/policy/policy_document.h"
#include "projections/row_codec.h"
#include "tools/cli/deployment.h"
#include "tools/cli/policy_file.h"

namespace recourse::cli {

bool is_policy_version(const std::string& text) {
  return text.starts_with("pol_") && text.find('@') != std::string::npos;
}

Result<Policy> recorded_policy(const PlaceFlags& place, LedgerId id, std::string& name) {
  RECOURSE_LET(const auto views, open_views_read_only(place));
  if (name.empty()) {
    TenantState tenant;
    RECOURSE_LET(const std::string row, views->row(kDecisionStateView, id, "tenant/"));
    if (!decode_row(row, tenant)) return Error{ErrorCode::corrupt, "the tenant's row"};
    name = tenant.policy.text;
  }
  PolicyState policy;
  RECOURSE_LET(const std::string row, views->row(kDecisionStateView, id, "policy/" + name));
  if (!decode_row(row, policy)) return Error{ErrorCode::corrupt, "a policy's row"};
  return parse_policy(policy.text.text);
}

Result<Policy> candidate_policy(const PlaceFlags& place, LedgerId ledger, const std::string& text) {
  if (is_policy_version(text)) {
    std::string name = text;
    return recorded_policy(place, ledger, name);
  }
  RECOURSE_LET(const std::string document, read_policy_file(text));
  Result<Policy> policy = read_policy_document(document);
  if (!policy) return Error{policy.error().code, text + ": " + policy.error().message};
  return policy;
}

}  // namespace recourse::cli
