#include "tools/backup/upkeep.h"

#include <array>

#include "api/routes/json_object.h"
#include "api/routes/resources.h"
#include "api/routes/write.h"

namespace recourse::routes {
namespace {

constexpr double kMillion = 1e6;

/// `told` names files of the server, so only who runs the deployment reads it.
std::string job_json(const Call& call, UpkeepJob job, bool with_told) {
  const Upkeep::JobStatus status = call.app.options.upkeep->status(job);
  JsonObject object;
  object.number("every_s", std::int64_t{status.every.count()})
      .flag("running", status.running)
      .flag("overdue", status.overdue)
      .number("runs", status.runs)
      .number("failures", status.failures)
      .value("succeeded_at", status.succeeded)
      .value("failed_at", status.failed);
  if (status.succeeded)
    object.number(
        "age_s",
        std::chrono::floor<std::chrono::seconds>(call.app.clock.now() - *status.succeeded).count());
  if (status.running)
    object.number("progress_ppm", static_cast<std::int64_t>(status.progress * kMillion));
  if (job == UpkeepJob::scrub) object.number("findings", status.findings);
  if (with_told && !status.told.empty()) object.text("told", status.told);
  return std::move(object).take();
}

std::string jobs_json(const Call& call, bool with_told) {
  JsonObject jobs;
  for (const UpkeepJob job : kUpkeepJobs) jobs.raw(name(job), job_json(call, job, with_told));
  return std::move(jobs).take();
}

Error no_upkeep() { return {ErrorCode::not_found, "this server looks after nothing of the kind"}; }

/// That it was asked twice is no harm: one that waits already is the one that is asked for.
void ask_for(const CallPtr& call, UpkeepJob job) {
  if (call->app.options.upkeep == nullptr) return refuse(*call, no_upkeep());
  Body body;
  if (!with_body(*call, body, [](BodyReader&) {})) return;  // It has no members.
  then(call, idempotency_key(call->request), [&](const std::string& key) {
    if (key.empty())
      return refuse(*call, {ErrorCode::precondition_missing,
                            "this request needs the header Idempotency-Key, so that it can be "
                            "repeated safely"});
    then(call, call->app.options.upkeep->ask(job), [&](std::uint64_t run) {
      JsonObject object;
      object.text("job", name(job)).number("run", run);
      respond(*call, http::json(std::move(object).take(), 202));
    });
  });
}

std::string backup_json(const BackupDirectory& directory, std::uint64_t number) {
  JsonObject object;
  object.number("backup", number);
  const auto entry = directory.entry(number);
  object.flag("whole", entry.ok());
  if (!entry) return std::move(object).take();
  const BackupManifest& manifest = entry->manifest;
  object.number("commit_number", manifest.anchor.number)
      .number("epoch", manifest.anchor.epoch)
      .number("kek_epoch", manifest.kek_epoch)
      .number("files", std::uint64_t{manifest.files.size()})
      .number("bytes", manifest.bytes())
      .value("started_at", manifest.started)
      .value("ended_at", manifest.ended)
      .value("manifest", entry->digest);
  return std::move(object).take();
}

/// Why not all is well, in words that do not change.
std::string causes_json(const App& app) {
  std::string causes = "[";
  const auto add = [&causes](std::string_view cause) {
    causes += (causes.size() == 1 ? "\"" : ",\"") + std::string(cause) + '"';
  };
  if (app.writer.failed()) add("writer_failed");
  for (const UpkeepJob job : kUpkeepJobs) {
    if (app.options.upkeep == nullptr) break;
    const Upkeep::JobStatus status = app.options.upkeep->status(job);
    if (status.overdue) add(std::string(name(job)) + "_missed");
    if (status.failed) add(std::string(name(job)) + "_failed");
    if (job == UpkeepJob::scrub && status.findings > 0) add("scrub_found");
  }
  return causes + ']';
}

}  // namespace

void start_backup(CallPtr call) { ask_for(call, UpkeepJob::backup); }
void start_drill(CallPtr call) { ask_for(call, UpkeepJob::drill); }
void start_scrub(CallPtr call) { ask_for(call, UpkeepJob::scrub); }

void list_backups(CallPtr call) {
  if (call->app.options.upkeep == nullptr) return refuse(*call, no_upkeep());
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  // A directory of backups may be on a slow disk: not on a thread that serves others.
  const bool taken = call->app.long_reads.run([call](const LongReads::GoOn& go_on) {
    std::string items;
    const auto& place = call->app.options.upkeep->options().backup.to;
    const auto directory =
        place.empty() ? Result<BackupDirectory>(no_upkeep()) : BackupDirectory::open(place);
    if (directory)
      for (const std::uint64_t number : directory->list()) {
        if (!go_on()) return refuse(*call, {ErrorCode::unavailable, "the server stops"});
        items += (items.empty() ? "" : ",") + backup_json(*directory, number);
      }
    JsonObject object;
    object.raw("items", '[' + items + ']').raw("jobs", jobs_json(*call, true));
    respond(*call, http::json(std::move(object).take()));
  });
  if (!taken)
    refuse(*call, {ErrorCode::unavailable, "too many long reads wait already; try again later"});
}

void show_state(CallPtr call) {
  if (const Status good = only_query(*call, {}); !good) return refuse(*call, good.error());
  const std::string causes = causes_json(call->app);
  JsonObject object;
  object.text("status", causes == "[]" ? "ok" : "degraded")
      .raw("causes", causes)
      .number("queued", std::uint64_t{call->app.writer.queued()});
  if (call->app.options.upkeep != nullptr) object.raw("jobs", jobs_json(*call, false));
  respond(*call, http::json(std::move(object).take()));
}

}  // namespace recourse::routes
