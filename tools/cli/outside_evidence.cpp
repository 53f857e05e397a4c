#include "tools/cli/outside_evidence.h"

#include <spdlog/spdlog.h>

#include "api/integrations/http_post.h"
#include "engine/ledger/durable_file.h"

namespace recourse::cli {
namespace {

std::filesystem::path policy_path(const PlaceFlags& place) {
  return std::filesystem::path(place.data_dir) / "trust-policy";
}

Result<TrustPolicy::Witness> parse_witness(const std::string& text) {
  const std::size_t plus = text.find('+');
  const Error malformed{ErrorCode::invalid, text +
                                                " is no witness; write its URL, a plus and its "
                                                "verifier key, such as "
                                                "https://w.example+w.example/1+0a1b2c3d+B..."};
  if (plus == text.npos || text.find("://") > plus) return malformed;
  auto key = NoteKey::parse(std::string_view(text).substr(plus + 1));
  if (!key) return malformed;
  const std::string name = key->name();
  return TrustPolicy::Witness{name, std::move(*key), text.substr(0, plus)};
}

routes::HealthPart witnesses_part(const Witnessing::State& state) {
  std::size_t well = 0;
  std::string contradiction;
  for (const Witnessing::Witness& witness : state.witnesses) {
    well += witness.trouble.empty() ? 1 : 0;
    if (witness.contradicts) contradiction = "; " + witness.name + ": " + witness.trouble;
  }
  std::string detail = std::to_string(well) + " of " + std::to_string(state.witnesses.size()) +
                       " witnesses answer; the quorum is there up to " +
                       std::to_string(state.witnessed) + " leaves of the meta log";
  if (state.waiting.count() > 0)
    detail += " and missing for " + std::to_string(state.waiting.count()) + " s for newer ones";
  return {"witnesses", std::string(name(state.standing)), detail + contradiction};
}

routes::HealthPart stamps_part(const TimeStamping::State& state) {
  std::string detail =
      state.newest ? "newest time stamp: " + to_rfc3339(*state.newest) : "no time stamp yet";
  if (!state.trouble.empty()) detail += "; the authority was asked in vain";
  if (!state.checked) detail += "; its signatures are not checked: no --tsa-ca vouches for it";
  return {"time-stamps", std::string(name(state.standing)), detail};
}

}  // namespace

Result<TrustPolicy> trust_policy(const EvidenceFlags& flags) {
  if (!flags.trust_policy.empty()) {
    RECOURSE_LET(const std::string text, read_file(flags.trust_policy));
    RECOURSE_LET(TrustPolicy policy, TrustPolicy::parse(text));
    for (const TrustPolicy::Witness& witness : policy.witnesses())
      if (witness.url.find("://") == std::string::npos)
        return Error{ErrorCode::invalid,
                     "the witness " + witness.name + " in " + flags.trust_policy + " has no URL"};
    return policy;
  }
  std::vector<TrustPolicy::Witness> witnesses;
  for (const std::string& text : flags.witnesses) {
    RECOURSE_LET(TrustPolicy::Witness witness, parse_witness(text));
    witnesses.push_back(std::move(witness));
  }
  return TrustPolicy::all_of(std::move(witnesses));
}

Result<TrustPolicy> kept_trust_policy(const PlaceFlags& place) {
  const auto text = read_file(policy_path(place));
  if (!text && text.error().code == ErrorCode::not_found) return TrustPolicy();
  if (!text) return text.error();
  return TrustPolicy::parse(*text);
}

OutsideEvidence::OutsideEvidence() : to_witnesses_(http_post()), to_authority_(http_post()) {}

Result<std::unique_ptr<OutsideEvidence>> OutsideEvidence::start(Deployment& deployment,
                                                                const PlaceFlags& place,
                                                                const EvidenceFlags& flags) {
  std::unique_ptr<OutsideEvidence> made(new OutsideEvidence());
  RECOURSE_LET(TrustPolicy policy, trust_policy(flags));
  std::error_code error;
  if (!policy.witnesses().empty()) {
    RECOURSE_TRY(replace_file(policy_path(place), policy.witness_lines()));
  } else {
    std::filesystem::remove(policy_path(place), error);
  }
  if (!policy.witnesses().empty()) {
    RECOURSE_LET(made->witnessing_, Witnessing::start(deployment.ledger(), deployment.signer(),
                                                      std::move(policy), *made->to_witnesses_));
  }
  if (!flags.tsa.empty()) {
    if (flags.tsa_ca.empty())
      spdlog::warn("time stamps of {} are kept without a check of who signed them; --tsa-ca names "
                   "the certificates that vouch for it",
                   flags.tsa);
    RECOURSE_LET(made->stamping_,
                 TimeStamping::start(deployment.signer(), *made->to_authority_,
                                     {flags.tsa, flags.tsa_ca}, made->random_, made->clock_));
  }
  return made;
}

std::vector<routes::HealthPart> OutsideEvidence::health() const {
  std::vector<routes::HealthPart> parts;
  if (witnessing_) parts.push_back(witnesses_part(witnessing_->state()));
  if (stamping_) parts.push_back(stamps_part(stamping_->state()));
  return parts;
}

LogSize OutsideEvidence::witnessed(LedgerId ledger) const {
  return witnessing_ ? witnessing_->witnessed(ledger) : LogSize(0);
}

void OutsideEvidence::add_metrics(http::MetricRegistry& registry) const {
  if (witnessing_) {
    registry.gauge_of("recourse_witnessed_events",
                      "Events of the meta ledger that the quorum of witnesses cosigned.",
                      [this] { return static_cast<double>(witnessing_->state().witnessed); });
    registry.gauge_of("recourse_witness_wait_seconds",
                      "Since when a signed head waits for the quorum of witnesses.",
                      [this] { return static_cast<double>(witnessing_->state().waiting.count()); });
    registry.gauge_of("recourse_witnesses_failing",
                      "Witnesses that did not cosign when they were asked last.", [this] {
                        double failing = 0;
                        for (const auto& witness : witnessing_->state().witnesses)
                          failing += witness.trouble.empty() ? 0 : 1;
                        return failing;
                      });
  }
  if (stamping_)
    registry.gauge_of("recourse_time_stamp_age_seconds",
                      "Age of the newest time stamp; -1 while there is none.", [this] {
                        const auto newest = stamping_->state().newest;
                        if (!newest) return -1.0;
                        return std::chrono::duration<double>(clock_.now() - *newest).count();
                      });
}

}  // namespace recourse::cli
