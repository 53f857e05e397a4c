#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/report/document.h"

using PangoContext = struct _PangoContext;
using PangoLayout = struct _PangoLayout;
using PangoLayoutLine = struct _PangoLayoutLine;
using cairo_t = struct _cairo;
using cairo_surface_t = struct _cairo_surface;

namespace recourse::soc2 {

/// How a text is set. Lengths are points everywhere.
struct TextStyle {
  double size = 9.5;
  Tone tone = Tone::plain;
  bool bold = false, mono = false, right = false;
  double leading = 1.0;  ///< Of the font's own height of a line.
};

/// A line of a text that was broken to a width; it keeps what it was broken from.
struct SetLine {
  std::shared_ptr<PangoLayout> text;
  PangoLayoutLine* line = nullptr;
  double left = 0, ascent = 0, height = 0;
  Tone tone = Tone::plain;
};

/// Pages of A4, from above to below: what does not fit goes to the next one. Nothing is cut off.
class Sheet {
 public:
  static constexpr double kWidth = 595.28, kHeight = 841.89;
  static constexpr double kLeft = 51, kRight = kWidth - 51, kTop = 62, kBottom = kHeight - 66;
  static constexpr double kTextWidth = kRight - kLeft;

  /// `pages`: how many there will be, for the foot of each; `context` and `document` are borrowed.
  Sheet(PangoContext* context, const Document& document, std::size_t pages);
  ~Sheet();
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  std::vector<SetLine> set(std::string_view text, const TextStyle& style, double width) const;
  static double height_of(const std::vector<SetLine>& lines);

  double y() const { return y_; }
  double room() const { return kBottom - y_; }
  bool at_top() const { return y_ <= kTop; }
  void skip(double points) { y_ += points; }
  std::size_t page() const { return page_; }

  /// Begins a page; `head` stands above it and above those that follow.
  void new_page(std::string_view head);
  void new_page();
  /// Begins a page unless there is room for so much.
  void need(double points);

  /// Draws at (x, y), whatever is there, and moves nothing.
  void draw(const SetLine& line, double x, double y);
  /// Draws line by line and moves down; begins pages where needed.
  void flow(const std::vector<SetLine>& lines, double x);

  void rule(double y, double thickness, double grey, double left = kLeft, double right = kRight);
  void box(double y, double height, Tone tone);

  /// What is drawn until the end of the link leads to the anchor. REQUIRES: the anchor is set.
  void begin_link(std::string_view anchor);
  void end_link();
  /// Here, for links and for the outline of the document; level 1 or 2.
  void anchor(std::string_view id, std::string_view title, unsigned level);
  /// The page of each anchor so far.
  const std::map<std::string, std::size_t, std::less<>>& anchors() const { return anchors_; }

  /// The PDF. REQUIRES: called last.
  std::string finish();

 private:
  void end_page();
  void colour(Tone tone);

  PangoContext* context_;
  const Document* document_;
  std::size_t pages_, page_ = 0;
  std::string bytes_, head_;
  cairo_surface_t* surface_;
  cairo_t* cairo_;
  double y_ = 0;
  int outline_parent_ = 0;
  std::map<std::string, std::size_t, std::less<>> anchors_;
};

}  // namespace recourse::soc2
