#pragma once

#include <string>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// What the page needs to check by itself, in the reader's browser, that the sampled leaves are in
/// the log under the signed end head. All empty when the package has no proofs.
struct PageProof {
  std::string verdict;  ///< An element: what the check found, and the field for the reader's key.
  std::string leaves;   ///< An element: the leaves, to which the check adds what they say.
  std::string data;     ///< Elements: the note, the key, the leaves with their paths.
  std::string script;   ///< The check, whose hash the page's policy names.
};
PageProof page_proof(const Package& package);

}  // namespace recourse::soc2
