#pragma once

#include <string>
#include <string_view>

namespace recourse {

/// `text` for an element's content or a quoted attribute. What a page could show in another order
/// than it is read is escaped before: see printable.h.
std::string html_escaped(std::string_view text);

/// JSON for a <script type="application/json">: nothing in it ends the element.
std::string json_for_script(std::string_view json);

/// 'sha256-…' of an inline script or style, for a page's content security policy.
std::string csp_hash(std::string_view content);

}  // namespace recourse
