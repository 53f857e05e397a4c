#include "tools/soc2/sample.h"

#include <algorithm>

#include "engine/base/sha256.h"

namespace recourse::soc2 {

Hash sample_seed(std::string_view control, const Hash& root, std::string_view nonce) {
  return sha256(
      {"recourse/sample/v1\n", control, "\n", to_base64(as_text(root)), "\n", nonce, "\n"});
}

Hash sample_rank(const Hash& seed, const Hash& leaf) {
  return sha256({as_text(seed), as_text(leaf)});
}

std::vector<std::uint64_t> draw_sample(std::span<const Row> rows, const Hash& seed,
                                       std::uint64_t size) {
  std::vector<std::pair<Hash, std::uint64_t>> ranked;
  ranked.reserve(rows.size());
  for (std::uint64_t i = 0; i < rows.size(); ++i)
    ranked.emplace_back(sample_rank(seed, rows[i].leaf), i);
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(size, ranked.size()));
  std::partial_sort(ranked.begin(), ranked.begin() + count, ranked.end());
  std::vector<std::uint64_t> drawn;
  for (std::ptrdiff_t i = 0; i < count; ++i)
    drawn.push_back(ranked[static_cast<std::size_t>(i)].second);
  return drawn;
}

}  // namespace recourse::soc2
