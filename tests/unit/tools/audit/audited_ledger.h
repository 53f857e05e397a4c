#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/sha256.h"
#include "engine/ledger/row_key.h"
#include "engine/ledger/signer.h"
#include "engine/ledger/store.h"
#include "tests/unit/engine/ledger/small_ledger.h"

namespace recourse {

/// A small deployment with one tenant, its signer, and a way to change stored bytes behind its
/// back.
struct AuditedLedger : SmallLedger {
  LedgerId tenant{1};
  std::unique_ptr<Signer> signer;

  AuditedLedger() {
    tenant = add_tenant("acme");
    open_signer();
  }
  ~AuditedLedger() { signer.reset(); }

  void open_signer() { signer = Signer::open(*ledger, data()).value(); }

  /// The tenant's head goes into the meta ledger as the reactor does it, then both are signed.
  void anchor_and_sign() {
    const TreeHead head = ledger->head(tenant);
    const std::string origin = ledger->find_tenant(TenantId("acme"))->origin;
    NewEvent event;
    event.stream = "example.com/meta";
    event.actor = Actor{};
    event.data =
        LogAnchored{sha256(origin), static_cast<std::int64_t>(head.size.value()), head.root};
    REQUIRE(stage(LedgerId(0), {event}));
    REQUIRE(ledger->commit());
    REQUIRE(signer->sign_round());
  }

  /// Closes everything, lets `change` rewrite the database, opens it again.
  void behind_its_back(const std::function<void(Store&)>& change) {
    signer.reset();
    ledger.reset();
    {
      const auto store = Store::open(std::filesystem::path(data()) / "ledger", false).value();
      change(*store);
    }
    reopen();
    open_signer();
  }

  /// Rewrites a stored value with a right checksum, as somebody would who knows the format.
  static void rewrite(Store& store, Family family, const std::string& key,
                      const std::string& bytes) {
    rocksdb::WriteBatch batch;
    put_framed(batch, store.family(family), key, bytes);
    REQUIRE(store.write(batch));
  }
  static void remove(Store& store, Family family, const std::string& key) {
    rocksdb::WriteBatch batch;
    REQUIRE(batch.Delete(store.family(family), key).ok());
    REQUIRE(store.write(batch));
  }
};

}  // namespace recourse
