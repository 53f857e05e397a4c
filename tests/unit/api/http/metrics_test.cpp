#include "api/http/metrics.h"

#include <doctest/doctest.h>

#include <thread>

using namespace recourse::http;

TEST_CASE("the text is Prometheus' format 0.0.4") {
  MetricRegistry registry;
  auto& requests = registry.counter("recourse_requests_total", "Requests.", {"route", "status"});
  requests.with({"/v1/tickets", "200"}).add(3);
  requests.with({"/v1/\"odd\"\\\n", "404"}).add();
  registry.gauge("recourse_queue_length", "Commands that wait\nand \\ more.").only().set(2.5);
  auto& seconds = registry.histogram("recourse_request_seconds", "Time.", {"route"}, {0.1, 1});
  seconds.with({"/x"}).observe(0.1);
  seconds.with({"/x"}).observe(0.5);
  seconds.with({"/x"}).observe(7);
  registry.gauge_of("recourse_up", "Up.", [] { return 1.0; });
  CHECK(registry.text() ==
        "# HELP recourse_queue_length Commands that wait\\nand \\\\ more.\n"
        "# TYPE recourse_queue_length gauge\n"
        "recourse_queue_length 2.5\n"
        "# HELP recourse_request_seconds Time.\n"
        "# TYPE recourse_request_seconds histogram\n"
        "recourse_request_seconds_bucket{route=\"/x\",le=\"0.1\"} 1\n"
        "recourse_request_seconds_bucket{route=\"/x\",le=\"1\"} 2\n"
        "recourse_request_seconds_bucket{route=\"/x\",le=\"+Inf\"} 3\n"
        "recourse_request_seconds_sum{route=\"/x\"} 7.6\n"
        "recourse_request_seconds_count{route=\"/x\"} 3\n"
        "# HELP recourse_requests_total Requests.\n"
        "# TYPE recourse_requests_total counter\n"
        "recourse_requests_total{route=\"/v1/\\\"odd\\\"\\\\\\n\",status=\"404\"} 1\n"
        "recourse_requests_total{route=\"/v1/tickets\",status=\"200\"} 3\n"
        "# HELP recourse_up Up.\n"
        "# TYPE recourse_up gauge\n"
        "recourse_up 1\n");
}

TEST_CASE("counts from several threads are all there") {
  MetricRegistry registry;
  auto& counter = registry.counter("recourse_events_total", "Events.", {"kind"});
  auto& histogram = registry.histogram("recourse_seconds", "Time.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        counter.with({"a"}).add();
        histogram.only().observe(0.002);
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(counter.with({"a"}).value() == 4000);
  CHECK(histogram.only().count(1) == 4000);
}
