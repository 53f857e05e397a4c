#include "tools/soc2/control_test.h"

#include "tools/soc2/controls.h"

namespace recourse::soc2 {

OneControlTest::OneControlTest(const TestContext& context, std::string_view control)
    : context_(context),
      thresholds_(context.parameters.thresholds),
      writer_(control_named(control)) {}

std::vector<Chapter> OneControlTest::chapters() {
  std::vector<Chapter> one;
  one.push_back(std::move(writer_).finish());
  return one;
}

void OneControlTest::needs_deployment() {
  if (!context_.with_deployment) writer_.note("Deployment events are not in this package.");
}

}  // namespace recourse::soc2
