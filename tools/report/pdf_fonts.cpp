#include "tools/report/pdf_fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

namespace recourse::soc2 {
namespace {

// Noto for everything that it has, WenQuanYi for Chinese, Japanese and Korean, Symbola for emoji.
// Where the fonts lie is Debian's; the cache is only time saved.
constexpr const char* kConfig = R"(<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts/truetype/noto</dir>
  <dir>/usr/share/fonts/truetype/wqy</dir>
  <dir>/usr/share/fonts/truetype/ancient-scripts</dir>
  <cachedir>/var/cache/fontconfig</cachedir>
  <selectfont>
    <rejectfont><glob>*</glob></rejectfont>
    <acceptfont>
      <glob>/usr/share/fonts/truetype/noto/NotoSans*-Regular.ttf</glob>
      <glob>/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf</glob>
      <glob>/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc</glob>
      <glob>/usr/share/fonts/truetype/ancient-scripts/Symbola*.ttf</glob>
    </acceptfont>
  </selectfont>
</fontconfig>
)";

bool has_family(FcConfig* config, const char* family) {
  FcPattern* const pattern = FcPatternBuild(nullptr, FC_FAMILY, FcTypeString, family, nullptr);
  FcObjectSet* const wanted = FcObjectSetBuild(FC_FILE, nullptr);
  FcFontSet* const found = FcFontList(config, pattern, wanted);
  const bool has = found != nullptr && found->nfont > 0;
  if (found != nullptr) FcFontSetDestroy(found);
  FcObjectSetDestroy(wanted);
  FcPatternDestroy(pattern);
  return has;
}

}  // namespace

recourse::Result<PdfFonts> PdfFonts::open() {
  const std::unique_ptr<FcConfig, void (*)(FcConfig*)> config(FcConfigCreate(), FcConfigDestroy);
  if (!FcConfigParseAndLoadFromMemory(config.get(), reinterpret_cast<const FcChar8*>(kConfig),
                                      FcFalse) ||
      !FcConfigBuildFonts(config.get()))
    return Error{ErrorCode::unavailable, "the fonts of the PDF cannot be read"};
  for (const char* const family : {"Noto Sans", "Noto Sans Mono", "WenQuanYi Zen Hei", "Symbola"}) {
    if (!has_family(config.get(), family))
      return Error{ErrorCode::unavailable,
                   "the font " + std::string(family) +
                       " is not installed: the PDF needs the packages fonts-noto-core, "
                       "fonts-noto-mono, fonts-wqy-zenhei and fonts-symbola"};
  }
  PdfFonts fonts;
  fonts.map_.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT), g_object_unref);
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts.map_.get()), config.get());
  // A unit of the page is a point.
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts.map_.get()), 72);
  fonts.context_.reset(pango_font_map_create_context(fonts.map_.get()), g_object_unref);
  const std::unique_ptr<cairo_font_options_t, void (*)(cairo_font_options_t*)> options(
      cairo_font_options_create(), cairo_font_options_destroy);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(fonts.context_.get(), options.get());
  pango_context_set_round_glyph_positions(fonts.context_.get(), FALSE);
  // Neither the language of who runs this.
  pango_context_set_language(fonts.context_.get(), pango_language_from_string("en"));
  return fonts;
}

}  // namespace recourse::soc2
