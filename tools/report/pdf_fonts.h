#pragma once

#include <memory>

#include "engine/base/result.h"

using PangoContext = struct _PangoContext;
using PangoFontMap = struct _PangoFontMap;

namespace recourse::soc2 {

/// The fonts of a PDF and how texts of all scripts find theirs: a fixed choice of Debian's,
/// whatever else is installed and however the machine or its user is set up, so that the bytes do
/// not differ with that. Threads: one at a time.
class PdfFonts {
 public:
  /// Errors: unavailable, naming the packages, when the fonts are not installed.
  static recourse::Result<PdfFonts> open();

  /// Borrowed.
  PangoContext* context() const { return context_.get(); }

 private:
  PdfFonts() = default;

  std::shared_ptr<PangoFontMap> map_;
  std::shared_ptr<PangoContext> context_;
};

}  // namespace recourse::soc2
