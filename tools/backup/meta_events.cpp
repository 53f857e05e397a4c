#include "tools/backup/meta_events.h"

namespace recourse {

Status record_in_meta(Writer& writer, std::vector<EventData> events) {
  WriteRequest request;
  request.tenant = TenantId("meta");
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [&events](DecisionStep&) -> Result<std::vector<NewEvent>> {
    std::vector<NewEvent> made;
    for (const EventData& data : events) made.push_back({"upkeep", "", Actor{}, "", "", data});
    return made;
  };
  const Outcome outcome = writer.handle(std::move(request));
  return outcome ? Status() : Status(outcome.error());
}

BackupCompleted completed_event(const MadeBackup& made, std::chrono::milliseconds duration,
                                bool scheduled) {
  const BackupManifest& manifest = made.manifest;
  BackupCompleted completed;
  completed.backup = static_cast<std::int64_t>(manifest.backup);
  completed.commit_number = static_cast<std::int64_t>(manifest.anchor.number);
  completed.epoch = static_cast<std::int64_t>(manifest.anchor.epoch);
  completed.ledgers = static_cast<std::int64_t>(manifest.heads.size());
  completed.files = static_cast<std::int64_t>(manifest.files.size());
  completed.bytes = static_cast<std::int64_t>(manifest.bytes());
  completed.new_bytes = static_cast<std::int64_t>(made.new_bytes);
  completed.duration_ms = duration.count();
  completed.scheduled = scheduled;
  completed.manifest = made.digest;
  return completed;
}

}  // namespace recourse
