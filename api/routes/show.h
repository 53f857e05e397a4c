#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/routes/call.h"
#include "api/routes/sealed_json.h"

namespace recourse::routes {

/// How one answer shows sealed values.
class Shown {
 public:
  /// Nobody asked for texts.
  Shown() = default;
  explicit Shown(OpenedTexts texts) : opened_(true), texts_(std::move(texts)) {}

  bool opened() const { return opened_; }
  /// Errors: corrupt.
  Status append_row(std::string& out, std::string_view row) const;
  Result<std::string> row(std::string_view row) const;
  /// A leaf stays as it is, seals and all, unless texts were asked for.
  Result<std::string> leaf(std::string_view leaf, Position position) const;

 private:
  bool opened_ = false;
  OpenedTexts texts_;
};

/// Query parameters of every route that shows rows with texts.
inline constexpr std::string_view kOpen = "open";
inline constexpr std::string_view kPurpose = "purpose";

/// Calls `use` with what the caller may see of these tickets. With `open=true` the texts are
/// opened: for the roles agent, operator, manager and admin, who work with them, and for an auditor
/// who says with `purpose=` what for; a viewer gets 403. That they were opened is recorded, once
/// for each person, ticket and quarter of an hour, and is durable before `use` runs; a full disk
/// delays the record, not the reading. What a person had corrected stands in the place of what was
/// wrong. Machines get 403 for a ticket of a person whose data are restricted. Answers itself when something is refused.
void show(const CallPtr& call, std::vector<std::string> tickets,
          std::function<void(const Shown&)> use);

}  // namespace recourse::routes
