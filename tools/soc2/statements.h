#pragma once

#include <map>

#include "tools/soc2/package.h"

namespace recourse::soc2 {

/// Fills what the package says in words and what follows from its chapters: what is proven and what
/// is not, what it does not cover, how it is verified, the matrix of criteria, the register of
/// exceptions, the duties of the GDPR and the AI Act. `counts`: events of the period by type;
/// `conversations`: those in which an AI wrote, of which the table ai_untold lists the untold.
void add_statements(Package& package,
                    const std::map<std::string, std::uint64_t, std::less<>>& counts,
                    std::uint64_t conversations);

}  // namespace recourse::soc2
