#include "tools/signer/signing_memory.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <optional>

#include "engine/witness/add_checkpoint.h"
#include "engine/witness/signing_text.h"

namespace recourse::signer {
namespace {

namespace fs = std::filesystem;

fs::path key_path(const fs::path& directory) { return directory / "log.key"; }
fs::path memory_path(const fs::path& directory) { return directory / "signed"; }

/// One seed in hex a line, the newest last; all of them or none. REQUIRES: no key is there.
Status write_seeds(const fs::path& directory, const std::vector<std::string>& seeds) {
  std::string text;
  for (const std::string& seed : seeds) text.append(to_hex(seed)).append("\n");
  Status written = replace_file(key_path(directory), text);
  OPENSSL_cleanse(text.data(), text.size());
  return written;
}

Result<std::vector<Ed25519Key>> read_keys(const fs::path& directory) {
  const fs::path path = key_path(directory);
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return system_error("open", path, errno);
  if ((about.st_mode & 0077) != 0)
    return Error{ErrorCode::forbidden, "others than its owner may use the key file " +
                                           path.string() + "; run chmod 600 on it"};
  RECOURSE_LET(std::string text, read_file(path));
  std::vector<Ed25519Key> keys;
  std::string_view rest = text;
  Status good;
  while (!rest.empty() && good) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    auto seed = from_hex(rest.substr(0, end));
    rest.remove_prefix(end + 1);
    auto key = seed ? Ed25519Key::from_seed(*seed) : Result<Ed25519Key>(seed.error());
    if (seed) OPENSSL_cleanse(seed->data(), seed->size());
    if (key) keys.push_back(std::move(key).value());
    if (!key) good = Error{ErrorCode::invalid, path.string() + " is no key of a signer"};
  }
  OPENSSL_cleanse(text.data(), text.size());
  RECOURSE_TRY(std::move(good));
  if (keys.empty()) return Error{ErrorCode::invalid, path.string() + " holds no key"};
  return keys;
}

/// A log that took the place of `origin` after a declared loss, and was signed.
std::optional<std::string> find_later(const SignerState& state, std::string_view origin) {
  for (const auto& [name, head] : state.signed_heads)
    if (may_follow(origin, name)) return name;
  return std::nullopt;
}

}  // namespace

Result<SigningMemory> SigningMemory::locked(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return system_error("create", directory, error.value());
  RECOURSE_LET(OpenFile lock, OpenFile::open(directory / "lock", O_RDWR | O_CREAT));
  if (::flock(lock.descriptor(), LOCK_EX | LOCK_NB) != 0)
    return Error{ErrorCode::locked, "another signer uses " + directory.string()};
  return SigningMemory(directory, std::move(lock));
}

Status SigningMemory::load() {
  RECOURSE_LET(generations_, read_keys(directory_));
  // Written with the key, so that one that is lost is not taken for one that is new.
  RECOURSE_LET(const std::string text, read_file(memory_path(directory_)));
  RECOURSE_LET(state_, SignerState::parse(text));
  return {};
}

Result<SigningMemory> SigningMemory::open(const fs::path& directory, Random& random) {
  RECOURSE_LET(SigningMemory memory, locked(directory));
  const bool key = fs::exists(key_path(directory));
  const bool remembers = fs::exists(memory_path(directory));
  if (key && !remembers)
    return Error{ErrorCode::corrupt,
                 "the memory of the signer is gone: " + memory_path(directory).string() +
                     "; restore a copy that is not older than its last answer"};
  if (!key && remembers) {
    RECOURSE_LET(const std::string text, read_file(memory_path(directory)));
    RECOURSE_LET(const SignerState state, SignerState::parse(text));
    if (!state.signed_heads.empty())
      return Error{ErrorCode::corrupt,
                   "the log key is gone: " + key_path(directory).string() + "; restore it"};
  }
  if (!key) {
    // First the memory: a key without one is taken for a key whose memory was lost.
    RECOURSE_TRY(replace_file(memory_path(directory), SignerState().text()));
    const auto seed = random.bytes<32>();
    RECOURSE_TRY(write_seeds(directory, {std::string(as_text(seed))}));
  }
  RECOURSE_TRY(memory.load());
  return memory;
}

Result<SigningMemory> SigningMemory::reopen(const fs::path& directory) {
  // Before the lock, which makes the directory.
  if (!fs::exists(key_path(directory)))
    return Error{ErrorCode::not_found, "there is no log key in " + directory.string()};
  RECOURSE_LET(SigningMemory memory, locked(directory));
  RECOURSE_TRY(memory.load());
  return memory;
}

Result<SigningMemory> SigningMemory::adopt(const fs::path& directory,
                                           const std::vector<std::string>& seeds,
                                           SignerState state) {
  RECOURSE_LET(SigningMemory memory, locked(directory));
  const bool again = fs::exists(key_path(directory));
  if (again) {
    RECOURSE_TRY(memory.load());
    RECOURSE_TRY(memory.check_goes_on(seeds, state));
  }
  RECOURSE_TRY(replace_file(memory_path(directory), state.text()));
  if (!again) RECOURSE_TRY(write_seeds(directory, seeds));
  RECOURSE_TRY(memory.load());
  return memory;
}

Status SigningMemory::check_goes_on(const std::vector<std::string>& seeds,
                                    const SignerState& state) const {
  bool same = seeds.size() == generations_.size();
  for (std::size_t i = 0; same && i < seeds.size(); ++i) {
    RECOURSE_LET(const Ed25519Key key, Ed25519Key::from_seed(seeds[i]));
    const Ed25519PublicKey given = key.public_key(), there = generations_[i].public_key();
    same = given.bytes() == there.bytes();
  }
  if (!same)
    return Error{ErrorCode::conflict, key_path(directory_).string() +
                                          " is another key; name a new directory with --state"};
  for (const auto& [origin, head] : state_.signed_heads) {
    const auto known = state.signed_heads.find(origin);
    if (known == state.signed_heads.end() || known->second.size < head.size ||
        (known->second.size == head.size && known->second.root != head.root))
      return Error{ErrorCode::conflict, directory_.string() + " has signed a head of " + origin +
                                            " that the data directory does not know: it is in use "
                                            "by another one; bring the newer log back"};
  }
  return {};
}

std::vector<Ed25519PublicKey> SigningMemory::keys() const {
  std::vector<Ed25519PublicKey> halves;
  for (auto key = generations_.rbegin(); key != generations_.rend(); ++key)
    halves.push_back(key->public_key());
  return halves;
}

Result<std::vector<std::string>> SigningMemory::sign(std::span<const HeadToSign> heads) {
  SignerState next = state_;
  for (const HeadToSign& asked : heads) {
    const Checkpoint& head = asked.head;
    if (const auto later = find_later(next, head.origin))
      return Error{ErrorCode::corrupt, head.origin + " is closed: its loss was declared, and " +
                                           *later + " was signed after it"};
    const auto known = next.signed_heads.find(head.origin);
    const TreeHead last = known == next.signed_heads.end() ? TreeHead{} : known->second;
    const std::string at = head.origin + " at " + std::to_string(head.size) + " leaves";
    if (head.size < last.size.value() || asked.old_size != last.size.value())
      return Error{ErrorCode::corrupt, at +
                                           " does not begin where the last signed head ended, at " +
                                           std::to_string(last.size.value()) + " leaves"};
    if (!check_continues(last.size.value(), last.root, head, asked.proof))
      return Error{ErrorCode::corrupt, at + " does not continue what was signed at " +
                                           std::to_string(last.size.value()) + " leaves"};
    next.signed_heads[head.origin] = {LogSize(head.size), head.root};
  }
  if (!(next == state_)) RECOURSE_TRY(replace_file(memory_path(directory_), next.text()));
  state_ = std::move(next);
  std::vector<std::string> lines;
  for (const HeadToSign& asked : heads)
    lines.push_back(
        signature_line(asked.head.origin, generations_.back(), checkpoint_text(asked.head)));
  return lines;
}

std::string SigningMemory::answer(std::string_view request) {
  if (request == kAskKeys) return signing_answer(keys_body(keys()));
  if (request == kAskHeads) return signing_answer(state_.text());
  const auto heads = parse_sign_request(request);
  if (!heads) return signing_answer(heads.error());
  const auto lines = sign(*heads);
  return signing_answer(lines ? Result<std::string>(lines_body(*lines)) : lines.error());
}

}  // namespace recourse::signer
