#include "engine/witness/trust_policy.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace recourse {
namespace {

constexpr std::size_t kMaxLines = 256;

Error wrong(std::size_t line, const std::string& what) {
  return {ErrorCode::invalid, "line " + std::to_string(line) + " of the policy: " + what};
}

bool is_reserved(std::string_view name) { return name == "none" || name == "all" || name == "any"; }

/// A note after `#`, which may also stand behind what a line says, is none of its words.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t from = line.find_first_not_of(" \t");
    if (from == line.npos || line[from] == '#') return words;
    const std::size_t to = std::min(line.find_first_of(" \t", from), line.size());
    words.emplace_back(line.substr(from, to - from));
    line.remove_prefix(to);
  }
}

}  // namespace

class TrustPolicy::Parser {
 public:
  Result<TrustPolicy> parse(std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size()))
      return Error{ErrorCode::invalid, "a policy that is not UTF-8"};
    std::size_t told = 0;
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
      if (std::any_of(line.begin(), line.end(), [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return (byte < 0x20 && c != '\t') || byte == 0x7F;
          }))
        return wrong(number, "a control character");
      const std::vector<std::string> words = words_of(line);
      if (words.empty()) continue;
      if (++told > kMaxLines) return Error{ErrorCode::too_large, "a policy of over 256 lines"};
      if (const Status good = take(words); !good) {
        Error error = wrong(number, good.error().message);
        error.code = good.error().code;
        return error;
      }
    }
    if (!quorum_) return Error{ErrorCode::invalid, "the policy has no line `quorum`"};
    return std::move(policy_);
  }

  Status add_witness(Witness witness) {
    if (witness.key.type() != SignatureType::cosignature_v1)
      return said("the key of " + witness.name + " is not that of a witness");
    RECOURSE_TRY(define(witness.name));
    const std::string bytes(witness.key.key().bytes());
    if (!witness_keys_.insert(bytes).second) return said("a witness that is there twice");
    policy_.witnesses_.push_back(std::move(witness));
    return {};
  }

  Status take_group(Group group) {
    RECOURSE_TRY(define(group.name));
    for (const std::string& member : group.members) {
      if (!defined_.contains(member) || member == group.name)
        return said("there is no " + member + " before it");
      if (!members_.insert(member).second) return said(member + " is in a group already");
    }
    policy_.groups_.push_back(std::move(group));
    return {};
  }

  Status take_quorum(const std::string& name) {
    if (quorum_) return said("a second quorum");
    if (name != kNone && !defined_.contains(name))
      return said("there is no " + name + " before it");
    policy_.quorum_ = name;
    quorum_ = true;
    return {};
  }

  TrustPolicy done() { return std::move(policy_); }

 private:
  static Error said(const std::string& what) { return {ErrorCode::invalid, what}; }

  Status define(const std::string& name) {
    if (is_reserved(name)) return said("a name that means something else: " + name);
    return defined_.insert(name).second ? Status() : said("a name that is there twice: " + name);
  }

  Status take(const std::vector<std::string>& words) {
    const std::string& kind = words[0];
    const std::size_t count = words.size();
    if (kind == "log" && (count == 2 || count == 3)) {
      RECOURSE_LET(NoteKey key, NoteKey::parse(words[1]));
      if (key.type() != SignatureType::ed25519) return said("a key that signs no log");
      if (!log_keys_.insert(std::string(key.key().bytes())).second)
        return said("a log that is there twice");
      policy_.logs_.push_back({std::move(key), count == 3 ? words[2] : ""});
      return {};
    }
    if (kind == "witness" && (count == 3 || count == 4)) {
      RECOURSE_LET(NoteKey key, NoteKey::parse(words[2]));
      return add_witness({words[1], std::move(key), count == 4 ? words[3] : ""});
    }
    if (kind == "group" && count >= 4) {
      Group group{words[1], 0, {words.begin() + 3, words.end()}};
      RECOURSE_LET(group.threshold, threshold(words[2], group.members.size()));
      return take_group(std::move(group));
    }
    if (kind == "quorum" && count == 2) return take_quorum(words[1]);
    return said("it is none of log, witness, group and quorum with what belongs to it");
  }

  static Result<std::size_t> threshold(const std::string& word, std::size_t members) {
    if (word == "all") return members;
    if (word == "any") return std::size_t{1};
    if (word.size() > 3 || word.front() == '0') return said("not a number of members: " + word);
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || value < 1 || value > members)
      return said("not a number of members: " + word);
    return value;
  }

  TrustPolicy policy_;
  std::set<std::string> defined_, members_, witness_keys_, log_keys_;
  bool quorum_ = false;
};

Result<TrustPolicy> TrustPolicy::parse(std::string_view text) { return Parser().parse(text); }

Result<TrustPolicy> TrustPolicy::all_of(std::vector<Witness> witnesses) {
  Parser parser;
  Group group{"every-witness", witnesses.size(), {}};
  for (Witness& witness : witnesses) {
    group.members.push_back(witness.name);
    RECOURSE_TRY(parser.add_witness(std::move(witness)));
  }
  if (group.members.size() == 1) {
    RECOURSE_TRY(parser.take_quorum(group.members.front()));
  } else if (!group.members.empty()) {
    const std::string name = group.name;
    RECOURSE_TRY(parser.take_group(std::move(group)));
    RECOURSE_TRY(parser.take_quorum(name));
  }
  return parser.done();
}

bool TrustPolicy::holds(const std::string& name, std::span<const NoteKey> cosigned) const {
  for (const Witness& witness : witnesses_)
    if (witness.name == name)
      return std::any_of(cosigned.begin(), cosigned.end(), [&](const NoteKey& key) {
        return key.id() == witness.key.id() && key.name() == witness.key.name();
      });
  for (const Group& group : groups_)
    if (group.name == name)
      return static_cast<std::size_t>(std::count_if(group.members.begin(), group.members.end(),
                                                    [&](const std::string& member) {
                                                      return holds(member, cosigned);
                                                    })) >= group.threshold;
  return false;
}

bool TrustPolicy::satisfied(std::span<const NoteKey> cosigned) const {
  return !asks() || holds(quorum_, cosigned);
}

std::vector<NoteKey> TrustPolicy::keys() const {
  std::vector<NoteKey> keys;
  for (const Witness& witness : witnesses_) keys.push_back(witness.key);
  return keys;
}

std::string TrustPolicy::witness_lines() const {
  std::string text;
  const auto line = [&](std::initializer_list<std::string_view> words) {
    std::string joined;
    for (const std::string_view word : words)
      if (!word.empty()) joined.append(joined.empty() ? "" : " ").append(word);
    text.append(joined).append("\n");
  };
  for (const Witness& witness : witnesses_)
    line({"witness", witness.name, witness.key.text(), witness.url});
  for (const Group& group : groups_) {
    std::string members;
    for (const std::string& member : group.members)
      members.append(members.empty() ? "" : " ").append(member);
    line({"group", group.name, std::to_string(group.threshold), members});
  }
  line({"quorum", quorum_});
  return text;
}

}  // namespace recourse
