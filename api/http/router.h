#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"

namespace recourse::http {

/// What the owner of the routes knows about each (the role it needs and the like). Opaque here.
struct RouteMetadata;

/// Whether a path must end with a slash.
enum class Slash {
  as_written,  ///< As in the pattern.
  either,      ///< With and without.
};

struct Route {
  Method method = Method::get;
  /// Segments: literal, `{name}` for any one non-empty segment, and as the last one `{name...}` for
  /// one or more, which the handler reads from `request.segments` at `request.tail_begin`.
  std::string pattern;
  Handler handler;
  const RouteMetadata* metadata = nullptr;  ///< Borrowed; outlives the router.
  Slash slash = Slash::as_written;
};

/// The table of all routes. Filled before the server starts, then read by any thread.
class Router {
 public:
  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// REQUIRES: a well-formed pattern, and no other route for the same method and paths.
  void add(Route route);

  /// In the order they were added. The references stay valid while the router lives.
  const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;  ///< Null: no path (404), or a path without this method (405).
    std::vector<Method> allowed;   ///< The methods of the path; empty when there is no such path.
  };
  /// Finds the route of `request` and, when there is one, sets the request's `route`, `parameters`
  /// and `tail_begin`. A literal segment wins over `{name}`, which wins over `{name...}`; HEAD is
  /// served by GET's route unless it has its own.
  Match match(Request& request) const;

  /// Runs the matching handler, or answers OPTIONS with 204, 404, or 405 with Allow.
  void dispatch(Request&& request, Reply reply) const;

  /// What `dispatch` answers when `match` found no route.
  static Response unmatched(const Request& request, const Match& match);

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace recourse::http
