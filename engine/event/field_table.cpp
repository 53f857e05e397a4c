#include "engine/event/field_table.h"

#include <algorithm>

namespace recourse::described {

alignas(std::max_align_t) std::byte origin[kLargestStruct];

namespace {

bool holds_sealed(const Type& type) {
  return type.kind == Kind::sealed || (type.kind == Kind::list && holds_sealed(*type.element)) ||
         (type.kind == Kind::structure && !type.table().sealed.empty());
}

void add(Table& table, std::string_view name, std::size_t offset, bool of_provenance,
         const Member& member) {
  table.fields.push_back({name, ",\"" + std::string(name) + "\":", offset, member.type->kind,
                          of_provenance, member.type, member.optional, member.max_bytes});
}

}  // namespace

const Table& make_table(std::span<const Member> members, std::span<const void* const> places) {
  // Never destroyed: threads may still write while the program ends.
  Table& table = *new Table();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Member& member = members[i];
    const auto offset = static_cast<std::size_t>(static_cast<const std::byte*>(places[i]) - origin);
    if (member.type != &kType<Provenance>) {
      add(table, member.name, offset, false, member);
      continue;
    }
    for (const Field& field : table_of<Provenance>().fields) {
      add(table, field.name, offset + field.offset, true,
          {member.name, field.type, field.optional, field.max_bytes});
      if (field.name == "imported") table.imported = offset + field.offset;
    }
  }
  std::sort(table.fields.begin(), table.fields.end(),
            [](const Field& a, const Field& b) { return a.name < b.name; });
  for (const Field& field : table.fields)
    if (holds_sealed(*field.type)) table.sealed.push_back(&field);
  return table;
}

}  // namespace recourse::described
