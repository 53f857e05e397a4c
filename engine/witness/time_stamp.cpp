#include "engine/witness/time_stamp.h"

#include <openssl/ts.h>
#include <openssl/x509.h>
#include <time.h>

#include <filesystem>
#include <memory>

#include "engine/base/sha256.h"

namespace recourse {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* value) const {
    free(value);
  }
};
using Request = std::unique_ptr<TS_REQ, Freed<TS_REQ_free>>;
using Response = std::unique_ptr<TS_RESP, Freed<TS_RESP_free>>;
using Imprint = std::unique_ptr<TS_MSG_IMPRINT, Freed<TS_MSG_IMPRINT_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, Freed<X509_ALGOR_free>>;
using Integer = std::unique_ptr<ASN1_INTEGER, Freed<ASN1_INTEGER_free>>;
using Context = std::unique_ptr<TS_VERIFY_CTX, Freed<TS_VERIFY_CTX_free>>;
using Authorities = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;

constexpr long kGranted = 0, kGrantedWithMods = 1;

Error refused(const std::string& what) { return {ErrorCode::invalid, what}; }

void require(bool done) { RECOURSE_ASSERT(done, "OpenSSL makes a time-stamp request"); }

bool is_over(TS_TST_INFO* info, const Hash& imprint) {
  TS_MSG_IMPRINT* const stamped = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(stamped));
  const ASN1_OCTET_STRING* const bytes = TS_MSG_IMPRINT_get_msg(stamped);
  const std::string_view hash(reinterpret_cast<const char*>(ASN1_STRING_get0_data(bytes)),
                              static_cast<std::size_t>(ASN1_STRING_length(bytes)));
  return OBJ_obj2nid(algorithm) == NID_sha256 && hash == as_text(imprint);
}

Result<Timestamp> time_in(const TS_TST_INFO* info) {
  struct tm parts {};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &parts) != 1)
    return refused("a time stamp without a time");
  return Timestamp(std::chrono::seconds(::timegm(&parts)));
}

Result<Authorities> authorities(const std::string& ca_file) {
  std::error_code error;
  if (!std::filesystem::exists(ca_file, error))
    return Error{ErrorCode::not_found, "there is no file of authorities " + ca_file};
  Authorities store(X509_STORE_new());
  if (!store || X509_STORE_load_file(store.get(), ca_file.c_str()) != 1)
    return Error{ErrorCode::invalid, ca_file + " holds no certificate in PEM"};
  return store;
}

/// The signature with its chain and, with a request, its nonce.
Status check_signature(TS_RESP* response, const Hash& imprint, TS_REQ* request,
                       const std::string& ca_file) {
  Context context(request != nullptr ? TS_REQ_to_TS_VERIFY_CTX(request, nullptr)
                                     : TS_VERIFY_CTX_new());
  RECOURSE_ASSERT(context != nullptr, "OpenSSL makes a context");
  int flags = TS_VFY_VERSION | TS_VFY_IMPRINT;
  if (request != nullptr) flags |= TS_VFY_NONCE;
  if (request == nullptr) {
    auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(imprint.data(), imprint.size()));
    TS_VERIFY_CTX_set_imprint(context.get(), copy, static_cast<long>(imprint.size()));
  }
  if (!ca_file.empty()) {
    RECOURSE_LET(Authorities store, authorities(ca_file));
    TS_VERIFY_CTX_set_store(context.get(), store.release());
    flags |= TS_VFY_SIGNATURE;
  }
  TS_VERIFY_CTX_set_flags(context.get(), flags);
  if (TS_RESP_verify_response(context.get(), response) == 1) return {};
  return Error{ErrorCode::unauthenticated, "the time stamp's signature or chain does not hold"};
}

}  // namespace

Hash stamped_hash(const Checkpoint& head) { return sha256(checkpoint_text(head)); }

std::string time_stamp_request(const Hash& imprint, std::uint64_t nonce) {
  const Request request(TS_REQ_new());
  const Imprint stamped(TS_MSG_IMPRINT_new());
  const Algorithm algorithm(X509_ALGOR_new());
  const Integer number(ASN1_INTEGER_new());
  require(request && stamped && algorithm && number);
  require(TS_REQ_set_version(request.get(), 1) == 1);
  require(X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1);
  require(TS_MSG_IMPRINT_set_algo(stamped.get(), algorithm.get()) == 1);
  Hash bytes = imprint;
  require(TS_MSG_IMPRINT_set_msg(stamped.get(), bytes.data(), static_cast<int>(bytes.size())) == 1);
  require(TS_REQ_set_msg_imprint(request.get(), stamped.get()) == 1);
  require(ASN1_INTEGER_set_uint64(number.get(), nonce) == 1);
  require(TS_REQ_set_nonce(request.get(), number.get()) == 1);
  require(TS_REQ_set_cert_req(request.get(), 1) == 1);
  unsigned char* der = nullptr;
  const int size = i2d_TS_REQ(request.get(), &der);
  require(size > 0);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

Result<Timestamp> check_time_stamp(std::string_view response, const Hash& imprint,
                                   const std::optional<std::string>& request,
                                   const std::string& ca_file) {
  const unsigned char* at = as_bytes(response);
  const unsigned char* const end = at + response.size();
  const Response parsed(d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (!parsed || at != end) return refused("not a time stamp's answer");
  const ASN1_INTEGER* const status =
      TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(parsed.get()));
  const long said = ASN1_INTEGER_get(status);
  TS_TST_INFO* const info = TS_RESP_get_tst_info(parsed.get());
  if ((said != kGranted && said != kGrantedWithMods) || info == nullptr)
    return refused("the authority did not grant the time stamp");
  if (!is_over(info, imprint)) return refused("the time stamp is of another head");
  Request asked;
  if (request) {
    at = as_bytes(*request);
    asked.reset(d2i_TS_REQ(nullptr, &at, static_cast<long>(request->size())));
    if (!asked) return refused("not a time-stamp request");
  }
  RECOURSE_TRY(check_signature(parsed.get(), imprint, asked.get(), ca_file));
  return time_in(info);
}

Result<std::string> ask_time_stamp(PostPort& port, const TimeStampAuthority& authority,
                                   const Checkpoint& head, Random& random) {
  const auto bytes = random.bytes<8>();
  const Hash imprint = stamped_hash(head);
  const std::string request = time_stamp_request(imprint, get_u64(as_text(bytes)) >> 1);
  RECOURSE_LET(PostPort::Answer answer,
               port.post(authority.url, "application/timestamp-query", request));
  if (answer.status != 200)
    return Error{ErrorCode::unavailable, "it answered " + std::to_string(answer.status)};
  RECOURSE_TRY(check_time_stamp(answer.body, imprint, request, authority.ca_file));
  return std::move(answer.body);
}

}  // namespace recourse
