#include "projections/audit_index.h"

#include <algorithm>

#include "projections/row_table.h"
#include "projections/rows.h"

namespace recourse {

std::string chunk_key(std::string_view list, std::int64_t chunk) {
  const std::string digits = std::to_string(chunk);
  return std::string(list) + '/' + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') +
         digits;
}

namespace {

class AuditIndex final : public Projection {
 public:
  AuditIndex(const RowSource& source, Digest& digest)
      : counts_("", source, digest), chunks_("", source, digest) {}

  void apply(const RecordedEvent& event) override {
    const bool imported = std::visit(
        [](const auto& data) {
          if constexpr (requires { data.provenance; }) return data.provenance.imported;
          return false;
        },
        event.data);
    add("type/" + std::string(type_of(event.data)), event.position, imported);
    add("actor/" + event.actor.id.value(), event.position, imported);
    if (!event.subject.empty()) add("ticket/" + event.subject, event.position, imported);
  }

  void flush(const RowSink& sink) override {
    counts_.flush(sink);
    chunks_.flush(sink);
  }

 private:
  void add(const std::string& list, Position position, bool imported) {
    PositionCount& count = counts_.change(list);
    chunks_.change(chunk_key(list, count.count / kPositionsPerChunk))
        .positions.push_back(static_cast<std::int64_t>(position.value()));
    ++count.count;
    if (imported) ++count.imported;
  }

  RowTable<PositionCount> counts_;
  RowTable<PositionChunk> chunks_;
};

}  // namespace

ProjectionKind audit_index_kind() {
  return {7, "audit_index", 1,
          [](const RowSource& source, Digest& digest) -> std::unique_ptr<Projection> {
            return std::make_unique<AuditIndex>(source, digest);
          }};
}

}  // namespace recourse
