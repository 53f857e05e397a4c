#include "tools/cli/record_event.h"

namespace recourse::cli {

Status record_events(Writer& writer, const TenantId& tenant, const std::string& stream,
                     std::vector<EventData> events) {
  WriteRequest request;
  request.tenant = tenant;
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&](DecisionStep&) -> Result<std::vector<NewEvent>> {
    std::vector<NewEvent> made;
    for (EventData& data : events) made.push_back({stream, "", Actor{}, "", "", std::move(data)});
    return made;
  };
  RECOURSE_TRY(writer.handle(std::move(request)));
  return {};
}

Status record_disclosure(Writer& writer, const ExportFlags& flags, const BundleSummary& bundle) {
  // More persons than that: one leaf for all of the tenant's.
  constexpr std::size_t kMostPersons = 256;
  if (bundle.disclosed == 0) return {};
  DisclosureMade made;
  made.recipient = flags.recipient.empty() ? "not-named" : flags.recipient;
  made.purpose = flags.purpose.empty() ? "export" : flags.purpose;
  std::vector<EventData> events;
  if (bundle.disclosed_of.empty() || bundle.disclosed_of.size() > kMostPersons) {
    made.fields = static_cast<std::int64_t>(bundle.disclosed);
    events.emplace_back(made);
  } else {
    for (const auto& [subject, fields] : bundle.disclosed_of) {
      made.subject = SubjectId(subject);
      made.fields = fields;
      events.emplace_back(made);
    }
  }
  return record_events(writer, bundle.info.tenant, bundle.info.origin, std::move(events));
}

Status record_export(Writer& writer, const ExportFlags& flags, const BundleSummary& bundle) {
  ExportCreated created;
  created.tenant = TenantId(flags.tenant);
  created.format = flags.format;
  created.start = static_cast<std::int64_t>(bundle.start.value());
  created.end = static_cast<std::int64_t>(bundle.end.value());
  created.manifest = bundle.manifest;
  if (!flags.purpose.empty()) created.purpose = flags.purpose;
  if (!flags.recipient.empty()) created.recipient = flags.recipient;
  std::vector<EventData> events;
  events.emplace_back(std::move(created));
  return record_events(writer, TenantId("meta"), "deployment", std::move(events));
}

}  // namespace recourse::cli
