#include "tools/audit/verify_report.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "engine/event/canonical_json.h"

namespace recourse {
namespace {

std::string_view word_of(Integrity verdict) {
  switch (verdict) {
    case Integrity::intact:
      return "intact";
    case Integrity::damaged:
      return "damaged";
    case Integrity::could_not_tell:
      return "could not tell";
  }
  return "";
}

std::string place_of(const Finding& finding) {
  std::string place = finding.origin;
  if (!finding.from) return place;
  place += " position " + std::to_string(finding.from->value());
  if (finding.to && finding.to->value() > finding.from->value() + 1)
    place += " to " + std::to_string(finding.to->value() - 1);
  return place;
}

std::string rate_of(std::uint64_t count, double seconds) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%.2f s, %.0f/s", seconds,
                seconds > 0 ? static_cast<double>(count) / seconds : 0.0);
  return text.data();
}

}  // namespace

void Findings::add(Integrity verdict, std::string_view what, std::string_view way_out,
                   std::optional<Position> at) {
  Finding finding{verdict, origin_, at, std::nullopt, std::string(what), std::string(way_out)};
  if (at) finding.to = Position(at->value() + 1);
  push(std::move(finding));
}

void Findings::add(const Findings& later) {
  for (const Finding& finding : later.list_) push(finding);
  left_out_ += later.left_out_;
  left_out_damage_ = left_out_damage_ || later.left_out_damage_;
}

void Findings::push(Finding finding) {
  if (!list_.empty() && finding.from) {
    Finding& last = list_.back();
    if (last.to == finding.from && last.verdict == finding.verdict && last.what == finding.what) {
      last.to = finding.to;
      return;
    }
  }
  if (list_.size() < limit_) {
    list_.push_back(std::move(finding));
    return;
  }
  ++left_out_;
  left_out_damage_ = left_out_damage_ || finding.verdict == Integrity::damaged;
}

std::vector<Finding> Findings::list() const {
  std::vector<Finding> all = list_;
  if (left_out_ > 0)
    all.push_back({left_out_damage_ ? Integrity::damaged : Integrity::could_not_tell, origin_,
                   std::nullopt, std::nullopt,
                   std::to_string(left_out_) + " further findings are not listed",
                   "mend what is listed first, then verify again"});
  return all;
}

Integrity VerifyReport::verdict() const {
  const auto any = [&](Integrity verdict) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& finding) { return finding.verdict == verdict; });
  };
  if (any(Integrity::damaged)) return Integrity::damaged;
  return any(Integrity::could_not_tell) ? Integrity::could_not_tell : Integrity::intact;
}

std::string to_json(const VerifyReport& report) {
  Json ledgers = Json::array();
  for (const LedgerReport& ledger : report.ledgers) {
    Json one = Json::object({
        {"tenant", ledger.info.tenant.value()},
        {"origin", ledger.info.origin},
        {"size", ledger.head.size.value()},
        {"root", to_base64(as_text(ledger.head.root))},
        {"recomputed_root", to_base64(as_text(ledger.root))},
        {"leaves", ledger.leaves},
        {"leaf_bytes", ledger.leaf_bytes},
        {"heads_compared", ledger.heads_compared},
        {"checkpoints", ledger.checkpoints},
        {"sealed_opened", ledger.sealed_opened},
        {"sealed_erased", ledger.sealed_erased},
        {"projections_equal", ledger.projections},
    });
    if (ledger.older_key_heads > 0) one.set("older_key_heads", ledger.older_key_heads);
    if (!ledger.continued.empty()) one.set("continued", to_json(ledger.continued));
    ledgers.push_back(std::move(one));
  }
  Json findings = Json::array();
  for (const Finding& finding : report.findings) {
    Json entry = Json::object({{"verdict", word_of(finding.verdict)},
                               {"what", finding.what},
                               {"way_out", finding.way_out}});
    if (!finding.origin.empty()) entry.set("origin", finding.origin);
    if (finding.from) entry.set("from", finding.from->value());
    if (finding.to) entry.set("to", finding.to->value());
    findings.push_back(std::move(entry));
  }
  return canonical_json(Json::object({{"verdict", word_of(report.verdict())},
                                      {"strict", report.strict},
                                      {"commits", report.commits},
                                      {"ledgers", std::move(ledgers)},
                                      {"findings", std::move(findings)}}));
}

std::string to_text(const VerifyReport& report) {
  std::string out;
  for (const LedgerReport& ledger : report.ledgers) {
    out += ledger.info.tenant.value() + "  " + ledger.info.origin + "\n";
    out += "  leaves       " + std::to_string(ledger.leaves) + " of " +
           std::to_string(ledger.head.size.value()) + ", " + std::to_string(ledger.leaf_bytes) +
           " bytes (" + rate_of(ledger.leaves, ledger.tree_seconds) + ")\n";
    out += "  root         " + to_base64(as_text(ledger.root)) +
           (ledger.root == ledger.head.root ? "  as the head says\n" : "  NOT as the head says\n");
    out += "  heads        " + std::to_string(ledger.heads_compared) + " recorded, " +
           std::to_string(ledger.checkpoints) + " signed" +
           (ledger.older_key_heads == 0 ? ""
                                        : ", " + std::to_string(ledger.older_key_heads) +
                                              " of them by an older key, as key.rotated says") +
           "\n";
    for (const ToldContinuation& told : ledger.continued)
      out += "  lost         " + to_text(told) + "\n";
    if (ledger.sealed_opened + ledger.sealed_erased > 0)
      out += "  sealed       " + std::to_string(ledger.sealed_opened) + " opened, " +
             std::to_string(ledger.sealed_erased) + " erased (" +
             rate_of(ledger.sealed_opened, ledger.sealed_seconds) + ")\n";
    if (ledger.projections > 0)
      out += "  projections  " + std::to_string(ledger.projections) + " equal to their rebuild\n";
  }
  out += "commits        " + std::to_string(report.commits) + " in one chain\n";
  for (const Finding& finding : report.findings) {
    const std::string place = place_of(finding);
    out += std::string(word_of(finding.verdict)) + ": " + (place.empty() ? "" : place + ": ") +
           finding.what + "\n    way out: " + finding.way_out + "\n";
  }
  return out + "result: " + std::string(word_of(report.verdict())) + "\n";
}

}  // namespace recourse
