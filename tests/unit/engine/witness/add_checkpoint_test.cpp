#include "engine/witness/add_checkpoint.h"

#include <doctest/doctest.h>

namespace recourse {
namespace {

// The example of c2sp.org/tlog-witness, with one of its signatures.
const std::string kExample =
    "old 20852014\n"
    "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n"
    "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n"
    "5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=\n"
    "/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=\n"
    "\n"
    "example.com/behind-the-sofa\n"
    "20852163\n"
    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    "\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
    "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";

TEST_CASE("the published request is read, and written again as it was") {
  const AddCheckpoint request = parse_add_checkpoint(kExample).value();
  CHECK(request.old_size == 20852014);
  CHECK(request.proof.size() == 4);
  CHECK(peek_checkpoint(request.note).value().size == 20852163);
  CHECK(add_checkpoint_text(request) == kExample);
}

TEST_CASE("what no log writes is malformed") {
  const auto broken = [](const std::string& from, const std::string& to) {
    std::string text = kExample;
    text.replace(text.find(from), from.size(), to);
    return !parse_add_checkpoint(text).ok();
  };
  CHECK(broken("old 20852014", "old  20852014"));
  CHECK(broken("old 20852014", "old 020852014"));
  CHECK(broken("old 20852014", "old -1"));
  CHECK(broken("old 20852014", "new 20852014"));
  CHECK(broken("PlRN", "Pl N"));
  CHECK(broken("kaw=\n", "kaw=\r\n"));
  CHECK(broken("\u2014 example", "- example"));
  CHECK_FALSE(parse_add_checkpoint(""));
  CHECK_FALSE(parse_add_checkpoint("old 1\n\n"));
  CHECK_FALSE(parse_add_checkpoint(kExample.substr(0, kExample.size() - 1)));
  std::string long_proof = kExample;
  for (int i = 0; i < 60; ++i)
    long_proof.insert(13, "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n");
  CHECK_FALSE(parse_add_checkpoint(long_proof));
  CHECK(parse_add_checkpoint(kExample + std::string(kMaxAddCheckpointBytes, 'x')).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("a size is told with one line feed and nothing else") {
  CHECK(parse_tlog_size("0\n").value() == 0);
  CHECK(parse_tlog_size("50\n").value() == 50);
  for (const char* wrong : {"", "50", "050\n", "50\n\n", "50\r\n", " 50\n", "x\n"})
    CHECK_FALSE(parse_tlog_size(wrong));
}

}  // namespace
}  // namespace recourse
