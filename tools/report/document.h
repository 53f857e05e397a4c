#pragma once

#include <string>
#include <variant>
#include <vector>

#include "tools/soc2/package.h"

/// What the page and the PDF show, in one order and with the same words: the writers of the two
/// only decide how it looks. Texts are as the package has them; each writer escapes for itself.
namespace recourse::soc2 {

enum class Tone { plain, good, bad, soft };
/// `words_over_ids`: text in a cell's line and code under it.
enum class Face { text, code, number, words_over_ids };

struct Paragraph {
  std::string text;
  Tone tone = Tone::plain;
};

struct Points {
  std::vector<std::string> items;
  bool numbered = false;
};

/// Kept as it is, line by line: a checkpoint, a query.
struct Verbatim {
  std::string text;
};

struct Fact {
  std::string name, value;
  Face face = Face::text;
};
struct Facts {
  std::vector<Fact> facts;
};

struct Column {
  std::string title;
  unsigned percent = 0;  ///< Of the width; those of a grid make 100.
  Face face = Face::text;
};
struct Cell {
  std::string text;
  std::vector<std::string> under =
      {};                 ///< Smaller, each on a line of its own; empty ones are left out.
  std::string link = {};  ///< Id of the section that it leads to; empty for none.
  Tone tone = Tone::plain;
};
struct Grid {
  std::string title;  ///< Empty for none.
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
  std::string note = {};  ///< Under it, such as how many more rows there are and where.
};

/// The outcome of a control, to be seen before anything is read.
struct Verdict {
  Result result;
  std::string word;
  std::string text;
};

/// A blank that a reader fills in by hand.
struct Blank {
  std::string name, hint;
};

using Block = std::variant<Paragraph, Points, Verbatim, Facts, Grid, Verdict, Blank>;

struct Section {
  std::string id;    ///< Of its anchor: A, RC-01.
  std::string mark;  ///< Before its title; the same or empty.
  std::string title;
  unsigned level = 1;  ///< 1: begins a page; 2: a control, which does so too; 3: within one.
  std::vector<Block> blocks;
  Result result = Result::no_population;  ///< Of a control, level 2.
  std::string word = {};                  ///< The result as a word.
};

struct Document {
  std::string kind;  ///< Over the title.
  std::string title;
  std::string footer;   ///< On each sheet.
  std::string created;  ///< RFC 3339: the package's own time.
  std::vector<Block> cover;
  bool contents = true;  ///< With a table of contents.
  std::vector<Section> sections;
};

/// The section that the page adds its sampled leaves to.
inline constexpr std::string_view kVerificationId = "L";

/// A row of a grid for each entry of a population or a register is shown up to this.
inline constexpr std::size_t kMostShown = 50;

Document whole_document(const Package& package);
Document control_document(const Package& package, const Chapter& chapter);

/// Parts of both. chapter_document.cpp
Section chapter_section(const Package& package, const Chapter& chapter);
Grid exceptions_grid(const std::vector<Exception>& exceptions, std::string_view csv);
std::vector<Block> cover_facts(const Package& package);

}  // namespace recourse::soc2
