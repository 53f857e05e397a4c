#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace recourse {

/// A value of `Rep` that does not mix with others of another tag: no implicit conversion either
/// way.
template <class Tag, class Rep>
class Id {
 public:
  Id() = default;
  explicit Id(Rep value) : value_(std::move(value)) {}
  const Rep& value() const& { return value_; }
  Rep&& value() && { return std::move(value_); }
  auto operator<=>(const Id&) const = default;
  bool operator==(const Id&) const = default;

 private:
  Rep value_{};
};

/// Text ids: an empty one stands for "none".
template <class Tag>
using TextId = Id<Tag, std::string>;

using TicketId = TextId<struct TicketIdTag>;          ///< tkt_ + ULID
using ActionId = TextId<struct ActionIdTag>;          ///< act_ + base32 of a UUIDv7
using ApprovalId = TextId<struct ApprovalIdTag>;      ///< apr_
using RollbackId = TextId<struct RollbackIdTag>;      ///< rbk_
using IncidentId = TextId<struct IncidentIdTag>;      ///< inc_
using ResolutionId = TextId<struct ResolutionIdTag>;  ///< res_
using FollowUpId = TextId<struct FollowUpIdTag>;      ///< fup_
using FeedbackId = TextId<struct FeedbackIdTag>;      ///< fbk_
using RunId = TextId<struct RunIdTag>;                ///< run_
using PrincipalId = TextId<struct PrincipalIdTag>;    ///< usr_, agt_, sub_ or sys_
using SubjectId = TextId<struct SubjectIdTag>;        ///< sub_: a data subject
using KeyId = TextId<struct KeyIdTag>;                ///< key_: an API key
using TenantId = TextId<struct TenantIdTag>;          ///< the tenant's name, [a-z0-9-]{1,40}
using EventId = TextId<struct EventIdTag>;            ///< evt_
using LeaseId = TextId<struct LeaseIdTag>;            ///< lse_
using MessageId = TextId<struct MessageIdTag>;        ///< msg_
/// An entry of one of the registers that people keep beside the desk: acr_ a request for access,
/// acg_ a grant, acn_ a notice of leaving, rvw_ a review, chg_ a change, alr_ an alert, mnd_ a
/// mandate, dsr_ a request of a data subject, hld_ a legal hold, itm_ something left to do.
using EntryId = TextId<struct EntryIdTag>;

using LedgerId = Id<struct LedgerIdTag, std::uint32_t>;  ///< 0 is the meta ledger.
using Position =
    Id<struct PositionTag, std::uint64_t>;             ///< Index of an event in its ledger, from 0.
using LogSize = Id<struct LogSizeTag, std::uint64_t>;  ///< Number of events: last position + 1.

}  // namespace recourse

template <class Tag, class Rep>
struct std::hash<recourse::Id<Tag, Rep>> {
  std::size_t operator()(const recourse::Id<Tag, Rep>& id) const {
    return std::hash<Rep>()(id.value());
  }
};
