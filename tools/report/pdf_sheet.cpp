#include "tools/report/pdf_sheet.h"

#include <cairo/cairo-pdf.h>
#include <pango/pangocairo.h>

#include "engine/base/assert.h"
#include "tools/audit/printable.h"
#include "tools/report/figures.h"

namespace recourse::soc2 {
namespace {

constexpr double kFootSize = 7.5;

cairo_status_t append(void* bytes, const unsigned char* data, unsigned length) {
  static_cast<std::string*>(bytes)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

double points(int units) { return static_cast<double>(units) / PANGO_SCALE; }

/// A name between the quotes of an attribute of cairo.
std::string quoted(std::string_view name) {
  std::string out = "'";
  for (const char c : name) {
    if (c != '\'' && c != '\\') out += c;
  }
  return out + '\'';
}

void describe(cairo_surface_t* surface, const Document& document) {
  cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
  const std::string title = printable(document.kind + ": " + document.title);
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Recourse");
  // Without a fraction, which cairo does not read; never the clock.
  const std::string created = document.created.substr(0, 19) + 'Z';
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created.c_str());
  cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, created.c_str());
}

}  // namespace

Sheet::Sheet(PangoContext* context, const Document& document, std::size_t pages)
    : context_(context),
      document_(&document),
      pages_(pages),
      surface_(cairo_pdf_surface_create_for_stream(append, &bytes_, kWidth, kHeight)),
      cairo_(cairo_create(surface_)) {
  describe(surface_, document);
}

Sheet::~Sheet() {
  cairo_destroy(cairo_);
  cairo_surface_destroy(surface_);
}

std::vector<SetLine> Sheet::set(std::string_view text, const TextStyle& style, double width) const {
  const std::shared_ptr<PangoLayout> layout(pango_layout_new(context_), g_object_unref);
  const std::unique_ptr<PangoFontDescription, void (*)(PangoFontDescription*)> font(
      pango_font_description_new(), pango_font_description_free);
  pango_font_description_set_family_static(font.get(), style.mono ? "Noto Sans Mono" : "Noto Sans");
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description(layout.get(), font.get());
  PangoAttrList* const attributes = pango_attr_list_new();
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(layout.get(), attributes);
  pango_attr_list_unref(attributes);
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  if (style.right) pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
  const std::string shown = printable(text);
  pango_layout_set_text(layout.get(), shown.data(), static_cast<int>(shown.size()));

  std::vector<SetLine> lines;
  const std::unique_ptr<PangoLayoutIter, void (*)(PangoLayoutIter*)> at(
      pango_layout_get_iter(layout.get()), pango_layout_iter_free);
  do {
    PangoRectangle extents;
    pango_layout_iter_get_line_extents(at.get(), nullptr, &extents);
    const double above = points(pango_layout_iter_get_baseline(at.get()) - extents.y);
    const double height = points(extents.height);
    const double extra = height * (style.leading - 1);
    lines.push_back({layout, pango_layout_iter_get_line_readonly(at.get()), points(extents.x),
                     above + extra / 2, height + extra, style.tone});
  } while (pango_layout_iter_next_line(at.get()));
  return lines;
}

double Sheet::height_of(const std::vector<SetLine>& lines) {
  double height = 0;
  for (const SetLine& line : lines) height += line.height;
  return height;
}

void Sheet::new_page(std::string_view head) {
  head_ = head;
  new_page();
}

void Sheet::new_page() {
  if (page_ > 0) end_page();
  ++page_;
  y_ = kTop;
  if (!head_.empty()) {
    const auto lines = set(head_, {kFootSize, Tone::soft}, kTextWidth);
    draw(lines.front(), kLeft, 34);
  }
}

void Sheet::end_page() {
  const double y = kHeight - 44;
  rule(y - 6, 0.5, 0.73);
  const TextStyle style{kFootSize, Tone::soft};
  draw(set(document_->footer, style, kTextWidth - 90).front(), kLeft, y);
  TextStyle right = style;
  right.right = true;
  draw(set("Page " + grouped(page_) + " of " + grouped(pages_), right, 90).front(), kRight - 90, y);
  cairo_show_page(cairo_);
}

void Sheet::need(double points) {
  if (room() < points && !at_top()) new_page();
}

void Sheet::colour(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return cairo_set_source_rgb(cairo_, 0, 0, 0);
    case Tone::good:
      return cairo_set_source_rgb(cairo_, 0.043, 0.38, 0.212);
    case Tone::bad:
      return cairo_set_source_rgb(cairo_, 0.639, 0.106, 0.106);
    case Tone::soft:
      return cairo_set_source_rgb(cairo_, 0.3, 0.33, 0.36);
  }
}

void Sheet::draw(const SetLine& line, double x, double y) {
  colour(line.tone);
  cairo_move_to(cairo_, x + line.left, y + line.ascent);
  pango_cairo_show_layout_line(cairo_, line.line);
}

void Sheet::flow(const std::vector<SetLine>& lines, double x) {
  // Short ones stay together.
  if (lines.size() <= 4) need(height_of(lines));
  for (const SetLine& line : lines) {
    need(line.height);
    draw(line, x, y_);
    y_ += line.height;
  }
}

void Sheet::rule(double y, double thickness, double grey, double left, double right) {
  cairo_set_source_rgb(cairo_, grey, grey, grey);
  cairo_set_line_width(cairo_, thickness);
  cairo_move_to(cairo_, left, y);
  cairo_line_to(cairo_, right, y);
  cairo_stroke(cairo_);
}

void Sheet::box(double y, double height, Tone tone) {
  cairo_set_source_rgb(cairo_, 0.95, 0.955, 0.96);
  cairo_rectangle(cairo_, kLeft, y, kTextWidth, height);
  cairo_fill(cairo_);
  if (tone == Tone::plain) return;
  colour(tone);
  cairo_rectangle(cairo_, kLeft, y, 3, height);
  cairo_fill(cairo_);
}

void Sheet::begin_link(std::string_view anchor) {
  cairo_tag_begin(cairo_, CAIRO_TAG_LINK, ("dest=" + quoted(anchor)).c_str());
}

void Sheet::end_link() { cairo_tag_end(cairo_, CAIRO_TAG_LINK); }

void Sheet::anchor(std::string_view id, std::string_view title, unsigned level) {
  anchors_.emplace(id, page_);
  const std::string name = quoted(id);
  cairo_move_to(cairo_, kLeft, y_);
  cairo_tag_begin(cairo_, CAIRO_TAG_DEST,
                  ("name=" + name + " x=0 y=" + std::to_string(static_cast<int>(y_) - 12)).c_str());
  cairo_tag_end(cairo_, CAIRO_TAG_DEST);
  const int parent = level == 1 ? CAIRO_PDF_OUTLINE_ROOT : outline_parent_;
  const int added = cairo_pdf_surface_add_outline(surface_, parent, printable(title).c_str(),
                                                  ("dest=" + name).c_str(),
                                                  static_cast<cairo_pdf_outline_flags_t>(0));
  if (level == 1) outline_parent_ = added;
}

std::string Sheet::finish() {
  end_page();
  cairo_surface_finish(surface_);
  RECOURSE_ASSERT(cairo_surface_status(surface_) == CAIRO_STATUS_SUCCESS, "a PDF of texts is made");
  return std::move(bytes_);
}

}  // namespace recourse::soc2
