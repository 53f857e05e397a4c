#pragma once

#include <boost/describe.hpp>
#include <cstdint>

namespace recourse::soc2 {

/// What is still in time and what is too often. Units come last: _h hours, _d days, _s seconds, _ms
/// milliseconds; others are numbers of things. A package prints all of them.
struct Thresholds {
  std::int64_t access_removal_h = 24;       ///< RC-09: after the notice is effective.
  std::int64_t access_review_every_d = 92;  ///< RC-10
  std::int64_t review_removal_h = 24;       ///< RC-10: until "remove" is done.
  std::int64_t emergency_review_d = 5;      ///< RC-07
  std::int64_t burst_window_s = 600;        ///< RC-11
  std::int64_t burst_denials = 100;         ///< RC-11: refused logins within the window.
  std::int64_t burst_crossings = 10;        ///< RC-11: of these, with keys of other tenants.
  std::int64_t burst_limits = 50;           ///< RC-11: limits reached within the window.
  std::int64_t burst_alert_s = 900;         ///< RC-11: until somebody has to be alerted.
  std::int64_t incident_end_d = 30;         ///< RC-13: from its opening to its closure.
  std::int64_t halt_ms = 5000;              ///< RC-14: until a halt of the deployment works.
  std::int64_t rollback_end_h = 168;        ///< RC-15
  std::int64_t escalation_s = 3600;         ///< RC-15: from a failure to an incident.
  std::int64_t outcome_h = 24;              ///< RC-16
  std::int64_t followup_h = 24;             ///< RC-19
  std::int64_t followup_tolerance_h = 2;    ///< RC-19
  std::int64_t reopen_h = 24;               ///< RC-19: after negative feedback.
  std::int64_t head_every_s = 60;           ///< RC-20
  std::int64_t head_tolerance_s = 5;        ///< RC-20
  std::int64_t cosignatures = 0;            ///< RC-20: on each head; 0: none are demanded.
  std::int64_t rebuild_every_d = 92;        ///< RC-21
  std::int64_t backup_every_h = 25;         ///< RC-22
  std::int64_t restore_every_d = 92;        ///< RC-22
  std::int64_t disk_free_percent = 10;      ///< RC-22: of the disk, at the end of a sample.
  std::int64_t refused_commands = 0;        ///< RC-22: in one sample; more found no place.
  std::int64_t queue_percent = 80;          ///< RC-22: an indicator, of the longest queue.
  std::int64_t request_d = 31;              ///< RC-23: one month
  std::int64_t request_extended_d = 92;     ///< RC-23: two more
  std::int64_t retention_tolerance_d = 7;   ///< RC-24
  std::int64_t hold_review_d = 366;         ///< RC-24
  std::int64_t control_every_d = 92;        ///< RC-26
  std::int64_t dwell_ms = 5000;             ///< RC-03: an indicator.
};
BOOST_DESCRIBE_STRUCT(Thresholds, (),
                      (access_removal_h, access_review_every_d, review_removal_h,
                       emergency_review_d, burst_window_s, burst_denials, burst_crossings,
                       burst_limits, burst_alert_s, incident_end_d, halt_ms, rollback_end_h,
                       escalation_s, outcome_h, followup_h, followup_tolerance_h, reopen_h,
                       head_every_s, head_tolerance_s, cosignatures, rebuild_every_d,
                       backup_every_h, restore_every_d, disk_free_percent, refused_commands,
                       queue_percent, request_d, request_extended_d, retention_tolerance_d,
                       hold_review_d, control_every_d, dwell_ms))

}  // namespace recourse::soc2
