#include "engine/ledger/receipt_token.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

/// The key of RFC 8037, appendix A.
const Ed25519Key& key() {
  static const Ed25519Key made =
      Ed25519Key::from_seed(from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").value())
          .value();
  return made;
}

NoteKey note_key() { return {"example.com/receipts", SignatureType::ed25519, key().public_key()}; }

/// As anybody else would check it: OpenSSL and the bytes of the token.
bool openssl_verifies(const std::string& token, const std::string& public_key) {
  const auto dot = token.rfind('.');
  const std::string signature = from_base64url(token.substr(dot + 1)).value();
  EVP_PKEY* const pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                     as_bytes(public_key), public_key.size());
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey) == 1 &&
      EVP_DigestVerify(context, as_bytes(signature), signature.size(), as_bytes(token), dot) == 1;
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  return good;
}

TEST_CASE("base64url is that of the example in RFC 8037, and reads strictly") {
  CHECK(to_base64url(R"({"alg":"EdDSA"})") == "eyJhbGciOiJFZERTQSJ9");
  CHECK(to_base64url("Example of Ed25519 signing") == "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
  CHECK(to_base64url("\xfb\xff") == "-_8");
  CHECK(from_base64url("-_8").value() == "\xfb\xff");
  for (const char* bad : {"+/8", "-_8=", "-_9", "a", "a b"}) CHECK_FALSE(from_base64url(bad));
}

TEST_CASE("the signature is the one of RFC 8037, A.4") {
  const Ed25519Signature signature =
      key().sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc");
  CHECK(to_base64url(as_text(signature)) ==
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST_CASE("a token holds for the key that it names, by OpenSSL too") {
  const std::string payload = R"({"approval_id":"apr_1","v":1})";
  const std::string token = sign_receipt_token("example.com/receipts", key(), payload);
  CHECK(verify_receipt_token(token, note_key()).value() == payload);
  CHECK(openssl_verifies(token, std::string(note_key().key().bytes())));
  const std::string header = from_base64url(token.substr(0, token.find('.'))).value();
  std::string id;
  put_u32(id, note_key().id());
  CHECK(header == R"({"alg":"EdDSA","kid":"example.com/receipts+)" + to_hex(id) +
                      R"(","typ":"recourse-receipt"})");
  CHECK(sign_receipt_token("example.com/receipts", key(), payload) == token);
  const NoteKey other("example.org/receipts", SignatureType::ed25519, key().public_key());
  CHECK_FALSE(verify_receipt_token(token, other));
}

TEST_CASE("no byte of a token can be changed") {
  const std::string token =
      sign_receipt_token("example.com/receipts", key(), R"({"approval_id":"apr_1","v":1})");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    CAPTURE(i);
    CHECK_FALSE(verify_receipt_token(other, note_key()));
  }
  for (const char* bad : {"", ".", "..", "a.b", "a.b.c.d"})
    CHECK_FALSE(verify_receipt_token(bad, note_key()));
}

}  // namespace
}  // namespace recourse
