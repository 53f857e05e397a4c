#pragma once

#include <memory>

#include "api/http/router.h"
#include "api/http/server.h"
#include "api/routes/app.h"
#include "tools/bench/bench_desk.h"

namespace recourse::bench {

/// The product's server over a desk, on a free loopback port, without throttles.
class ServerUnderTest {
 public:
  static Result<std::unique_ptr<ServerUnderTest>> start(BenchDesk& desk);
  std::uint16_t port() const { return server_->port(); }

 private:
  explicit ServerUnderTest(BenchDesk& desk);
  http::MetricRegistry registry_;
  routes::App app_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

/// The same server with a handler that answers `body` to everything: what HTTP alone costs.
Result<std::unique_ptr<http::Server>> start_bare(std::string body);

}  // namespace recourse::bench
