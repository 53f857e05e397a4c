#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "tests/golden/event_table.h"
#include "tests/golden/golden_leaves.h"
#include "tests/golden/text_file.h"
#include "tools/schema/event_schema.h"
#include "tools/schema/policy_schema.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = RECOURSE_SOURCE_DIR;
bool failed = false;

void write(const fs::path& path, const std::string& text) {
  if (fs::exists(path) && read_file(path) == text) return;
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out << text;
  failed = failed || !out.flush();
  std::cout << (out ? "wrote " : "could not write ") << fs::relative(path, kRoot).string() << '\n';
}

void write_schemas() {
  const fs::path folder = kRoot / "schemas/events";
  std::set<std::string> current;
  for (const SchemaFile& file : schema_files()) {
    write(folder / file.name, file.text);
    current.insert(file.name);
  }
  for (const auto& entry : fs::directory_iterator(folder))
    if (!current.contains(entry.path().filename().string())) fs::remove(entry.path());
  write(kRoot / "schemas/policy.schema.json", policy_schema());
}

void write_table() {
  const fs::path page = kRoot / "docs/format/events.md";
  const std::string text = with_event_table(read_file(page), event_table());
  if (!text.empty()) write(page, text);
}

/// Golden leaves are never written again: only those of new types.
void write_new_leaves() {
  for (const GoldenLeaves& leaves : golden_leaves()) {
    const fs::path path = kRoot / "tests/golden/v1/events" / (std::string(leaves.type) + ".ndjson");
    if (!fs::exists(path)) write(path, leaves.file());
  }
}

}  // namespace
}  // namespace recourse

int main() {
  recourse::write_schemas();
  recourse::write_table();
  recourse::write_new_leaves();
  return recourse::failed ? 1 : 0;
}
