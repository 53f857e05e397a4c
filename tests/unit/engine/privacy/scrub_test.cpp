#include "engine/privacy/scrub.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <utility>
#include <vector>

namespace recourse {
namespace {

// The examples are put together from halves, so that no scanner takes this file for a leak.
const std::string kToken = std::string("abcDEF123456") + "7890._~+/-xyz==";

TEST_CASE("credentials in headers, JSON and prose are replaced, and what is around them stays") {
  const std::string key = std::string("sk-") + "proj4a8Bc9D0eF1gH2iJ3";
  const std::string slack = std::string("xoxb-") + "123456789012-abcdefGHIJ";
  const std::string github = std::string("ghp_") + "0123456789abcdefghijABCDEFGHIJ012345";
  const std::string amazon = std::string("AKIA") + "IOSFODNN7EXAMPLE";
  const std::string web =
      std::string("eyJ") + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"Authorization: Bearer " + kToken + "\r\nHost: a",
       "Authorization: Bearer [redacted]\r\nHost: a"},
      {"authorization: Basic dXNlcjpwYXNz\n", "authorization: Basic [redacted]\n"},
      {"Proxy-Authorization: Basic dXNlcjpwYXNz", "Proxy-Authorization: Basic [redacted]"},
      {"X-Api-Key: 0123456789abcdef, then", "X-Api-Key: [redacted], then"},
      {"I sent BEARER\t" + kToken + " to you", "I sent BEARER\t[redacted] to you"},
      {R"({"Authorization": "Bearer x", "n": 1})", R"({"Authorization": "[redacted]", "n": 1})"},
      {R"({"authorization":"a\"b\\","n":1})", R"({"authorization":"[redacted]","n":1})"},
      {R"("{\"x-api-key\":\"abc\",\"n\":1}")", R"("{\"x-api-key\":\"[redacted]\",\"n\":1}")"},
      {"{'api_key': 'abc', 'n': 1}", "{'api_key': '[redacted]', 'n': 1}"},
      {R"({"api_key": "cut off he)", R"({"api_key": "[redacted])"},
      {R"("GET /\nAuthorization: Basic dXNlcjpwYXNz\nHost: a")",
       R"("GET /\nAuthorization: Basic [redacted]\nHost: a")"},
      {"key=" + key + ".", "key=[redacted]."},
      {"OPENAI_API_KEY=" + key, "OPENAI_API_KEY=[redacted]"},
      {slack + " " + github + " " + amazon, "[redacted] [redacted] [redacted]"},
      {"token " + web + " ok", "token [redacted] ok"},
  };
  for (const auto& [text, expected] : cases) {
    const Scrubbed scrubbed = scrub(text);
    CHECK(scrubbed.text == expected);
    CHECK(scrubbed.changed);
  }
}

TEST_CASE("ordinary text stays as it is") {
  for (const std::string& text :
       std::vector<std::string>{"",
                                "The bearer of this letter",
                                "bearer bonds",
                                "Bearer authentication is what we use",
                                "task-force-2024-management-team",
                                "sk-SK",
                                "sk-learn-is-a-library-for-python",
                                "authorization: I hereby authorize you",
                                "\"authorization\": null",
                                "\"authorization\": \"\"",
                                "authorization",
                                "\"authorization\"",
                                "authorization:",
                                "api_key = ",
                                "AKIA",
                                "AKIAfoo",
                                "the ghp_ prefix",
                                "Order 4711-0815, tracking 1Z999AA10123456784",
                                "eyJust.a.word",
                                "Grüße aus Köln \xF0\x9F\x98\x82",
                                std::string("\0 nul", 5)}) {
    const Scrubbed scrubbed = scrub(text);
    CHECK(scrubbed.text == text);
    CHECK(!scrubbed.changed);
  }
}

TEST_CASE("scrubbing twice changes nothing more, and no token survives anywhere in a text") {
  const auto piece = rc::gen::element<std::string>(
      "Authorization: ", "\"authorization\": \"", "Bearer ", "Basic ", "sk-a1", "api_key=", "\\\"",
      "\"", "'", "\\n", "\n", " ", "word", "0123456789abcdefghij", "eyJ", ".", "[redacted]", "ghp_",
      ",");
  CHECK(rc::check([&] {
    std::string text;
    for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece))
      text += part;
    const Scrubbed once = scrub(text);
    const Scrubbed twice = scrub(once.text);
    RC_ASSERT(once.changed == (once.text != text));
    RC_ASSERT(twice.text == once.text);
    RC_ASSERT(!twice.changed);
    const Scrubbed with_token = scrub(text + "\n\nBearer " + kToken);
    RC_ASSERT(with_token.text.find(kToken) == std::string::npos);
  }));
}

}  // namespace
}  // namespace recourse
