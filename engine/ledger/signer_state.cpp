#include "engine/ledger/signer_state.h"

#include "engine/ledger/durable_file.h"
#include "engine/ledger/proof_text.h"

namespace recourse {
namespace {

constexpr std::string_view kStateHeader = "recourse/signer@v1";
constexpr std::string_view kSum = "sum ";

std::string sum_line(std::string_view text) {
  std::string sum;
  put_u64(sum, checksum(text));
  return std::string(kSum) + to_hex(sum) + "\n";
}

Error damaged() { return {ErrorCode::corrupt, "the signer's state is damaged"}; }

Error refused(const std::string& origin, const std::string& how,
              const std::filesystem::path& data_dir) {
  return {ErrorCode::corrupt, origin + " " + how +
                                  ": an older copy of the ledger, or a changed one. Run `recourse "
                                  "doctor --data " +
                                  data_dir.string() + "`, or restore a newer backup"};
}

/// The one that only looks like this log's end is the way out of a disaster.
Error behind(const std::string& origin, const std::string& how,
             const std::filesystem::path& data_dir) {
  Error error = refused(origin, how, data_dir);
  error.message +=
      "; if there is none, and what is missing is really lost, go on without it: "
      "`recourse doctor --declare-loss REASON --data " +
      data_dir.string() + "`";
  return error;
}

/// What was signed under the name of a log that `info` closed: up to where it was closed it must be
/// how the ledger begins; what is beyond was lost, and that was declared.
Status check_closed(const Ledger& ledger, const LedgerInfo& info, const std::string& origin,
                    const TreeHead& head, const std::filesystem::path& data_dir) {
  for (const ClosedLog& log : info.closed) {
    if (log.origin != origin || head.size > log.kept.size) continue;
    RECOURSE_LET(const Hash root, ledger.root_at(info.ledger, head.size));
    if (root != head.root)
      return refused(
          origin,
          "was signed with another root at " + std::to_string(head.size.value()) + " leaves",
          data_dir);
  }
  return {};
}

}  // namespace

std::string SignerState::text() const {
  std::string out(kStateHeader);
  out += '\n';
  for (const auto& [origin, head] : signed_heads) {
    out.append(origin).append(" ").append(std::to_string(head.size.value())).append(" ");
    out.append(to_base64(as_text(head.root))).append("\n");
  }
  return out + sum_line(out);
}

Result<SignerState> SignerState::parse(std::string_view text) {
  if (text.starts_with("recourse/signer@") && !text.starts_with(std::string(kStateHeader) + "\n"))
    return Error{ErrorCode::unsupported, "the signer's state was written by a newer program"};
  const std::size_t last = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
  if (last == text.npos || text.substr(last + 1) != sum_line(text.substr(0, last + 1)))
    return damaged();
  LineReader reader(text.substr(0, last + 1));
  RECOURSE_LET(const std::string_view header, reader.line());
  if (header != kStateHeader) return damaged();
  SignerState state;
  while (!reader.rest().empty()) {
    RECOURSE_LET(const std::string_view line, reader.line());
    const std::size_t second = line.rfind(' ');
    const std::size_t first =
        second == line.npos || second == 0 ? line.npos : line.rfind(' ', second - 1);
    if (first == line.npos) return damaged();
    const auto size = parse_size(line.substr(first + 1, second - first - 1));
    const auto root = hash_from_base64(line.substr(second + 1));
    if (!size || !root) return damaged();
    state.signed_heads[std::string(line.substr(0, first))] = {LogSize(*size), *root};
  }
  return state;
}

std::filesystem::path signer_state_path(const std::filesystem::path& data_dir) {
  return data_dir / "signer";
}

Result<SignerState> read_signer_state(const std::filesystem::path& data_dir) {
  const std::filesystem::path path = signer_state_path(data_dir);
  RECOURSE_LET(const std::string text, read_file(path));
  Result<SignerState> state = SignerState::parse(text);
  if (!state) return Error{state.error().code, state.error().message + ": " + path.string()};
  return state;
}

Status check_signed_state(const Ledger& ledger, const std::filesystem::path& data_dir) {
  const Result<SignerState> state = read_signer_state(data_dir);
  if (!state && state.error().code == ErrorCode::not_found) return {};
  if (!state) return state.error();
  return check_signed_heads(ledger, *state, data_dir);
}

bool is_given_up(const Ledger& ledger, std::string_view origin) {
  const LedgerId meta(0);
  const LogSize size = ledger.head(meta).size;
  bool found = false;
  for (const LedgerInfo& info : ledger.ledgers()) {
    if (info.ledger != meta) continue;
    for (const ClosedLog& log : info.closed) {
      // One commit: what goes on, why, and what does not.
      const Status read = ledger.scan(
          meta, Position(log.kept.size.value()), Position(size.value()),
          [&](Position, std::string_view leaf) {
            const auto event = read_leaf(leaf);
            const auto* const said = event ? get_if<LogContinued>(&event->data) : nullptr;
            found = found || (said != nullptr && said->origin.text == origin && said->size == 0);
            const bool why = event && holds_alternative<HeadAccepted>(event->data);
            return (said != nullptr || why) && !found;
          });
      if (!read) return false;
    }
  }
  return found;
}

Status check_signed_heads(const Ledger& ledger, const SignerState& state,
                          const std::filesystem::path& data_dir) {
  std::map<std::string_view, const LedgerInfo*> by_first;
  const std::vector<LedgerInfo> infos = ledger.ledgers();
  for (const LedgerInfo& info : infos) by_first[info.first_origin()] = &info;
  for (const auto& [origin, signed_head] : state.signed_heads) {
    const OriginName name = parse_origin_name(origin);
    const auto found = by_first.find(name.first);
    if (found == by_first.end()) {
      if (is_given_up(ledger, origin)) continue;
      return behind(origin, "was signed and is not here", data_dir);
    }
    const LedgerInfo& info = *found->second;
    const std::uint64_t own = parse_origin_name(info.origin).generation;
    if (name.generation > own) return behind(origin, "was signed and is not here", data_dir);
    if (name.generation < own) {
      RECOURSE_TRY(check_closed(ledger, info, origin, signed_head, data_dir));
      continue;
    }
    const LogSize size = ledger.head(info.ledger).size;
    if (size < signed_head.size)
      return behind(origin,
                    "was signed up to " + std::to_string(signed_head.size.value()) +
                        " leaves and has " + std::to_string(size.value()),
                    data_dir);
    RECOURSE_LET(const Hash root, ledger.root_at(info.ledger, signed_head.size));
    if (root != signed_head.root)
      return refused(
          origin,
          "was signed with another root at " + std::to_string(signed_head.size.value()) + " leaves",
          data_dir);
  }
  return {};
}

}  // namespace recourse
