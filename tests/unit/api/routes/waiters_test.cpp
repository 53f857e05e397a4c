#include "api/routes/waiters.h"

#include <doctest/doctest.h>

#include <future>

namespace recourse::routes {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Waiters::Time soon(std::chrono::milliseconds in) { return std::chrono::steady_clock::now() + in; }

TEST_CASE("a waiter is called when its ledger has grown far enough, and not before") {
  CommitFeed feed;
  Waiters waiters(feed);
  std::promise<bool> done;
  waiters.wait(LedgerId(1), LogSize(5), soon(seconds(5)), [&](bool reached) {
    CHECK(feed.applied(LedgerId(1)) == LogSize(5));
    done.set_value(reached);
  });
  feed.publish(LedgerId(2), LogSize(9));
  feed.publish(LedgerId(1), LogSize(4));
  feed.publish(LedgerId(1), LogSize(5));
  CHECK(done.get_future().get());
  CHECK(waiters.waiting() == 0);
}

TEST_CASE("what is there already is not waited for") {
  CommitFeed feed;
  feed.publish(LedgerId(1), LogSize(5));
  Waiters waiters(feed);
  std::promise<bool> done;
  waiters.wait(LedgerId(1), LogSize(5), soon(seconds(5)), [&](bool r) { done.set_value(r); });
  CHECK(done.get_future().get());
}

TEST_CASE("at the deadline a waiter is told no") {
  CommitFeed feed;
  Waiters waiters(feed);
  std::promise<bool> done;
  waiters.wait(LedgerId(1), LogSize(1), soon(milliseconds(5)), [&](bool r) { done.set_value(r); });
  CHECK(!done.get_future().get());
}

TEST_CASE("past the limit nobody is kept, and at the end nobody is forgotten") {
  CommitFeed feed;
  int told = 0;
  {
    Waiters waiters(feed, 1);
    waiters.wait(LedgerId(1), LogSize(1), soon(seconds(60)), [&](bool r) { told += r ? 100 : 1; });
    waiters.wait(LedgerId(1), LogSize(1), soon(seconds(60)), [&](bool r) { told += r ? 100 : 1; });
    CHECK(told == 1);
  }
  CHECK(told == 2);
}

TEST_CASE("jobs run on the waiters' own thread, in their time") {
  CommitFeed feed;
  Waiters waiters(feed);
  std::promise<std::thread::id> first;
  std::promise<void> later;
  waiters.at(soon(milliseconds(5)), [&] { later.set_value(); });
  waiters.post([&] { first.set_value(std::this_thread::get_id()); });
  CHECK(first.get_future().get() != std::this_thread::get_id());
  later.get_future().get();
}

}  // namespace
}  // namespace recourse::routes
