#pragma once

#include <string>

#include "tools/report/document.h"
#include "tools/report/pdf_fonts.h"

namespace recourse::soc2 {

/// The document on A4 with an outline, links and text that can be selected, in any script. A
/// function of the document and of the fonts: its dates are the document's.
std::string pdf_document(const PdfFonts& fonts, const Document& document);

}  // namespace recourse::soc2
