#include "tools/bench/server_under_test.h"

#include "api/routes/route_table.h"

namespace recourse::bench {
namespace {

routes::AppOptions without_limits() {
  routes::AppOptions options;
  options.native_reads.limit = 0;
  options.native_writes.limit = 0;
  return options;
}

http::ServerOptions any_port() {
  http::ServerOptions options;
  options.port = 0;
  return options;
}

}  // namespace

ServerUnderTest::ServerUnderTest(BenchDesk& desk)
    : app_(desk.writer(), desk.signer(), registry_, without_limits()) {
  routes::mount(app_, routes::native_routes(), router_);
}

Result<std::unique_ptr<ServerUnderTest>> ServerUnderTest::start(BenchDesk& desk) {
  std::unique_ptr<ServerUnderTest> made(new ServerUnderTest(desk));
  RECOURSE_LET(made->server_,
               http::Server::start(any_port(), [&router = made->router_](http::Request&& request,
                                                                         http::Reply reply) {
                 router.dispatch(std::move(request), std::move(reply));
               }));
  return made;
}

Result<std::unique_ptr<http::Server>> start_bare(std::string body) {
  auto shared = std::make_shared<const std::string>(std::move(body));
  return http::Server::start(any_port(), [shared](http::Request&&, http::Reply reply) {
    http::Response response;
    response.content_type = "application/json";
    response.shared_body = shared;
    reply(std::move(response));
  });
}

}  // namespace recourse::bench
