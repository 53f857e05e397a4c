#pragma once

#include <string>
#include <string_view>

#include "engine/base/bytes.h"

namespace recourse {

/// verify.html, which verifies a bundle in a browser, as tools/audit/page has it, with everything
/// inline and a policy that lets nothing else run or load. The files of a bundle stand between the
/// two parts, each in a block_before and block_after. Bytes: docs/format/bundle.md. Threads: any.
struct VerifyPage {
  std::string_view before, after;
  Hash digest;  ///< SHA-256 of the page without files.
};
const VerifyPage& verify_page();

inline constexpr std::string_view kPageFilesBegin = "<!--files-->\n";  ///< The end of `before`.
inline constexpr std::string_view kPageFilesEnd = "<!--/files-->\n";   ///< The start of `after`.

/// What stands before the base64 of a file in the page. REQUIRES: a path that may be in a bundle.
std::string page_block_begin(std::string_view path);
inline constexpr std::string_view kPageBlockEnd = "</script>\n";

/// Segments of letters, digits, `_`, `-` and, not first, `.`: a path that stays in the bundle, on
/// every system, and needs no quotes anywhere.
bool is_bundle_path(std::string_view path);

}  // namespace recourse
