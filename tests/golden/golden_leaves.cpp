#include "tests/golden/golden_leaves.h"

#include "engine/base/time.h"
#include "engine/event/fields.h"
#include "engine/event/leaf.h"
#include "engine/event/limits.h"

namespace recourse {
namespace {

using namespace described;

/// Fills a described struct. Values follow from the member's name and how many were filled before.
class Filler {
 public:
  explicit Filler(bool full) : full_(full) {}

  template <class T>
  void fill_struct(T& value) {
    mp::mp_for_each<Fields<T>>([&](auto field) {
      using F = decltype(field);
      if constexpr (F::of_provenance) {
        if (!full_) return;
      }
      fill(F::get(value), F::name);
    });
  }

 private:
  template <class M>
  void fill(M& member, std::string_view name) {
    ++count_;
    const std::string text(name);
    if constexpr (std::same_as<M, Clear>) {
      member = full_ ? Clear(text + " \"\xC3\xA9\\\xE2\x82\xAC\" \xE2\x80\xA8\n") : Clear();
    } else if constexpr (IsTextId<M>::value) {
      member = M(text + "_" + std::to_string(count_));
    } else if constexpr (std::same_as<M, Sealed>) {
      fill_sealed(member);
    } else if constexpr (std::same_as<M, bool>) {
      member = full_;
    } else if constexpr (Integer<M>) {
      member = !full_            ? 0
               : count_ % 3 == 0 ? kMaxSafeInteger
               : count_ % 3 == 1 ? -kMaxSafeInteger
                                 : static_cast<M>(count_);
    } else if constexpr (std::same_as<M, Timestamp>) {
      member = Timestamp(std::chrono::microseconds(full_ ? 1'767'605'401'250'000 : 0));
    } else if constexpr (std::same_as<M, Hash>) {
      fill_hash(member);
    } else if constexpr (Enum<M>) {
      using Enumerators = boost::describe::describe_enumerators<M>;
      member = full_ ? mp::mp_back<Enumerators>::value : mp::mp_front<Enumerators>::value;
    } else if constexpr (IsOptional<M>::value) {
      if (full_) fill(member.emplace(), name);
    } else if constexpr (IsVector<M>::value) {
      for (int i = 0; full_ && i < 2; ++i) fill(member.emplace_back(), name);
    } else {
      fill_struct(member);
    }
  }

  void fill_hash(Hash& hash) {
    for (std::size_t i = 0; full_ && i < hash.size(); ++i)
      hash[i] = static_cast<std::uint8_t>(count_ * 37 + i * 11);
  }

  void fill_sealed(Sealed& sealed) {
    constexpr std::string_view kKinds = "snoa";
    fill_hash(sealed.commitment);
    if (!full_) return;
    sealed.kind = static_cast<SealedKind>(kKinds[count_ % kKinds.size()]);
    sealed.subjects = {"sub_1", "sub_2"};
    sealed.retention = "ops-7y";
  }

  bool full_;
  std::size_t count_ = 0;
};

template <class E>
std::string line_of(bool full) {
  E data;
  Filler(full).fill_struct(data);
  RecordedEvent event;
  event.id = EventId("evt_01KE75T1V2D6X8Z9QF3M5R7WYB");
  event.source = "audit.example.com/t/7f3a9c0b1d2e4f56";
  event.position = Position(full ? 9'007'199'254'740'991 : 0);
  event.time = Timestamp(std::chrono::microseconds(full ? 1'767'605'401'000'001 : 0));
  event.actor = {full ? ActorType::customer : ActorType::agent, PrincipalId("agt_1")};
  if (full) {
    event.stream = "act_1";
    event.stream_version = 12;
    event.subject = "tkt_1";
    event.causation = "evt_01KE75T1V2D6X8Z9QF3M5R7WYA";
    event.correlation = "run_1";
  }
  event.data = std::move(data);
  return write_leaf(event);
}

}  // namespace

std::vector<GoldenLeaves> golden_leaves() {
  std::vector<GoldenLeaves> all;
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, EventTypes>>([&](auto identity) {
    using E = typename decltype(identity)::type;
    all.push_back({E::kType, line_of<E>(true), line_of<E>(false)});
  });
  return all;
}

}  // namespace recourse
