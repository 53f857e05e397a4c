#pragma once

#include <string>
#include <string_view>

#include "tools/report/document.h"

namespace recourse::soc2 {

/// The document as one HTML file that loads nothing. Its policy (CSP) names the hash of its own
/// style and lets nothing else in; every text is escaped; printed it is A4, a chapter a page.
std::string html_page(const Document& document);

std::string_view report_style();  ///< report.css

}  // namespace recourse::soc2
