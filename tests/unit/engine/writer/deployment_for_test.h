#pragma once

#include <doctest/doctest.h>

#include <filesystem>

#include "engine/writer/rebuild.h"
#include "engine/writer/writer.h"

namespace recourse {

/// A whole deployment in a temporary directory, with a clock that stands still and seeded ids.
struct DeploymentForTest {
  std::string dir;
  ManualClock clock{*from_rfc3339("2026-03-02T08:00:00Z")};
  SeededRandom random{7};
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<ViewStore> views;
  std::unique_ptr<Writer> writer;

  DeploymentForTest() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "recourse-test-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    dir = pattern;
    open();
  }
  ~DeploymentForTest() {
    close();
    std::filesystem::remove_all(dir);
  }

  WriterOptions writing;

  void open(LedgerOptions options = {}) {
    options.data_dir = dir + "/data";
    options.kek_file = dir + "/kek";
    options.random = &random;
    options.clock = &clock;
    auto opened = Ledger::open(options);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    ledger = std::move(*opened);
    auto store = ViewStore::open(options.data_dir);
    REQUIRE(store.ok());
    views = std::move(*store);
    auto made = Writer::open(*ledger, *views, clock, random, writing);
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    writer = std::move(*made);
  }
  void close() {
    writer.reset();
    views.reset();
    ledger.reset();
  }
  void reopen() {
    close();
    open();
  }
};

}  // namespace recourse
