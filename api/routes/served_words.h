#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "projections/rows.h"

namespace recourse::routes::served {

// How the served systems call what we call otherwise: the tables of docs/served-systems.md.

/// open, in-progress, escalated or resolved.
std::string_view help_desk_status(TicketStatus status, bool escalated);
std::string_view help_desk_status(const TicketRow& ticket);
bool is_help_desk_status(std::string_view word);

/// pending, processing, awaiting_approval, completed or failed.
std::string_view support_status(const TicketRow& ticket);
bool is_support_status(std::string_view word);
/// Our statuses among which tickets with that served status are.
std::span<const TicketStatus> statuses_behind_support(std::string_view word);

/// pending, approved or rejected.
std::string_view support_approval_status(ApprovalStatus status);

/// Parts per million as a decimal from 0 to 1, and back.
std::string confidence_json(const std::optional<std::int64_t>& ppm);
std::optional<std::int64_t> confidence_ppm(double confidence);

/// A number rounded to so many decimals, as JSON.
std::string rounded_json(double number, int decimals);
/// part of whole in percent with two decimals; 0 for no whole.
std::string percent_json(std::int64_t part, std::int64_t whole);

}  // namespace recourse::routes::served
