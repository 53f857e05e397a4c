#include "engine/erasure/certificate.h"

#include <charconv>
#include <map>

#include "engine/base/sha256.h"
#include "engine/erasure/trace_person.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/ledger/sealed_places.h"
#include "engine/privacy/key_store.h"

namespace recourse {
namespace {

constexpr std::string_view kHeader = "recourse/erasure-certificate@v1\n";

/// What an erasure cannot reach; part of what is signed, so that nobody reads more into it.
constexpr std::string_view kRemains =
    "remains the event leaves with opaque ids, codes, times and commitments, which cannot be "
    "opened\n"
    "remains disclosures made before: whoever holds a value with its rho can still prove it\n"
    "remains texts that name somebody besides a person's own requests, such as reasons of a kill "
    "switch and titles of incidents: they are sealed under the key of the tenant\n"
    "remains copies outside of this store, see the propagation list of the request\n";

/// As it was said before the line about other people's texts: what was signed then stays what it
/// is.
constexpr std::string_view kRemainsBefore =
    "remains the event leaves with opaque ids, codes, times and commitments, which cannot be "
    "opened\n"
    "remains disclosures made before: whoever holds a value with its rho can still prove it\n"
    "remains copies outside of this store, see the propagation list of the request\n";

struct ErasedLeaf {
  std::string leaf;
  RecordedEvent event;
  SubjectErased erased;
};

Result<ErasedLeaf> erased_leaf(const Ledger& ledger, LedgerId id, Position position) {
  ErasedLeaf found;
  RECOURSE_LET(found.leaf, ledger.leaf(id, position));
  RECOURSE_LET(found.event, read_leaf(found.leaf));
  const auto* const erased = get_if<SubjectErased>(&found.event.data);
  if (erased == nullptr)
    return Error{ErrorCode::corrupt, "position " + std::to_string(position.value()) +
                                         " does not hold the erasure of a subject"};
  found.erased = *erased;
  return found;
}

/// Names and values of the lines; `remains` is the reader's.
Result<std::map<std::string, std::string, std::less<>>> lines_of(std::string_view text) {
  const Error wrong{ErrorCode::invalid, "this is no certificate of erasure"};
  if (!text.starts_with(kHeader)) return wrong;
  text.remove_prefix(kHeader.size());
  std::map<std::string, std::string, std::less<>> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return wrong;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::size_t space = line.find(' ');
    if (space == line.npos) return wrong;
    const std::string_view name = line.substr(0, space);
    if (name == "remains") continue;
    if (!lines.emplace(name, line.substr(space + 1)).second) return wrong;
  }
  return lines;
}

Result<std::string> text_with(std::string_view remains, const Ledger& ledger,
                              const LedgerInfo& info, Position erased_at, std::int64_t epoch,
                              Assurance assurance) {
  RECOURSE_LET(const ErasedLeaf found, erased_leaf(ledger, info.ledger, erased_at));
  const SubjectErased& erased = found.erased;
  std::string text(kHeader);
  const auto line = [&](std::string_view name, std::string_view value) {
    text.append(name).append(1, ' ').append(value).append(1, '\n');
  };
  if (erased.dsr) line("request", erased.dsr->value());
  line("subject", erased.subject.value());
  line("origin", info.origin_at(erased_at));
  line("position", std::to_string(erased_at.value()));
  line("event", found.event.id.value());
  line("leaf", to_base64(as_text(leaf_hash(found.leaf))));
  line("time", to_rfc3339(found.event.time));
  line("fields", std::to_string(erased.fields));
  line("root", to_base64(as_text(erased.root)));
  line("vault-rows", std::to_string(erased.vault_rows));
  line("directory-rows", std::to_string(erased.directory_rows));
  line("blobs", std::to_string(erased.blobs));
  line("epoch", std::to_string(epoch));
  line("method", "file");
  line("assurance", word(assurance));
  return text.append(remains);
}

}  // namespace

Result<std::string> certificate_text(const Ledger& ledger, const LedgerInfo& info,
                                     Position erased_at, std::int64_t epoch, Assurance assurance) {
  return text_with(kRemains, ledger, info, erased_at, epoch, assurance);
}

Result<std::string> certificate_of(const Ledger& ledger, const Signer& signer,
                                   const LedgerInfo& info, const DsrState& dsr) {
  if (!dsr.erased_at || !dsr.epoch || !dsr.certificate)
    return Error{
        ErrorCode::conflict,
        "the erasure is not certified yet, since the key epoch of then goes on; end it with "
        "`recourse kek rotate`, or let the server do it"};
  // The same bytes as then, though the report key may have been replaced since.
  for (const std::string_view remains : {kRemains, kRemainsBefore}) {
    RECOURSE_LET(
        const std::string text,
        text_with(remains, ledger, info, Position(static_cast<std::uint64_t>(*dsr.erased_at)),
                  *dsr.epoch, Assurance::best_effort));
    for (std::string& note : signer.possible_reports(text))
      if (sha256(note) == *dsr.certificate) return std::move(note);
  }
  return Error{
      ErrorCode::corrupt,
      "the certificate that was recorded cannot be made again: no report key that is known "
      "here gives it"};
}

Result<ErasureStatement> read_certificate(std::string_view text) {
  RECOURSE_LET(const auto lines, lines_of(text));
  bool good = true;
  const auto value = [&](std::string_view name) {
    const auto found = lines.find(name);
    if (found == lines.end()) good = good && name == "request";
    return found == lines.end() ? std::string() : found->second;
  };
  const auto number = [&](std::string_view name) {
    const std::string digits = value(name);
    std::int64_t n = -1;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    good = good && fault == std::errc() && end == digits.data() + digits.size() && n >= 0;
    return n;
  };
  const auto hash = [&](std::string_view name) {
    const Result<Hash> read = hash_from_base64(value(name));
    good = good && read.ok();
    return read ? *read : Hash{};
  };
  ErasureStatement said;
  said.request = value("request");
  said.subject = value("subject");
  said.origin = value("origin");
  said.event = value("event");
  said.position = number("position");
  said.leaf = hash("leaf");
  said.time = value("time");
  said.fields = number("fields");
  said.root = hash("root");
  said.vault_rows = number("vault-rows");
  said.directory_rows = number("directory-rows");
  said.blobs = number("blobs");
  said.epoch = number("epoch");
  said.method = value("method");
  said.assurance = value("assurance");
  if (!good) return Error{ErrorCode::invalid, "the certificate lacks a line or has a wrong one"};
  return said;
}

Status check_certificate(const Ledger& ledger, const ErasureStatement& said) {
  const auto wrong = [](std::string_view what) {
    return Error{ErrorCode::corrupt, "the certificate does not hold here: " + std::string(what)};
  };
  std::optional<LedgerInfo> info;
  for (const LedgerInfo& one : ledger.ledgers())
    if (one.has_origin(said.origin)) info = one;
  if (!info)
    return Error{ErrorCode::not_found, "there is no ledger " + said.origin + " in this directory"};
  const Position at(static_cast<std::uint64_t>(said.position));
  RECOURSE_LET(const ErasedLeaf found, erased_leaf(ledger, info->ledger, at));
  if (leaf_hash(found.leaf) != said.leaf) return wrong("the leaf is another one");
  const SubjectErased& erased = found.erased;
  if (erased.subject.value() != said.subject || erased.fields != said.fields ||
      erased.root != said.root)
    return wrong("the leaf says something else");
  Frontier list;
  bool opens = false;
  RECOURSE_TRY(each_sealed_of(
      ledger, info->ledger, Position(0), at, {said.subject}, [&](const MetSealed& met) {
        list.append(leaf_hash(erased_item(met.event.position, met.pointer)));
        if (!ledger.has_keys()) return;
        opens = opens ||
                ledger.open_value(info->ledger, met.event.subject, met.event.position, met.ordinal)
                    .ok();
      }));
  const Hash root = list.size() == 0 ? empty_root() : list.root();
  if (root != said.root || static_cast<std::int64_t>(list.size()) != said.fields)
    return wrong("the list of erased values is another one");
  if (opens) return wrong("a value that was erased can be opened");
  if (!ledger.has_keys()) return {};
  const Result<Key> key = ledger.keys().find(KeyName::subject(info->ledger, said.subject));
  if (key || key.error().code != ErrorCode::erased)
    return wrong("the key of the subject is not marked destroyed");
  return {};
}

}  // namespace recourse
