#include "tools/import/record_sink.h"

#include <utility>

namespace recourse {
namespace {

/// In which stream of the ledger the import's own events stand.
constexpr std::string_view kStream = "import";

}  // namespace

RecordSink::RecordSink(const ImportTarget& target, std::size_t batch, ImportSummary& summary,
                       ImportFigures& figures)
    : target_(target), batch_(batch == 0 ? 1 : batch), summary_(summary), figures_(figures) {}

RecordSink::~RecordSink() { take_answers(0); }

bool RecordSink::add(ImportRecord record) {
  ++summary_.records;
  if (record.unreadable) ++summary_.unreadable;
  submit_held();
  if (stopped_) return false;
  held_ = std::move(record);
  return true;
}

void RecordSink::submit_held() {
  if (!held_) return;
  submit(std::move(*held_));
  held_.reset();
}

void RecordSink::submit(ImportRecord record) {
  WriteRequest wanted =
      request(record.identity, std::move(record.content), std::move(record.decide));
  record.content.clear();
  submit(std::move(wanted),
         [this, record = std::move(record)](const Outcome& outcome) { count(record, outcome); });
}

WriteRequest RecordSink::request(std::string identity, std::string content, DecideEvents decide) {
  WriteRequest request;
  request.tenant = target_.tenant;
  request.principal = target_.principal;
  request.idempotency_key = std::move(identity);
  request.fingerprint = std::move(content);
  request.decide = std::move(decide);
  return request;
}

void RecordSink::submit(WriteRequest request, Answer answer) {
  take_answers(batch_ - 1);
  request.decide = [this, decide = std::move(request.decide)](DecisionStep& step) {
    return decide_in_order(step, decide);
  };
  const std::uint64_t number = submitted_++;
  waiting_.emplace(number, std::move(answer));
  target_.writer.submit(std::move(request), [this, number](Outcome outcome) {
    if (!outcome && outcome.error().code != ErrorCode::key_reused) stopped_ = true;
    const std::lock_guard lock(mutex_);
    answers_.emplace_back(number, std::move(outcome));
    answered_.notify_one();
  });
}

Result<std::vector<NewEvent>> RecordSink::decide_in_order(DecisionStep& step,
                                                          const DecideEvents& decide) {
  // Answers come after the commit; what fails within a group is to be noticed before.
  const bool staged =
      last_stream_.empty() || next_version(step.state, last_stream_) > last_version_;
  if (!staged) stopped_ = true;
  if (stopped_)
    return Error{ErrorCode::unavailable, "an earlier record of the import was not stored"};
  auto events = decide(step);
  if (!events) stopped_ = true;
  if (!events || events->empty()) return events;
  last_stream_ = events->front().stream;
  last_version_ = next_version(step.state, last_stream_);
  return events;
}

void RecordSink::take_answers(std::size_t leave_waiting) {
  std::vector<std::pair<std::uint64_t, Outcome>> ready;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (waiting_.size() > leave_waiting)
        answered_.wait(lock, [this] { return !answers_.empty(); });
      ready.swap(answers_);
    }
    if (ready.empty()) return;
    for (const auto& [number, outcome] : ready) {
      const auto waiting = waiting_.extract(number);
      waiting.mapped()(outcome);
    }
    ready.clear();
  }
}

void RecordSink::count(const ImportRecord& record, const Outcome& outcome) {
  if (!outcome) {
    if (outcome.error().code == ErrorCode::key_reused) {
      count_conflict(record);
    } else if (!summary_.stopped) {
      summary_.stopped =
          Error{outcome.error().code, record.identity + ": " + outcome.error().message};
    }
    return;
  }
  ++(outcome->repeated ? summary_.known : summary_.added);
  if (!outcome->repeated) summary_.events_added += outcome->events.size();
  if (outcome->events.empty() || !counted_.insert(outcome->events[0].position.value()).second)
    return;
  for (const RecordedEvent& event : outcome->events) figures_.add(event);
  if (record.written) record.written(*outcome);
}

void RecordSink::count_conflict(const ImportRecord& record) {
  ++summary_.conflicts;
  if (summary_.conflict_list.size() < ImportSummary::kListed)
    summary_.conflict_list.push_back({record.identity, record.line});
}

Outcome RecordSink::write(std::string identity, std::string content, DecideEvents decide) {
  submit_held();
  Outcome result = Error{ErrorCode::unavailable, "not answered"};
  submit(request(std::move(identity), std::move(content), std::move(decide)),
         [&](const Outcome& outcome) { result = outcome; });
  take_answers(0);
  if (!result) {
    if (result.error().code != ErrorCode::key_reused && !summary_.stopped)
      summary_.stopped = result.error();
    return result;
  }
  if (!result->repeated) summary_.events_added += result->events.size();
  if (!result->events.empty() && counted_.insert(result->events[0].position.value()).second)
    for (const RecordedEvent& event : result->events) figures_.add(event);
  return result;
}

void RecordSink::write_soon(WriteRequest request, std::function<void(const Outcome&)> answered) {
  submit_held();
  submit(std::move(request), std::move(answered));
}

NewEvent RecordSink::finished(std::uint64_t added_now) const {
  const auto number = [](std::uint64_t n) { return static_cast<std::int64_t>(n); };
  ImportFinished finished;
  finished.source = target_.source;
  finished.format = name(summary_.format);
  finished.records = number(summary_.records);
  finished.added = number(summary_.added + added_now);
  finished.known = number(summary_.known);
  finished.conflicts = number(summary_.conflicts);
  finished.unreadable = number(summary_.unreadable);
  NewEvent event;
  event.stream = kStream;
  event.actor = target_.importer();
  event.data = std::move(finished);
  return event;
}

void RecordSink::finish() {
  take_answers(0);
  if (held_ && !stopped_) {
    const std::uint64_t added = summary_.added;
    held_->decide = [this, decide = std::move(held_->decide)](
                        DecisionStep& step) -> Result<std::vector<NewEvent>> {
      RECOURSE_LET(std::vector<NewEvent> events, decide(step));
      events.push_back(finished(1));
      return events;
    };
    submit_held();
    take_answers(0);
    // The last one was known, but others before it were new.
    if (!stopped_ && added > 0 && summary_.added == added)
      (void)write("", "", [this](DecisionStep&) -> Result<std::vector<NewEvent>> {
        return std::vector{finished(0)};
      });
  }
}

void RecordSink::drain() { take_answers(0); }

}  // namespace recourse
