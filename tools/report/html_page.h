#pragma once

#include <string>
#include <string_view>

#include "tools/report/document.h"
#include "tools/report/page_proof.h"

namespace recourse::soc2 {

/// The document as one HTML file that loads nothing. Its policy (CSP) names the hash of its own
/// style, and of the script of `proof` where there is one, and lets nothing else in; every text is
/// escaped; printed it is A4, a chapter a page.
std::string html_page(const Document& document, const PageProof& proof = {});

std::string_view report_style();  ///< report.css

}  // namespace recourse::soc2
