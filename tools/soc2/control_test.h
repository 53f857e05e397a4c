#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/ledger/frontier.h"
#include "tools/soc2/chapter_writer.h"
#include "tools/soc2/examine.h"
#include "tools/soc2/history.h"
#include "tools/soc2/spans.h"

namespace recourse::soc2 {

/// What a test knows besides the leaves. Outlives the tests.
struct TestContext {
  const Parameters& parameters;
  const Source& source;
  const History& history;          ///< What the leaves before the present one said.
  const Frontier* tree = nullptr;  ///< Of the tenant's leaves up to the present one, included.
  bool with_deployment = false;    ///< Whether deployment events are in the package.
  Timestamp first = {};            ///< Of the first leaf of the period; known once it was seen.
  Timestamp last = {};             ///< Of the latest leaf that was seen; in the end, `to` at least.
  Row latest = {};                 ///< The latest leaf that is not after the period.

  /// Of the period, once all leaves were seen.
  Timestamp end() const { return parameters.to.value_or(latest.time); }
};

/// Tests one control, or several that look at the same things, while the leaves go by. Threads:
/// one.
class ControlTest {
 public:
  virtual ~ControlTest() = default;
  /// Leaves in the order of their times; those of each ledger in the order of their positions.
  virtual void see(const Seen& seen) = 0;
  /// After the last leaf: what did not happen.
  virtual void finish() {}
  /// The chapters, by the ids of their controls. Called once, last.
  virtual std::vector<Chapter> chapters() = 0;
};

/// A test of one control.
class OneControlTest : public ControlTest {
 public:
  OneControlTest(const TestContext& context, std::string_view control);
  std::vector<Chapter> chapters() override;

 protected:
  /// Said once in the chapter of a control whose population stands in the deployment's ledger.
  void needs_deployment();

  const TestContext& context_;
  const Thresholds& thresholds_;
  ChapterWriter writer_;
};

using ControlTests = std::vector<std::unique_ptr<ControlTest>>;

void add_dispatch_tests(const TestContext& context, ControlTests& tests);   ///< RC-01, RC-04, RC-14
void add_approval_tests(const TestContext& context, ControlTests& tests);   ///< RC-02, RC-03
void add_mandate_tests(const TestContext& context, ControlTests& tests);    ///< RC-05
void add_verdict_tests(const TestContext& context, ControlTests& tests);    ///< RC-06
void add_change_tests(const TestContext& context, ControlTests& tests);     ///< RC-07
void add_access_tests(const TestContext& context, ControlTests& tests);     ///< RC-08 to RC-10
void add_watch_tests(const TestContext& context, ControlTests& tests);      ///< RC-11, RC-12
void add_incident_tests(const TestContext& context, ControlTests& tests);   ///< RC-13
void add_effect_tests(const TestContext& context, ControlTests& tests);     ///< RC-15, RC-16
void add_channel_tests(const TestContext& context, ControlTests& tests);    ///< RC-17, RC-18
void add_follow_up_tests(const TestContext& context, ControlTests& tests);  ///< RC-19
void add_integrity_tests(const TestContext& context, ControlTests& tests);  ///< RC-20
void add_operation_tests(const TestContext& context, ControlTests& tests);  ///< RC-21, RC-22
void add_privacy_tests(const TestContext& context, ControlTests& tests);    ///< RC-23
void add_retention_tests(const TestContext& context, ControlTests& tests);  ///< RC-24
void add_disclosure_tests(const TestContext& context, ControlTests& tests);  ///< RC-25
void add_monitoring_tests(const TestContext& context, ControlTests& tests);  ///< RC-26

}  // namespace recourse::soc2
