#include "tools/import/import.h"

#include "engine/base/sha256.h"
#include "engine/event/clear_names.h"
#include "tools/import/byte_source.h"
#include "tools/import/import_servicenow.h"
#include "tools/import/import_transcript.h"
#include "tools/import/record_identity.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

/// One for all imports: the identity of a record must not depend on who imports it.
Principal importer() { return {PrincipalId("sys_import"), ActorType::system, Role::admin, {}}; }

Result<ImportTarget> target_of(Writer& writer, const TenantId& tenant, const std::string& source) {
  std::optional<LedgerInfo> ledger = writer.ledger().find_tenant(tenant);
  if (!ledger) {
    RECOURSE_LET(ledger, writer.create_tenant(tenant));
  }
  ImportTarget target{writer, tenant, ledger->ledger, source, importer(), {}};
  // Ids of one ledger tell nothing about those of another.
  target.key =
      hmac_sha256(as_text(writer.ledger().deployment_key("import")), {ledger->first_origin()});
  return target;
}

}  // namespace

std::optional<ImportFormat> import_format(std::string_view name) {
  if (name == "servicenow") return ImportFormat::servicenow;
  if (name == "transcript") return ImportFormat::transcript;
  return std::nullopt;
}

std::string_view name(ImportFormat format) {
  return format == ImportFormat::servicenow ? "servicenow" : "transcript";
}

Result<ImportSummary> import_file(Writer& writer, const TenantId& tenant,
                                  const ImportOptions& options) {
  ImportSummary summary;
  summary.format = options.format;
  summary.file = options.file.string();
  summary.source = options.source.empty() ? source_name(options.file) : options.source;
  const bool may_stand_in_a_leaf = is_code(summary.source) || is_label(summary.source);
  if (!may_stand_in_a_leaf || !is_storable(summary.source))
    return Error{ErrorCode::invalid,
                 "the name of a source has 1 to 64 bytes without control characters and without @"};
  ImportFigures figures;
  // A file that cannot be read at all makes no tenant.
  if (options.format == ImportFormat::servicenow) {
    RECOURSE_LET(const IncidentLog log, read_incident_log(options));
    RECOURSE_LET(const ImportTarget target, target_of(writer, tenant, summary.source));
    import_servicenow(log, target, options, summary, figures);
  } else {
    RECOURSE_LET(ByteSource source, ByteSource::open(options.file));
    RECOURSE_LET(const ImportTarget target, target_of(writer, tenant, summary.source));
    import_transcript(source, target, options, summary, figures);
  }
  summary.events = figures.events();
  summary.figures = figures.check_figures(options.format);
  summary.ledger_size = writer.ledger().head(writer.ledger().find_tenant(tenant)->ledger).size;
  return summary;
}

}  // namespace recourse
