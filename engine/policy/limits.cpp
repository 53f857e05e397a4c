#include "engine/policy/limits.h"

#include <algorithm>

#include "engine/base/sha256.h"
#include "engine/base/vocabulary.h"

namespace recourse {
namespace {

bool contains(const std::vector<Clear>& list, std::string_view text) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Clear& clear) { return clear.text == text; });
}

void append_sorted(std::string& out, const std::optional<std::vector<Clear>>& list) {
  out += list ? '+' : '-';
  if (!list) return;
  std::vector<std::string> texts;
  for (const Clear& clear : *list) texts.push_back(clear.text);
  std::sort(texts.begin(), texts.end());
  for (const std::string& text : texts) out.append(text).append("\n");
}

/// 16 hex digits for which actions it is about, or `all`.
std::string selection(const HistoryWindow& window) {
  if (!window.types && !window.except_agents) return "all";
  std::string text;
  append_sorted(text, window.types);
  append_sorted(text, window.except_agents);
  return to_hex(as_text(sha256(text))).substr(0, 16);
}

}  // namespace

bool HistoryWindow::selects(std::string_view type, std::string_view proposer) const {
  if (types && !contains(*types, type)) return false;
  return !except_agents || !contains(*except_agents, proposer);
}

std::string window_key(const HistoryWindow& window, std::string_view scope) {
  std::string key(scope);
  key.append("/").append(word(window.counted())).append(".").append(word(window.what));
  if (window.currency) key.append(".").append(window.currency->text);
  return key + '/' + std::to_string(window.window_s) + '/' + selection(window);
}

}  // namespace recourse
