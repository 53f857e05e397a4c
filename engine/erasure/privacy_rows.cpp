#include "engine/erasure/privacy_rows.h"

#include "engine/writer/decision_state.h"
#include "projections/row_codec.h"

namespace recourse {
namespace {

template <class Row>
Result<Row> decoded(const ViewStore& views, LedgerId ledger, const std::string& key) {
  RECOURSE_LET(const std::string json, views.row(kDecisionState, ledger, key));
  Row row;
  if (!decode_row(json, row))
    return Error{ErrorCode::corrupt, "the row " + key + " cannot be read: rebuild"};
  return row;
}

template <class Row>
Result<Row> named(const ViewStore& views, LedgerId ledger, const char* prefix, const char* what,
                  const EntryId& id) {
  Result<Row> row = decoded<Row>(views, ledger, prefix + id.value());
  if (!row && row.error().code == ErrorCode::not_found)
    return Error{ErrorCode::not_found, "no " + std::string(what) + ' ' + id.value()};
  return row;
}

template <class Row>
Result<Row> or_empty(Result<Row> row) {
  if (!row && row.error().code == ErrorCode::not_found) return Row();
  return row;
}

}  // namespace

Result<DsrState> dsr_row(const ViewStore& views, LedgerId ledger, const EntryId& dsr) {
  return named<DsrState>(views, ledger, "dsr/", "request", dsr);
}

Result<HoldState> hold_row(const ViewStore& views, LedgerId ledger, const EntryId& hold) {
  return named<HoldState>(views, ledger, "hold/", "hold", hold);
}

Result<PrivacyState> privacy_row(const ViewStore& views, LedgerId ledger) {
  return or_empty(decoded<PrivacyState>(views, ledger, "privacy/"));
}

Result<SubjectState> subject_row(const ViewStore& views, LedgerId ledger,
                                 const SubjectId& subject) {
  return or_empty(decoded<SubjectState>(views, ledger, "subject/" + subject.value()));
}

Result<LedgerInfo> ledger_of(const Ledger& ledger, const TenantId& tenant) {
  if (const auto found = ledger.find_tenant(tenant)) return *found;
  return Error{ErrorCode::not_found, "no tenant " + tenant.value()};
}

}  // namespace recourse
