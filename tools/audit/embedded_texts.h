#pragma once

#include <string_view>

namespace recourse {

// Files of this folder that go into every bundle, and into the page of a replay. Built in, so that
// these can be made from the program alone.

std::string_view verify_script();        ///< verify.py
std::string_view verify_guide();         ///< VERIFY.md, the rules that the verifiers follow.
std::string_view verify_page_frame();    ///< page/verify.html
std::string_view verify_page_style();    ///< page/page.css
std::string_view verify_page_program();  ///< The scripts in page/, one after the other.
std::string_view replay_style();         ///< page/replay.css
std::string_view replay_program();       ///< The scripts of a replay's page.

}  // namespace recourse
