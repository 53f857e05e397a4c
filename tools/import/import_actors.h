#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tools/import/record_sink.h"

namespace recourse {

/// People and agents whom a source knows by name. In leaves they have opaque ids; the name stands
/// sealed, under a data subject of its own, in one principal.created when it is first seen.
/// Threads: the writer's, within decisions.
class ImportActors {
 public:
  explicit ImportActors(const ImportTarget& target) : target_(target) {}

  /// Who acted; the import itself where the source does not say. For the first event of a name
  /// puts principal.created into `events`. Errors: those of Ledger::obtain_subject.
  Result<Actor> actor(DecisionStep& step, ActorType type, std::string_view name,
                      std::vector<NewEvent>& events);

  /// The same for whom is only mentioned: an assignee. REQUIRES: a name.
  Result<PrincipalId> person(DecisionStep& step, std::string_view name,
                             std::vector<NewEvent>& events);

  /// The data subject behind an outside name. Errors: as above.
  Result<SubjectId> subject(DecisionStep& step, std::string_view name);

 private:
  Status introduce(DecisionStep& step, const Actor& actor, std::string_view name,
                   std::vector<NewEvent>& events);

  const ImportTarget& target_;
  std::unordered_map<std::string, PrincipalId> ids_;  // by type and name
  std::unordered_map<std::string, SubjectId> subjects_;
  std::unordered_set<PrincipalId> introduced_;
};

}  // namespace recourse
