#pragma once

#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/event/leaf.h"
#include "engine/writer/writer.h"
#include "projections/audit_index.h"
#include "projections/rows.h"
#include "tools/import/import.h"

namespace recourse {

/// A deployment in a directory of its own that can be closed and opened again.
class ImportDesk {
 public:
  explicit ImportDesk(std::size_t max_group = 512) : max_group_(max_group) {
    static std::atomic<int> count = 0;
    directory_ = std::filesystem::temp_directory_path() /
                 ("recourse-desk-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    open();
  }
  /// The deployment another desk has there, which is closed; that desk removes it at its end.
  explicit ImportDesk(std::filesystem::path directory)
      : max_group_(512), directory_(std::move(directory)), owner_(false) {
    open();
  }
  ImportDesk(const ImportDesk&) = delete;
  ImportDesk& operator=(const ImportDesk&) = delete;
  ~ImportDesk() {
    close();
    std::error_code ignored;
    if (owner_) std::filesystem::remove_all(directory_, ignored);
  }

  void open() {
    LedgerOptions options;
    options.data_dir = (directory_ / "data").string();
    options.kek_file = (directory_ / "data.kek").string();
    options.free_space_watermark_bytes = 0;
    auto ledger = Ledger::open(options);
    REQUIRE_MESSAGE(ledger.ok(), (ledger ? "" : ledger.error().message));
    ledger_ = std::move(*ledger);
    auto views = ViewStore::open(options.data_dir);
    REQUIRE_MESSAGE(views.ok(), (views ? "" : views.error().message));
    views_ = std::move(*views);
    WriterOptions wanted;
    wanted.max_group = max_group_;
    auto writer = Writer::open(*ledger_, *views_, clock_, random_, wanted);
    REQUIRE_MESSAGE(writer.ok(), (writer ? "" : writer.error().message));
    writer_ = std::move(*writer);
  }
  void close() {
    writer_.reset();
    views_.reset();
    ledger_.reset();
  }

  const std::filesystem::path& directory() const { return directory_; }
  Writer& writer() { return *writer_; }
  const TenantId& tenant() const { return tenant_; }
  LedgerId ledger_id() const { return ledger_->find_tenant(tenant_).value().ledger; }
  Ledger& ledger() { return *ledger_; }

  ImportSummary import(const ImportOptions& options) {
    auto summary = import_file(*writer_, tenant_, options);
    REQUIRE_MESSAGE(summary.ok(), (summary ? "" : summary.error().message));
    return std::move(*summary);
  }

  std::vector<RecordedEvent> events() {
    std::vector<RecordedEvent> events;
    const LogSize size = ledger_->head(ledger_id()).size;
    const Status read = ledger_->scan(ledger_id(), Position(0), Position(size.value()),
                                      [&](Position, std::string_view leaf) {
                                        events.push_back(read_leaf(leaf).value());
                                        return true;
                                      });
    REQUIRE(read.ok());
    return events;
  }

  template <class Data>
  std::vector<Data> all() {
    std::vector<Data> found;
    for (const RecordedEvent& event : events())
      if (const auto* data = get_if<Data>(&event.data)) found.push_back(*data);
    return found;
  }

  /// Events by type as the audit index counts them.
  std::map<std::string, std::int64_t> indexed() {
    std::map<std::string, std::int64_t> counts;
    constexpr std::uint8_t kAuditIndex = 7;
    const std::string prefix = count_key("type/");
    const Status read =
        views_->each(kAuditIndex, ledger_id(), prefix, "", ViewStore::Order::forward,
                     [&](std::string_view key, std::string_view json) {
                       PositionCount count;
                       REQUIRE(decode_row(json, count));
                       counts[std::string(key.substr(prefix.size()))] = count.count;
                       return true;
                     });
    REQUIRE(read.ok());
    return counts;
  }

  /// The rows of all tickets, in the order of their numbers.
  std::vector<TicketRow> tickets() {
    std::map<std::int64_t, TicketRow> rows;
    constexpr std::uint8_t kTickets = 1;
    const Status read =
        views_->each(kTickets, ledger_id(), "ticket/", "", ViewStore::Order::forward,
                     [&](std::string_view, std::string_view json) {
                       TicketRow row;
                       REQUIRE(decode_row(json, row));
                       rows[row.number] = std::move(row);
                       return true;
                     });
    REQUIRE(read.ok());
    std::vector<TicketRow> in_order;
    for (auto& [number, row] : rows) in_order.push_back(std::move(row));
    return in_order;
  }

  /// The opened values of a ticket by their pointer, the newest of each.
  std::map<std::string, std::string> opened(const TicketId& ticket) {
    std::map<std::string, std::string> values;
    for (OpenedValue& value : ledger_->open_subject(ledger_id(), ticket.value()).value())
      values[value.pointer] = std::move(value.json);
    return values;
  }

 private:
  const std::size_t max_group_;
  std::filesystem::path directory_;
  bool owner_ = true;
  const TenantId tenant_{"desk"};
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ViewStore> views_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace recourse
