#include "tools/audit/verify_page.h"

#include "engine/base/assert.h"
#include "engine/base/sha256.h"
#include "tools/audit/embedded_texts.h"
#include "tools/audit/html.h"

namespace recourse {
namespace {

void put_in_place(std::string& page, std::string_view mark, std::string_view text) {
  const std::size_t at = page.find(mark);
  RECOURSE_ASSERT(at != page.npos, "the page has a place for each of its parts");
  page.replace(at, mark.size(), text);
}

std::string assembled() {
  std::string page(verify_page_frame());
  put_in_place(page, "@policy@",
               "default-src 'none'; script-src " + csp_hash(verify_page_program()) +
                   "; style-src " + csp_hash(verify_page_style()) +
                   "; base-uri 'none'; form-action 'none'");
  put_in_place(page, "@style@", verify_page_style());
  put_in_place(page, "@script@", verify_page_program());
  return page;
}

bool is_letter_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

const VerifyPage& verify_page() {
  static const std::string text = assembled();
  static const VerifyPage page = [] {
    const std::size_t at = text.find(kPageFilesBegin) + kPageFilesBegin.size();
    const VerifyPage parts{std::string_view(text).substr(0, at), std::string_view(text).substr(at),
                           sha256(text)};
    RECOURSE_ASSERT(parts.after.starts_with(kPageFilesEnd), "the page has a place for the files");
    return parts;
  }();
  return page;
}

std::string page_block_begin(std::string_view path) {
  RECOURSE_ASSERT(is_bundle_path(path), "a path in a page needs no quotes");
  return "<script type=\"application/octet-stream\" data-path=\"" + std::string(path) + "\">";
}

bool is_bundle_path(std::string_view path) {
  bool first = true;  // In its segment.
  for (const char c : path) {
    if (c == '/' ? first : !is_letter_or_digit(c) && (c != '.' || first)) return false;
    first = c == '/';
  }
  return !first;
}

}  // namespace recourse
