#include "tools/cli/server_tail.h"

#include <algorithm>
#include <charconv>
#include <deque>

#include "engine/event/leaf.h"

namespace recourse::cli {
namespace {

constexpr std::int64_t kPage = 500;
/// No log is as long, and doubling it is no overflow.
constexpr std::uint64_t kFarthest = 1ULL << 40;

Result<std::int64_t> number_of(const std::string& text, const char* header) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size())
    return Error{ErrorCode::unsupported, std::string("the server's answer has no ") + header +
                                             "; use the version of this program that it runs"};
  return value;
}

}  // namespace

ServerTail::ServerTail(ServerClient& server, const EventFilter& filter)
    : server_(server), filtered_(filter.any()) {
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) query_.append("&").append(name).append("=").append(value);
  };
  std::string types;
  for (const std::string& type : filter.types) types += (types.empty() ? "" : ",") + type;
  add("types", types);
  add("subject", percent_encoded(filter.subject));
  add("actor", percent_encoded(filter.actor));
}

Result<ServerTail::Page> ServerTail::after(std::int64_t position, bool wait) {
  const std::string from = position < 0 ? "" : "&after=" + std::to_string(position);
  RECOURSE_LET(const auto answer, server_.get("/v1/events?limit=" + std::to_string(kPage) + from +
                                              query_ + (wait ? "&wait=25s" : "")));
  Page page;
  for (std::size_t at = 0; at < answer.body.size();) {
    const std::size_t end = std::min(answer.body.find('\n', at), answer.body.size());
    page.leaves.push_back(answer.body.substr(at, end - at));
    at = end + 1;
  }
  RECOURSE_LET(page.next, number_of(answer.next, "Recourse-Next"));
  // Absent while the log is empty.
  newest_ = -1;
  if (!answer.position.empty()) {
    RECOURSE_LET(newest_, number_of(answer.position, "Recourse-Position"));
  }
  page.ended = page.next >= newest_;
  return page;
}

Result<std::int64_t> ServerTail::begin_of_last(std::uint64_t last) {
  if (const auto first = after(-1, false); !first) return first.error();
  const std::int64_t newest = newest_;
  auto span = static_cast<std::int64_t>(std::min(last, kFarthest));
  if (!filtered_) return std::max<std::int64_t>(newest - span, -1);
  for (span = std::max(span, kPage);; span *= 2) {
    const std::int64_t begin = std::max<std::int64_t>(newest - span, -1);
    std::deque<std::int64_t> found;
    for (Page page{{}, begin, false}; !page.ended;) {
      RECOURSE_LET(page, after(page.next, false));
      for (const std::string& leaf : page.leaves) {
        RECOURSE_LET(const LeafHead head, read_leaf_head(leaf));
        found.push_back(static_cast<std::int64_t>(head.position.value()));
        if (found.size() > last) found.pop_front();
      }
    }
    if (begin < 0 || found.size() >= last) return found.empty() ? newest : found.front() - 1;
  }
}

}  // namespace recourse::cli
