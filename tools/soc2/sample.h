#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// What ranks the leaves of a control: SHA-256 of "recourse/sample/v1", its id, the root of the end
/// head in base64 and the auditor's nonce, a line feed after each.
Hash sample_seed(std::string_view control, const Hash& root, std::string_view nonce);

/// SHA-256 of the seed and the hash of the leaf. The smallest ranks are the sample, so a larger
/// sample holds the smaller ones.
Hash sample_rank(const Hash& seed, const Hash& leaf);

/// Indices of the `size` rows with the smallest ranks, in the order of ranks; ties by index. All
/// rows when there are not more.
std::vector<std::uint64_t> draw_sample(std::span<const Row> rows, const Hash& seed,
                                       std::uint64_t size);

}  // namespace recourse::soc2
