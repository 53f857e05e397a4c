#include "api/http/router.h"

#include <algorithm>
#include <map>
#include <optional>

#include "api/http/problem.h"

namespace recourse::http {
namespace {

std::string_view parameter_name(std::string_view segment) {
  return segment.substr(1, segment.size() - 2);
}

struct Pattern {
  std::vector<std::string> segments;
  bool trailing_slash = false;
};

Pattern split(std::string_view pattern) {
  RECOURSE_ASSERT(pattern.starts_with('/'), "a pattern begins with a slash");
  Pattern out;
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    const std::size_t slash = pattern.find('/');
    out.segments.emplace_back(pattern.substr(0, slash));
    RECOURSE_ASSERT(!out.segments.back().empty(), "a pattern has no empty segment");
    if (slash == std::string_view::npos) return out;
    pattern.remove_prefix(slash + 1);
  }
  out.trailing_slash = !out.segments.empty();
  return out;
}

}  // namespace

struct Router::Node {
  // Few methods, so a small vector beats a map.
  using Methods = std::vector<std::pair<Method, const Route*>>;

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> parameter;
  Methods plain;       ///< Of paths that end here without a slash.
  Methods with_slash;  ///< Of paths that end here with one.
  Methods tail;        ///< Of `{name...}` below this node.

  static const Route* find(const Methods& methods, Method method) {
    for (const auto& [key, route] : methods)
      if (key == method) return route;
    return method == Method::head ? find(methods, Method::get) : nullptr;
  }

  static void put(Methods& methods, Method method, const Route* route) {
    for (const auto& entry : methods)
      RECOURSE_ASSERT(entry.first != method, "one route for a method and a path");
    methods.emplace_back(method, route);
  }

  static void note(const Methods& methods, std::vector<Method>& allowed) {
    for (const auto& entry : methods) {
      allowed.push_back(entry.first);
      if (entry.first == Method::get) allowed.push_back(Method::head);
    }
  }

  /// Depth first, the more literal branch first; depth is that of the deepest pattern.
  const Route* match(const Request& request, std::size_t depth, std::size_t& tail_begin,
                     std::vector<Method>& allowed) const {
    if (depth == request.segments.size()) {
      const Methods& here = request.trailing_slash ? with_slash : plain;
      if (const Route* route = find(here, request.method)) return route;
      note(here, allowed);
      return nullptr;
    }
    const std::string& segment = request.segments[depth];
    if (const auto next = literal.find(segment); next != literal.end())
      if (const Route* route = next->second->match(request, depth + 1, tail_begin, allowed))
        return route;
    if (parameter && !segment.empty())
      if (const Route* route = parameter->match(request, depth + 1, tail_begin, allowed))
        return route;
    if (const Route* route = find(tail, request.method)) {
      tail_begin = depth;
      return route;
    }
    note(tail, allowed);
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(Route route) {
  RECOURSE_ASSERT(route.handler != nullptr, "a route has a handler");
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  const Route& added = *routes_.back();
  const Pattern pattern = split(added.pattern);
  Node* node = root_.get();
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const std::string& segment = pattern.segments[i];
    const bool braces = segment.starts_with('{');
    RECOURSE_ASSERT(braces == segment.ends_with('}'), "braces close");
    if (braces && segment.ends_with("...}")) {
      RECOURSE_ASSERT(i + 1 == pattern.segments.size(), "{name...} stands last");
      Node::put(node->tail, added.method, &added);
      return;
    }
    auto& next = braces ? node->parameter : node->literal[segment];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  // The root path has no other form.
  const bool root = pattern.segments.empty();
  const bool either = added.slash == Slash::either && !root;
  if (either || !pattern.trailing_slash) Node::put(node->plain, added.method, &added);
  if (either || pattern.trailing_slash) Node::put(node->with_slash, added.method, &added);
}

Router::Match Router::match(Request& request) const {
  Match out;
  std::size_t tail_begin = 0;
  out.route = root_->match(request, 0, tail_begin, out.allowed);
  if (!out.route) {
    std::sort(out.allowed.begin(), out.allowed.end());
    out.allowed.erase(std::unique(out.allowed.begin(), out.allowed.end()), out.allowed.end());
    return out;
  }
  out.allowed.clear();
  request.route = out.route;
  request.tail_begin = tail_begin;
  request.parameters.clear();
  std::string_view rest = out.route->pattern;
  for (const std::string& value : request.segments) {
    rest.remove_prefix(std::min<std::size_t>(1, rest.size()));
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    if (segment.starts_with('{') && !segment.ends_with("...}"))
      request.parameters.emplace_back(parameter_name(segment), value);
  }
  return out;
}

Response Router::unmatched(const Request& request, const Match& match) {
  if (match.allowed.empty()) return problem(404, "not-found", "Not found", "no such path");
  std::string allow;
  for (const Method method : match.allowed) allow.append(name(method)).append(", ");
  allow.append(name(Method::options));
  Response response;
  if (request.method == Method::options) {
    response.status = 204;
  } else {
    response = problem(405, "method-not-allowed", "Method not allowed", "this path takes " + allow);
  }
  response.headers.set("Allow", allow);
  return response;
}

void Router::dispatch(Request&& request, Reply reply) const {
  const Match found = match(request);
  if (!found.route) return reply(unmatched(request, found));
  found.route->handler(std::move(request), std::move(reply));
}

}  // namespace recourse::http
