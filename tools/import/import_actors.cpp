#include "tools/import/import_actors.h"

#include "tools/import/record_identity.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

std::string_view prefix_of(ActorType type) {
  return type == ActorType::agent ? "agt_" : type == ActorType::system ? "sys_" : "usr_";
}

}  // namespace

Result<SubjectId> ImportActors::subject(DecisionStep& step, std::string_view name) {
  std::string outside = outside_name(target_.source, name);
  if (const auto known = subjects_.find(outside); known != subjects_.end()) return known->second;
  RECOURSE_LET(SubjectId id, step.ledger.obtain_subject(step.id, outside));
  return subjects_.emplace(std::move(outside), std::move(id)).first->second;
}

Result<Actor> ImportActors::actor(DecisionStep& step, ActorType type, std::string_view name,
                                  std::vector<NewEvent>& events) {
  if (name.empty()) return target_.importer();
  const std::string_view prefix = prefix_of(type);
  std::string outside(prefix);
  outside.append(outside_name(target_.source, name));
  auto known = ids_.find(outside);
  if (known == ids_.end()) {
    PrincipalId id =
        step.ledger.pseudonym(step.id, prefix, std::string_view(outside).substr(prefix.size()));
    known = ids_.emplace(std::move(outside), std::move(id)).first;
  }
  Actor actor{type, known->second};
  RECOURSE_TRY(introduce(step, actor, name, events));
  return actor;
}

Result<PrincipalId> ImportActors::person(DecisionStep& step, std::string_view name,
                                         std::vector<NewEvent>& events) {
  RECOURSE_LET(Actor actor, actor(step, ActorType::human, name, events));
  return std::move(actor.id);
}

Status ImportActors::introduce(DecisionStep& step, const Actor& actor, std::string_view name,
                               std::vector<NewEvent>& events) {
  if (!introduced_.insert(actor.id).second) return {};
  // What an earlier import introduced has a stream already.
  if (next_version(step.state, actor.id.value()) > 0) return {};
  PrincipalCreated created;
  created.principal = actor.id;
  created.kind = actor.type;
  created.tenant = target_.tenant;
  std::vector<std::string> subjects;
  if (actor.type == ActorType::human) {
    RECOURSE_LET(SubjectId self, subject(step, name));
    subjects.push_back(std::move(self).value());
  }
  created.display_name = seal_text(storable_text(name), std::move(subjects));
  created.provenance = {true, target_.source, std::nullopt};
  NewEvent event;
  event.stream = actor.id.value();
  event.actor = target_.importer();
  event.data = std::move(created);
  events.push_back(std::move(event));
  return {};
}

}  // namespace recourse
