#include <algorithm>

#include "tools/soc2/control_test.h"
#include "tools/soc2/controls.h"

namespace recourse::soc2 {
namespace {

/// RC-25
class DisclosuresRecorded final : public OneControlTest {
 public:
  explicit DisclosuresRecorded(const TestContext& context) : OneControlTest(context, "RC-25") {
    if (!context.with_deployment)
      writer_.note("Exports stand in the deployment events, which are not in this package.");
  }

  void see(const Seen& seen) override {
    if (const auto* e = seen.as<ExportCreated>()) on_export(seen, *e);
    if (const auto* e = seen.as<DisclosureMade>(); e != nullptr && writer_.takes(seen)) {
      const std::size_t number = writer_.add(seen);
      const std::string what = "Disclosure " + seen.event.id.value();
      if (e->subject) writer_.row(number).subject = e->subject->value();
      require(number, what, "no_purpose", "a purpose", !e->purpose.text.empty());
      require(number, what, "no_recipient", "a recipient", !e->recipient.text.empty());
    }
    if (const auto* e = seen.as<SealedOpened>(); e != nullptr && writer_.takes(seen)) {
      const std::size_t number = writer_.add(seen);
      const std::string what = "Opening " + seen.event.id.value();
      if (e->ticket) writer_.row(number).subject = e->ticket->value();
      require(number, what, "no_purpose", "a purpose", !e->purpose.text.empty());
      check_role(number, seen);
    }
  }

 private:
  void on_export(const Seen& seen, const ExportCreated& e) {
    if (e.tenant != context_.source.tenant || !writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    writer_.row(number).subject = e.format.text;
    const std::string what = "Export " + seen.event.id.value();
    require(number, what, "no_purpose", "a purpose", e.purpose && !e.purpose->text.empty());
    require(number, what, "no_recipient", "a recipient", e.recipient && !e.recipient->text.empty());
  }

  void require(std::size_t number, const std::string& what, std::string_view code,
               const std::string& thing, bool there) {
    if (!there) writer_.fail(number, code, what + " is recorded without " + thing + ".");
  }

  void check_role(std::size_t number, const Seen& seen) {
    if (seen.event.actor.type == ActorType::system) return;
    const std::set<Role> roles = context_.history.roles(seen.event.actor.id.value());
    const auto may_open = [](Role role) { return role != Role::viewer && role != Role::agent; };
    if (roles.empty() || std::any_of(roles.begin(), roles.end(), may_open)) return;
    writer_.fail(number, "role_not_allowed",
                 seen.event.actor.id.value() + " opened sealed texts at " +
                     sequence_text(seen.event.position) + " and has no role that may.");
  }
};

/// RC-26
class ControlsMonitored final : public OneControlTest {
 public:
  explicit ControlsMonitored(const TestContext& context) : OneControlTest(context, "RC-26") {}

  void see(const Seen& seen) override {
    spans_.see(seen, writer_);
    const auto* const e = seen.as<ControlTested>();
    if (e == nullptr) return;
    spans_.done(seen, e->control.text);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    Row& row = writer_.row(number);
    row.subject = e->control.text;
    if (e->owner) row.accountable = e->owner->value();
    if (e->exceptions == 0 && e->result.text != "exceptions") return;
    const std::string what = "The test " + seen.event.id.value() + " of " + e->control.text +
                             " found " + std::to_string(e->exceptions) + " exceptions and names ";
    if (!e->owner) writer_.fail(number, "no_owner", what + "no owner.");
    if (!e->due_at) writer_.fail(number, "no_date", what + "no date.");
  }

  void finish() override { spans_.finish(context_.end(), context_.latest, writer_); }

 private:
  static std::vector<std::string> all_ids() {
    std::vector<std::string> ids;
    for (const Control& control : controls()) ids.push_back(control.id);
    return ids;
  }

  Spans spans_{std::chrono::days(thresholds_.control_every_d), "run_missed", "Not tested in time",
               all_ids()};
};

}  // namespace

void add_disclosure_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<DisclosuresRecorded>(context));
}

void add_monitoring_tests(const TestContext& context, ControlTests& tests) {
  tests.push_back(std::make_unique<ControlsMonitored>(context));
}

}  // namespace recourse::soc2
