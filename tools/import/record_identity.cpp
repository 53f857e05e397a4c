#include "tools/import/record_identity.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/event/clear_names.h"
#include "tools/import/storable_text.h"

namespace recourse {
namespace {

constexpr std::size_t kMaxOutsideBytes = 480;  // The directory takes 512.

/// The parts, each with its length before it.
std::string framed(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) {
    put_u64(all, part.size());
    all.append(part);
  }
  return all;
}

}  // namespace

std::string source_name(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  if (name.size() > 3 && name.ends_with(".gz")) name.resize(name.size() - 3);
  if (is_code(name) || (is_label(name) && is_storable(name))) return name;
  const std::string whole = to_hex(as_text(sha256(name))).substr(0, 16);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !is_code({&c, 1});
      },
      '_');
  constexpr std::size_t kKept = 96;
  return name.substr(0, kKept) + '-' + whole;
}

std::string record_identity(std::initializer_list<std::string_view> parts) {
  std::string identity = "import";
  for (const std::string_view part : parts) {
    identity.push_back('/');
    for (const char c : part) {
      if (c == '/') {
        identity.append("%2F");
      } else if (c == '%') {
        identity.append("%25");
      } else {
        identity.push_back(c);
      }
    }
  }
  return identity;
}

std::string outside_name(std::string_view source, std::string_view name) {
  std::string all(source);
  all.push_back('|');
  all.append(name);
  if (all.size() <= kMaxOutsideBytes) return all;
  return std::string(source) + "|sha256:" + to_hex(as_text(sha256(name)));
}

DerivedRandom::DerivedRandom(const Hash& key, std::initializer_list<std::string_view> name)
    : seed_(hmac_sha256(as_text(key), {framed(name)})) {}

void DerivedRandom::fill(std::span<std::uint8_t> out) {
  for (std::size_t at = 0; at < out.size();) {
    std::string counter;
    put_u64(counter, block_++);
    const Hash block = hmac_sha256(as_text(seed_), {counter});
    const std::size_t size = std::min(block.size(), out.size() - at);
    std::copy_n(block.begin(), size, out.begin() + static_cast<std::ptrdiff_t>(at));
    at += size;
  }
}

}  // namespace recourse
