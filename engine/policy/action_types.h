#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/vocabulary.h"

namespace recourse {

BOOST_DEFINE_ENUM_CLASS(ActionEffect, read, write, handoff, none)
/// Who runs an action: this program, a client that takes a lease, or nobody here.
BOOST_DEFINE_ENUM_CLASS(Executor, internal, client, none)
/// What a new message of the customer does to an action that waits.
BOOST_DEFINE_ENUM_CLASS(OnNewMessage, continue_, revalidate, invalidate)
/// JSON types of arguments. A decimal is a number or the same as a text; text_or_list is a string
/// or an array of strings; a label or code may stand in clear (clear_names.h); hours are an integer
/// from 1 to 2160.
BOOST_DEFINE_ENUM_CLASS(ArgType, text, label, code, integer, hours, decimal, boolean, list, object,
                        text_or_list)

struct ArgSpec {
  std::string_view name;
  ArgType type = ArgType::text;
  bool required = true;
};

/// One row of the manifest: the one place that says what an action is and how far it can be undone.
struct ActionType {
  std::string_view name = {};
  std::int64_t version = 1;
  ActionEffect effect = ActionEffect::write;
  Reversibility reversibility = Reversibility::R4;
  Executor executor = Executor::none;
  std::string_view inverse = "none";   ///< none, self, or the type that undoes it
  std::string_view compensation = {};  ///< The type that makes up for it; empty for none.
  std::string_view category = {};  ///< information, account, technical, escalation, financial, …
  std::vector<ArgSpec> args = {};
  std::vector<std::string_view> one_of = {};  ///< At least one of these arguments must be there.
  std::string_view money_path = {};           ///< Argument that holds the amount; empty for none.
  std::vector<std::string_view> writes = {};  ///< Fields of the ticket that it changes.
  std::int64_t void_window_s = 0;  ///< How long a dispatch may be held back and recalled.
  bool needs_unresolved = false;   ///< Makes no sense on a resolved ticket.
  std::string_view description = {};

  OnNewMessage on_new_message() const;
  /// Whether a person must agree beforehand unless a policy says otherwise.
  bool approval_by_default() const;
};

/// How an executed action of a type is taken back.
struct Undo {
  std::string_view kind;      ///< restore, inverse or compensate; empty: not at all.
  std::string_view executor;  ///< internal, client, or person for what only people do
  std::string_view type;      ///< What the executor runs; empty for internal.
  std::string_view problem;   ///< Why not: nothing_to_undo, no_inverse, no_executor.
};

/// By the manifest alone; null, a type that it does not have, has no inverse.
Undo undo_of(const ActionType* type);

/// All types this program knows, sorted by name.
std::span<const ActionType> action_types();

/// Null when the manifest has no such type: then it is treated as R4 and never executed.
const ActionType* find_action_type(std::string_view name);

/// The manifest as canonical JSON, for auditors and schemas, and its SHA-256.
const std::string& manifest_json();
const Hash& manifest_digest();

}  // namespace recourse
