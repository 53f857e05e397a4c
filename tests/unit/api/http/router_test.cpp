#include "api/http/router.h"

#include <doctest/doctest.h>

#include <optional>

#include "api/http/target.h"

using namespace recourse;
using namespace recourse::http;

namespace {

Handler says(std::string text) {
  return [text](Request&&, Reply reply) { reply(json(text)); };
}

Request ask(Method method, std::string_view target) {
  Request request;
  request.method = method;
  REQUIRE(read_target(target, request).ok());
  return request;
}

Response answer(const Router& router, Method method, std::string_view target) {
  std::optional<Response> answered;
  router.dispatch(ask(method, target),
                  Reply([&](Response response) { answered = std::move(response); }));
  REQUIRE(answered);
  return std::move(*answered);
}

}  // namespace

TEST_CASE("a path parameter is the decoded segment, a slash inside it included") {
  Router router;
  router.add({Method::get, "/v1/tickets/{ticket_id}/messages/{message_id}",
              [](Request&& request, Reply reply) {
                reply(json(request.parameter("ticket_id") + "|" + request.parameter("message_id")));
              }});
  CHECK(answer(router, Method::get, "/v1/tickets/a%2Fb/messages/%C3%BC").body == "a/b|\xC3\xBC");
  CHECK(answer(router, Method::get, "/v1/tickets/a/b/messages/c").status == 404);
}

TEST_CASE("a literal segment wins over a parameter, and a parameter over a tail") {
  Router router;
  router.add({Method::get, "/t/{id}", says("parameter")});
  router.add({Method::get, "/t/summary", says("literal")});
  router.add({Method::get, "/{rest...}", says("tail")});
  router.add({Method::get, "/t/summary/{day}", says("day")});
  CHECK(answer(router, Method::get, "/t/summary").body == "literal");
  CHECK(answer(router, Method::get, "/t/other").body == "parameter");
  CHECK(answer(router, Method::get, "/t/other/deep").body == "tail");
  CHECK(answer(router, Method::get, "/t/summary/monday").body == "day");
  CHECK(answer(router, Method::get, "/").status == 404);
}

TEST_CASE("a dead end below a literal segment does not hide the parameter's route") {
  Router router;
  router.add({Method::get, "/a/b/c", says("literal")});
  router.add({Method::get, "/a/{x}/d", says("parameter")});
  CHECK(answer(router, Method::get, "/a/b/d").body == "parameter");
}

TEST_CASE("a slash at the end counts as the pattern is written, unless either is taken") {
  Router router;
  router.add({Method::get, "/plain", says("plain")});
  router.add({Method::get, "/served/", says("served")});
  router.add({Method::get, "/both/", says("both"), nullptr, Slash::either});
  router.add({Method::get, "/", says("root"), nullptr, Slash::either});
  CHECK(answer(router, Method::get, "/plain").status == 200);
  CHECK(answer(router, Method::get, "/plain/").status == 404);
  CHECK(answer(router, Method::get, "/served").status == 404);
  CHECK(answer(router, Method::get, "/served/").status == 200);
  CHECK(answer(router, Method::get, "/both").status == 200);
  CHECK(answer(router, Method::get, "/both/").status == 200);
  CHECK(answer(router, Method::get, "/").body == "root");
}

TEST_CASE("an unknown method of a known path is told which methods there are") {
  Router router;
  router.add({Method::get, "/v1/tickets", says("list")});
  router.add({Method::post, "/v1/tickets", says("open")});
  const Response refused = answer(router, Method::del, "/v1/tickets");
  CHECK(refused.status == 405);
  CHECK(refused.headers.find("allow") == "GET, HEAD, POST, OPTIONS");
  const Response options = answer(router, Method::options, "/v1/tickets");
  CHECK(options.status == 204);
  CHECK(options.headers.find("allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(answer(router, Method::options, "/v1/nothing").status == 404);
}

TEST_CASE("HEAD is served by the route of GET") {
  Router router;
  router.add({Method::get, "/x", says("body")});
  CHECK(answer(router, Method::head, "/x").status == 200);
}

TEST_CASE("a tail gives its segments to the handler") {
  Router router;
  router.add({Method::get, "/assets/{file...}", [](Request&& request, Reply reply) {
                std::string out;
                for (std::size_t i = request.tail_begin; i < request.segments.size(); ++i)
                  out += "[" + request.segments[i] + "]";
                reply(json(out));
              }});
  CHECK(answer(router, Method::get, "/assets/js/app%2F1.js").body == "[js][app/1.js]");
  CHECK(answer(router, Method::get, "/assets").status == 404);
}

TEST_CASE("all routes can be listed with what their owner knows about them") {
  Router router;
  router.add({Method::get, "/a", says("a")});
  router.add({Method::post, "/b/{id}", says("b")});
  REQUIRE(router.routes().size() == 2);
  CHECK(router.routes()[1]->pattern == "/b/{id}");
  Request request = ask(Method::post, "/b/7");
  CHECK(router.match(request).route == router.routes()[1].get());
  CHECK(request.route == router.routes()[1].get());
}

TEST_CASE("an answer that a handler forgets becomes a 500 of unknown outcome") {
  Router router;
  router.add({Method::get, "/forgets", [](Request&&, Reply) {}});
  const Response response = answer(router, Method::get, "/forgets");
  CHECK(response.status == 500);
  CHECK(response.body.find("\"outcome\":\"unknown\"") != std::string::npos);
}
