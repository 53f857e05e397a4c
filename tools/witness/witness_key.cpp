#include "tools/witness/witness_key.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include "engine/base/bytes.h"
#include "engine/ledger/durable_file.h"

namespace recourse::witness {
namespace {

constexpr std::string_view kPrefix = "PRIVATE+KEY+";
constexpr char kType = static_cast<char>(SignatureType::cosignature_v1);
constexpr std::size_t kMaxBytes = 4096;

Result<WitnessKey> decode(std::string_view text, const std::filesystem::path& path) {
  const Error malformed{ErrorCode::invalid, path.string() + " is no key of a witness"};
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  if (!text.starts_with(kPrefix)) return malformed;
  text.remove_prefix(kPrefix.size());
  const std::size_t after_name = text.find('+');
  const std::size_t after_id = after_name == text.npos ? text.npos : text.find('+', after_name + 1);
  if (after_id == text.npos || !is_note_key_name(text.substr(0, after_name))) return malformed;
  Result<std::string> typed = from_base64(text.substr(after_id + 1));
  if (!typed || typed->size() != 33 || typed->front() != kType) return malformed;
  auto key = Ed25519Key::from_seed(std::string_view(*typed).substr(1));
  OPENSSL_cleanse(typed->data(), typed->size());
  if (!key) return malformed;
  WitnessKey read{std::string(text.substr(0, after_name)), std::move(key).value()};
  std::string id;
  put_u32(id, read.verifier().id());
  if (text.substr(after_name + 1, after_id - after_name - 1) != to_hex(id)) return malformed;
  return read;
}

}  // namespace

NoteKey WitnessKey::verifier() const {
  return NoteKey(name, SignatureType::cosignature_v1, key.public_key());
}

Result<WitnessKey> read_witness_key(const std::filesystem::path& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return system_error("open", path, errno);
  if (!S_ISREG(about.st_mode) || about.st_size > static_cast<off_t>(kMaxBytes))
    return Error{ErrorCode::invalid, path.string() + " is no key of a witness"};
  if ((about.st_mode & 0077) != 0)
    return Error{ErrorCode::forbidden, "others than its owner may use the key file " +
                                           path.string() + "; run chmod 600 on it"};
  RECOURSE_LET(std::string text, read_file(path));
  Result<WitnessKey> key = decode(text, path);
  OPENSSL_cleanse(text.data(), text.size());
  return key;
}

Result<WitnessKey> create_witness_key(const std::filesystem::path& path, const std::string& name,
                                      Random& random) {
  if (!is_note_key_name(name))
    return Error{ErrorCode::invalid,
                 "a witness's name holds no space, no plus and no control "
                 "character, such as witness.example.com/w1"};
  std::string typed(33, kType);
  random.fill({reinterpret_cast<std::uint8_t*>(typed.data()) + 1, 32});
  RECOURSE_LET(Ed25519Key key, Ed25519Key::from_seed(std::string_view(typed).substr(1)));
  WitnessKey made{name, std::move(key)};
  std::string id;
  put_u32(id, made.verifier().id());
  std::string text = std::string(kPrefix) + name + "+" + to_hex(id) + "+" + to_base64(typed) + "\n";
  auto file = OpenFile::open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file && std::filesystem::exists(path))
    return Error{ErrorCode::conflict, path.string() + " is there already; a key is not replaced"};
  if (!file) return file.error();
  Status written = file->write_at(0, text);
  OPENSSL_cleanse(text.data(), text.size());
  OPENSSL_cleanse(typed.data(), typed.size());
  if (written) written = file->sync();
  if (written) written = sync_directory(path.parent_path());
  if (!written) return written.error();
  return made;
}

}  // namespace recourse::witness
