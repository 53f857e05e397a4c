#include "tools/report/report.h"

#include <algorithm>

#include "tools/report/csv.h"
#include "tools/report/document.h"
#include "tools/report/html_page.h"
#include "tools/report/ocsf.h"
#include "tools/report/oscal.h"
#include "tools/report/paths.h"
#include "tools/report/pdf_document.h"
#include "tools/report/upload_map.h"

namespace recourse::soc2 {

recourse::Result<std::vector<File>> write_report(const Package& package) {
  RECOURSE_LET(const PdfFonts fonts, PdfFonts::open());
  std::vector<File> files = register_csvs(package);
  for (const Chapter& chapter : package.chapters) {
    for (File& file : population_csvs(package.scope, chapter)) files.push_back(std::move(file));
    files.push_back({control_path(package.scope, chapter.control) + ".pdf",
                     pdf_document(fonts, control_document(package, chapter))});
  }
  files.push_back(upload_map(package, files));
  for (File& file : oscal_files(package, files)) files.push_back(std::move(file));
  files.push_back(ocsf_file(package));
  const Document document = whole_document(package);
  files.push_back({"report/report.html", html_page(document, page_proof(package))});
  files.push_back({"report/report.pdf", pdf_document(fonts, document)});
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

}  // namespace recourse::soc2
