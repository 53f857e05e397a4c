#include "projections/audit_index.h"

#include <algorithm>

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {

namespace {

void append_chunk(std::string& list, std::int64_t chunk) {
  const std::string digits = std::to_string(chunk);
  list.append(1, '/').append(8 - std::min<std::size_t>(8, digits.size()), '0').append(digits);
}

class AuditIndex final : public Projection {
 public:
  AuditIndex(const RowSource& source, Digest& digest)
      : counts_("count/", source, digest), chunks_("list/", source, digest) {}

  void apply(const RecordedEvent& event) override {
    const bool imported = visit(
        [](const auto& data) {
          if constexpr (requires { data.provenance; }) return data.provenance.imported;
          return false;
        },
        event.data);
    add("type/", type_of(event.data), event.position, imported);
    add("actor/", event.actor.id.value(), event.position, imported);
    if (!event.subject.empty()) add("ticket/", event.subject, event.position, imported);
  }

  std::vector<FlushedTable*> tables() override { return {&counts_, &chunks_}; }

 private:
  void add(std::string_view kind, std::string_view name, Position position, bool imported) {
    list_.assign(kind).append(name);
    PositionCount& count = counts_.change(list_);
    append_chunk(list_, count.count / kPositionsPerChunk);
    chunks_.change(list_).positions.push_back(static_cast<std::int64_t>(position.value()));
    ++count.count;
    if (imported) ++count.imported;
  }

  std::string list_;
  RowTable<PositionCount> counts_;
  RowTable<PositionChunk> chunks_;
};

}  // namespace

std::string count_key(std::string_view list) { return "count/" + std::string(list); }

std::string chunk_key(std::string_view list, std::int64_t chunk) {
  std::string key = "list/";
  key += list;
  append_chunk(key, chunk);
  return key;
}

ProjectionKind audit_index_kind() {
  return {7, "audit_index", 2,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<AuditIndex>(source, digest);
          }};
}

}  // namespace recourse
