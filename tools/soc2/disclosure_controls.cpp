#include <algorithm>
#include <charconv>

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
    if (const auto* const e = seen.as<ExceptionAnswered>()) {
      Answer& answer = answers_[e->exception.text];
      answer.owned = answer.owned || e->owner;
      answer.dated = answer.dated || e->until;
    }
    const auto* const e = seen.as<ControlTested>();
    if (e == nullptr) return;
    spans_.done(seen, e->control.text);
    if (!writer_.takes(seen)) return;
    const std::size_t number = writer_.add(seen);
    Row& row = writer_.row(number);
    row.subject = e->control.text;
    if (e->owner) row.accountable = e->owner->value();
    if (e->exceptions == 0 && e->result.text != "exceptions") return;
    deficient_.push_back({number, seen.event.id.value(), *e});
  }

  void finish() override {
    spans_.finish(context_.end(), context_.latest, writer_);
    for (const Deficient& each : deficient_) judge(each);
  }

 private:
  struct Deficient {
    std::size_t number = 0;
    std::string event;
    ControlTested tested;
  };
  struct Answer {
    bool owned = false, dated = false;
  };

  /// An owner and a date stand in the test itself, or in what was answered to each exception.
  void judge(const Deficient& each) {
    const ControlTested& tested = each.tested;
    std::int64_t owned = 0, dated = 0;
    const std::string prefix = tested.control.text + "/";
    for (auto at = answers_.lower_bound(prefix);
         at != answers_.end() && at->first.starts_with(prefix); ++at) {
      if (!is_within(at->first.substr(prefix.size()), tested)) continue;
      owned += at->second.owned ? 1 : 0;
      dated += at->second.dated ? 1 : 0;
    }
    const auto needed = std::max<std::int64_t>(tested.exceptions, 1);
    const std::string what = "The test " + each.event + " of " + tested.control.text + " found " +
                             std::to_string(tested.exceptions) + " exceptions; ";
    if (!tested.owner && owned < needed)
      writer_.fail(each.number, "no_owner", what + std::to_string(owned) + " have an owner.");
    if (!tested.due_at && dated < needed)
      writer_.fail(each.number, "no_date", what + std::to_string(dated) + " have a date.");
  }

  /// Positions in the deployment's ledger are not those that a test names.
  static bool is_within(const std::string& position, const ControlTested& tested) {
    if (position.starts_with("meta/")) return true;
    std::int64_t number = -1;
    std::from_chars(position.data(), position.data() + position.size(), number);
    // An older leaf may be a member too: an approval, a notice, a hold.
    return number >= 0 && number < tested.end;
  }

  static std::vector<std::string> all_ids() {
    std::vector<std::string> ids;
    for (const Control& control : controls()) ids.push_back(control.id);
    return ids;
  }

  std::vector<Deficient> deficient_;
  std::map<std::string, Answer> answers_;  ///< By ids of exceptions.
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
