#include "api/routes/fact_form.h"

#include "engine/base/time.h"
#include "engine/event/fields.h"

namespace recourse::routes {
namespace {

using namespace described;

using FactTypes =
    mp::mp_list<AccessRequested, AccessGranted, AccessTerminated, AccessRemoved, AccessReviewOpened,
                AccessReviewed, AccessReviewClosed, ChangeRequested, ChangeApproved,
                ChangeActivated, ChangeReviewed, AlertRaised, AlertTriaged, AlertClosed,
                IncidentOpened, IncidentProgressed, IncidentFollowUpAdded, IncidentFollowUpDone,
                MandateGranted, MandateRevoked, OversightAssigned, ProviderNotified, AiDisclosed,
                ExceptionAnswered>;

constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;
constexpr std::size_t kMostItems = 64;

/// How one member is asked for.
template <class M>
struct Form {
  static constexpr std::string_view kind = [] {
    if constexpr (IsVector<M>::value) return "list of names";
    if constexpr (std::same_as<M, Sealed>) return "text";
    if constexpr (std::same_as<M, bool>) return "flag";
    if constexpr (std::same_as<M, Timestamp>) return "time";
    if constexpr (std::same_as<M, Hash>) return "sha256 in base64";
    if constexpr (Enum<M>) return "word";
    if constexpr (Integer<M>) return "integer";
    return "name";
  }();

  /// Nothing when it is absent or, with a fault, not good.
  static std::optional<M> read(BodyReader& reader, std::string_view name, bool required) {
    if constexpr (IsVector<M>::value) {
      M list;
      for (std::string& item : reader.codes(name, kMostItems)) list.emplace_back(std::move(item));
      return list;
    } else if constexpr (std::same_as<M, bool>) {
      return reader.optional_flag(name);
    } else if constexpr (Enum<M>) {
      return reader.optional_word_of<M>(name, required);
    } else if constexpr (Integer<M>) {
      const auto number = reader.optional_integer(name, 0, kMost);
      if (!number && required) reader.fault(name, "is missing");
      return number;
    } else if constexpr (std::same_as<M, Timestamp> || std::same_as<M, Hash>) {
      const auto text = required ? std::optional(reader.text(name)) : reader.optional_text(name);
      if (!text || text->empty()) return std::nullopt;
      const auto read = parse(*text, M());
      if (!read) reader.fault(name, read.error().message);
      return read ? std::optional<M>(*read) : std::nullopt;
    } else if constexpr (std::same_as<M, Sealed>) {
      const auto text = required ? std::optional(reader.text(name)) : reader.optional_text(name);
      return text ? std::optional(seal_text(*text, {})) : std::nullopt;
    } else {
      const auto code = required ? std::optional(reader.code(name)) : reader.optional_code(name);
      return code ? std::optional(M(*code)) : std::nullopt;
    }
  }

 private:
  static Result<Timestamp> parse(const std::string& text, Timestamp) { return from_rfc3339(text); }
  static Result<Hash> parse(const std::string& text, Hash) { return hash_from_base64(text); }
};

template <class M>
struct Given {
  using type = M;
  static constexpr bool optional = false;
};
template <class M>
struct Given<std::optional<M>> {
  using type = M;
  static constexpr bool optional = true;
};

template <class M>
bool is_required(const RecordRule& rule, std::string_view name) {
  return !Given<M>::optional && !IsVector<M>::value && !std::same_as<M, bool> &&
         !rule.has_default(name);
}

template <class E>
void read_members(const RecordRule& rule, BodyReader& reader, E& event) {
  mp::mp_for_each<Fields<E>>([&](auto field) {
    using F = decltype(field);
    using M = FieldType<F, E>;
    if (rule.fills(F::name)) return;
    auto read = Form<typename Given<M>::type>::read(reader, F::name, is_required<M>(rule, F::name));
    if (read) F::get(event) = std::move(*read);
  });
}

template <class Enum>
std::string words_json() {
  std::string list;
  mp::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto described) {
    list += (list.empty() ? "\"" : ",\"") + std::string(word(described.value)) + '"';
  });
  return '[' + list + ']';
}

template <class E>
std::string members_json(const RecordRule& rule) {
  std::string list;
  mp::mp_for_each<Fields<E>>([&](auto field) {
    using F = decltype(field);
    using M = FieldType<F, E>;
    using Plain = typename Given<M>::type;
    if (rule.fills(F::name)) return;
    JsonObject member;
    member.text("name", F::name)
        .text("kind", Form<Plain>::kind)
        .flag("required", is_required<M>(rule, F::name));
    if constexpr (Enum<Plain>) member.raw("words", words_json<Plain>());
    list += (list.empty() ? "" : ",") + std::move(member).take();
  });
  return '[' + list + ']';
}

/// Calls `use` with an empty fact of the rule's type.
template <class Use>
void with_type(const RecordRule& rule, const Use& use) {
  const std::string type = "recourse." + std::string(rule.type) + ".v1";
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, FactTypes>>([&](auto identity) {
    using E = typename decltype(identity)::type;
    if (E::kType == type) use(E());
  });
}

}  // namespace

EventData read_fact(const RecordRule& rule, BodyReader& reader) {
  EventData fact;
  with_type(rule, [&](auto event) {
    read_members(rule, reader, event);
    fact = std::move(event);
  });
  return fact;
}

std::string fact_members_json(const RecordRule& rule) {
  std::string json = "[]";
  with_type(rule, [&](auto event) { json = members_json<decltype(event)>(rule); });
  return json;
}

}  // namespace recourse::routes
