#include "engine/policy/policy_document.h"

#include <functional>

#include "engine/event/fields.h"
#include "engine/policy/document_node.h"
#include "engine/policy/policy_units.h"

namespace recourse {
namespace {

using namespace described;

template <class T>
std::string known_members() {
  std::string names;
  mp::mp_for_each<Fields<T>>([&](auto field) {
    if (!names.empty()) names += ", ";
    names += decltype(field)::name;
  });
  return names;
}

/// Reads nodes into described structs. Members that are not there keep their defaults.
class PolicyReader {
 public:
  template <class T>
  Status read(const DocumentNode& node, T& value, std::string_view name) {
    if constexpr (IsOptional<T>::value) {
      return read(node, value.emplace(), name);
    } else if constexpr (IsVector<T>::value) {
      return read_list(node, value, name);
    } else if constexpr (Struct<T>) {
      return read_map(node, value);
    } else {
      if (node.kind != DocumentNode::Kind::scalar)
        return fault_at(node.place, "`" + std::string(name) + "` is one value");
      return read_scalar(node, value, name);
    }
  }

 private:
  Status read_scalar(const DocumentNode& node, Clear& value, std::string_view name) {
    if (node.text.empty()) return fault_at(node.place, "`" + std::string(name) + "` is empty");
    value.text = node.text;
    return {};
  }

  Status read_scalar(const DocumentNode& node, bool& value, std::string_view) {
    if (node.quoted || (node.text != "true" && node.text != "false"))
      return fault_at(node.place, "true or false was expected");
    value = node.text == "true";
    return {};
  }

  Status read_scalar(const DocumentNode& node, std::int64_t& value, std::string_view name) {
    auto written = read_written_number(node.text, node.quoted, unit_of(name));
    if (!written) return fault_at(node.place, written.error().message);
    value = written->value;
    if (!written->currency) return {};
    if (currency_ && *currency_ != *written->currency)
      return fault_at(node.place, "another amount of this rule is in " + *currency_);
    currency_ = std::move(written->currency);
    currency_place_ = node.place;
    return {};
  }

  template <Enum E>
  Status read_scalar(const DocumentNode& node, E& value, std::string_view) {
    if (const auto found = from_word<E>(node.text)) {
      value = *found;
      return {};
    }
    std::string words;
    mp::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
      if (!words.empty()) words += ", ";
      words += word(enumerator.value);
    });
    return fault_at(node.place, "one of " + words + " was expected");
  }

  template <class Item>
  Status read_list(const DocumentNode& node, std::vector<Item>& list, std::string_view name) {
    if (node.kind != DocumentNode::Kind::list)
      return fault_at(node.place, "`" + std::string(name) + "` is a list");
    list.clear();
    for (const DocumentNode& item : node.items) RECOURSE_TRY(read(item, list.emplace_back(), name));
    return {};
  }

  template <class T>
  Status read_map(const DocumentNode& node, T& value) {
    if (node.kind != DocumentNode::Kind::map)
      return fault_at(node.place, "members were expected: " + known_members<T>());
    auto outer = std::exchange(currency_, std::nullopt);
    for (const auto& [key, member] : node.members) {
      bool known = false;
      Status status;
      mp::mp_for_each<Fields<T>>([&](auto field) {
        using F = decltype(field);
        if (known || F::name != key.text) return;
        known = true;
        status = read(member, F::get(value), F::name);
      });
      RECOURSE_TRY(status);
      if (!known)
        return fault_at(key.place,
                        "there is no member `" + key.text + "` here; known: " + known_members<T>());
    }
    if constexpr (requires { value.rule; }) {
      if (value.rule.text.empty()) return fault_at(node.place, "a rule needs its name, `rule`");
    }
    RECOURSE_TRY(take_currency(value));
    currency_ = std::move(outer);
    return {};
  }

  /// An amount with its currency is worth as much as naming it apart.
  template <class T>
  Status take_currency(T& value) {
    if (!currency_) return {};
    if constexpr (requires { value.currency.has_value(); }) {
      if (value.currency && value.currency->text != *currency_)
        return fault_at(currency_place_, "the rule's currency is " + value.currency->text);
      value.currency = *currency_;
      return {};
    } else {
      return fault_at(currency_place_, "no amount of money is meant here");
    }
  }

  std::optional<std::string> currency_;
  TextPlace currency_place_;
};

/// Says whether the fault is still there when a part of the policy has another value.
template <class T>
using StillWrong = std::function<bool(const T&)>;

/// Where the fault is: in the smallest part without which it would not be.
template <class T>
TextPlace blame(const DocumentNode& node, const T& value, const StillWrong<T>& still_wrong) {
  if constexpr (IsOptional<T>::value) {
    if (!value) return node.place;
    return blame<typename T::value_type>(node, *value,
                                         [&](const auto& inner) { return still_wrong(T(inner)); });
  } else if constexpr (IsVector<T>::value) {
    // From the end: of two rules with one name the second is the wrong one.
    for (std::size_t i = value.size(); i-- > 0;) {
      T without = value;
      without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
      if (still_wrong(without)) continue;
      return blame<typename T::value_type>(node.items[i], value[i], [&](const auto& item) {
        T changed = value;
        changed[i] = item;
        return still_wrong(changed);
      });
    }
    return node.place;
  } else if constexpr (Struct<T>) {
    std::optional<TextPlace> found;
    mp::mp_for_each<Fields<T>>([&](auto field) {
      using F = decltype(field);
      using M = FieldType<F, T>;
      const DocumentNode* const member = node.find(F::name);
      // Its name is part of what is said about a rule, so it would always look guilty.
      if (found || member == nullptr || F::name == "rule") return;
      T changed = value;
      const T untouched{};
      F::get(changed) = F::get(untouched);
      if (still_wrong(changed)) return;
      found = blame<M>(*member, F::get(value), [&](const M& inner) {
        T other = value;
        F::get(other) = inner;
        return still_wrong(other);
      });
    });
    return found.value_or(node.place);
  } else {
    return node.place;
  }
}

}  // namespace

Result<Policy> read_policy_document(std::string_view text) {
  RECOURSE_LET(const DocumentNode root, read_document(text));
  Policy policy;
  RECOURSE_TRY(PolicyReader().read(root, policy, "policy"));
  const auto check = [](const Policy& read) -> Result<Policy> {
    RECOURSE_LET(Policy checked, parse_policy(policy_json(read)));
    RECOURSE_TRY(check_zones(checked));
    return checked;
  };
  Result<Policy> checked = check(policy);
  if (checked) return checked;
  const std::string fault = checked.error().message;
  const TextPlace place = blame<Policy>(root, policy, [&](const Policy& other) {
    const auto again = check(other);
    return !again && again.error().message == fault;
  });
  return fault_at(place, fault);
}

}  // namespace recourse
