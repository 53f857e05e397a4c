#include "tools/subject/subject_export.h"

#include "engine/event/canonical_json.h"
#include "engine/ledger/checkpoint.h"
#include "engine/ledger/merkle_tree.h"
#include "engine/privacy/seal.h"
#include "tests/unit/engine/erasure/desk_with_persons.h"

namespace recourse {
namespace {

struct Answer : DeskWithPersons {
  std::unique_ptr<Signer> signer;

  Answer() {
    auto opened = Signer::open(*ledger, dir + "/data");
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    signer = std::move(*opened);
    REQUIRE(signer->sign_round());
  }
  ~Answer() { signer.reset(); }

  SubjectExport made_for(const SubjectId& person) {
    auto made = export_subject(*ledger, *signer, *views, info(), person, EntryId("dsr_1"));
    REQUIRE_MESSAGE(made.ok(), (made.ok() ? "" : made.error().message));
    return std::move(*made);
  }
};

Hash hash_of(const Json& text) { return *hash_from_base64(*text.string()); }

TEST_CASE_FIXTURE(Answer, "each value opens its commitment in a leaf that the signed head proves") {
  const SubjectExport made = made_for(jane);
  CHECK(made.values == 4);
  CHECK(made.withheld == 0);
  const auto json = parse_json(made.json);
  REQUIRE(json.ok());
  const auto head = peek_checkpoint(*json->find("checkpoint")->string());
  REQUIRE(head.ok());
  const Json::Array& values = *json->find("values")->elements();
  REQUIRE(values.size() == 4);
  for (const Json& value : values) {
    const std::string& leaf = *value.find("leaf")->string();
    std::vector<Hash> proof;
    for (const Json& one : *value.find("inclusion")->elements()) proof.push_back(hash_of(one));
    const auto position = static_cast<std::uint64_t>(*value.find("position")->integer());
    CHECK(verify_inclusion(leaf_hash(leaf), position, head->size, proof, head->root));
    auto event = read_leaf(leaf);
    REQUIRE(event.ok());
    Rho rho{};
    const std::string bytes = *from_base64(*value.find("rho")->string());
    REQUIRE(bytes.size() == rho.size());
    std::copy_n(as_bytes(bytes), rho.size(), rho.begin());
    const std::string& path = *value.find("path")->string();
    bool opens = false;
    for_each_sealed(event->data, [&](const std::string& pointer, Sealed& sealed) {
      if (pointer == path)
        opens = commit(rho, SealHeader{event->id.value(), pointer},
                       canonical_json(*value.find("value"))) == sealed.commitment;
    });
    CHECK(opens);
  }
}

TEST_CASE_FIXTURE(Answer,
                  "nothing of other people is in it, and the page shows what people wrote") {
  const SubjectExport made = made_for(jane);
  CHECK(made.json.find("Canary in the VPN") != std::string::npos);
  CHECK(made.json.find("printer") == std::string::npos);
  CHECK(made.html.find("Canary in the VPN") != std::string::npos);
  CHECK(made.html.find("printer") == std::string::npos);
  CHECK(made.html.find("http:") == std::string::npos);
  CHECK(made.html.find("<script") == std::string::npos);
}

TEST_CASE_FIXTURE(Answer, "what people wrote cannot become part of the page") {
  open_ticket(jane_address, "<img src=x onerror=alert(1)>");
  REQUIRE(signer->sign_round());
  const SubjectExport made = made_for(jane);
  CHECK(made.html.find("<img") == std::string::npos);
  CHECK(made.html.find("&lt;img") != std::string::npos);
}

TEST_CASE_FIXTURE(Answer, "automated decisions are explained") {
  ProposeAction proposal;
  proposal.ticket = tickets[0];
  proposal.type = "AUTO_RESOLVE";
  proposal.args_json = R"({"resolution_steps":["Update the client"]})";
  proposal.confidence_ppm = 950'000;
  Principal agent{PrincipalId("agt_helper"), ActorType::agent, Role::agent, KeyId("key_1"), {}};
  REQUIRE(writer->handle(command_request(tenant, agent, proposal)));
  REQUIRE(signer->sign_round());
  const SubjectExport made = made_for(jane);
  REQUIRE(made.explained.size() == 1);
  CHECK(made.explained.front().to == Clear("subject"));
  CHECK(made_for(joe).explained.empty());
}

TEST_CASE_FIXTURE(Answer, "what was erased is counted") {
  erased(granted(jane));
  REQUIRE(signer->sign_round());
  const SubjectExport made = made_for(jane);
  CHECK(made.values == 0);
  CHECK(made.erased >= 5);
}

}  // namespace
}  // namespace recourse
