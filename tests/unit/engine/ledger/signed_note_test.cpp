#include "engine/ledger/signed_note.h"

#include <doctest/doctest.h>

#include "engine/base/bytes.h"

namespace recourse {
namespace {

Ed25519Key key_of(char seed) { return Ed25519Key::from_seed(std::string(32, seed)).value(); }

NoteKey public_key(const std::string& name, char seed,
                   SignatureType type = SignatureType::ed25519) {
  return NoteKey(name, type, key_of(seed).public_key());
}

const std::string kText = "first\n\nlast\n";

TEST_CASE("a key's text is read back, base64 with a plus included") {
  for (char seed = 1; seed < 20; ++seed) {
    for (const auto type : {SignatureType::ed25519, SignatureType::cosignature_v1}) {
      const NoteKey key = public_key("example.com/log", seed, type);
      const NoteKey read = NoteKey::parse(key.text()).value();
      CHECK(read.text() == key.text());
      CHECK(read.id() == key.id());
      CHECK(read.type() == type);
    }
  }
}

TEST_CASE("one key has another id under another name and for another use") {
  CHECK(public_key("a", 1).id() != public_key("b", 1).id());
  CHECK(public_key("a", 1).id() != public_key("a", 1, SignatureType::cosignature_v1).id());
}

TEST_CASE("a malformed key text is refused") {
  const std::string good = public_key("log", 1).text();
  const std::string data = good.substr(good.rfind("+", good.find('+') + 9));
  for (const std::string& text :
       {std::string(), std::string("log"), std::string("log+00000000"), "log+00000000" + data,
        "+" + good.substr(4, 8) + data, "l og+" + good.substr(4, 8) + data, good + "A", good + "=",
        "log+" + good.substr(4, 7) + data, good.substr(0, good.size() - 4)}) {
    CAPTURE(text);
    CHECK(!NoteKey::parse(text));
  }
  const std::string ecdsa = "log+00000000+" + to_base64("\x02" + std::string(32, 'k'));
  CHECK(NoteKey::parse(ecdsa).error().code == ErrorCode::unsupported);
}

TEST_CASE("key names hold no Unicode space, plus or control character") {
  CHECK(is_note_key_name("example.com/log"));
  CHECK(is_note_key_name("\xc3\xa9t\xc3\xa9"));
  for (const char* name : {"", "a b", "a+b", "a\tb", "a\nb",
                           "a\xc2\xa0"
                           "b",
                           "a\xc2\x85"
                           "b",
                           "a\xe2\x80\x83"
                           "b",
                           "a\xe2\x81\x9f"
                           "b",
                           "a\xe3\x80\x80", "a\xff"})
    CHECK(!is_note_key_name(name));
}

TEST_CASE("the text ends at the last blank line") {
  const std::string note = sign_note("log", key_of(1), kText);
  CHECK(note.starts_with(kText + "\n\xe2\x80\x94 log "));
  const NoteKey known[] = {public_key("log", 1)};
  const VerifiedNote verified = verify_note(note, known).value();
  CHECK(verified.text == kText);
  REQUIRE(verified.verified.size() == 1);
  CHECK(verified.verified[0].name == "log");
  CHECK(!verified.verified[0].time_s);
}

TEST_CASE("unknown keys are ignored, but one known key must have signed") {
  const std::string note =
      sign_note("log", key_of(1), kText) + signature_line("other", key_of(2), kText);
  const NoteKey log[] = {public_key("log", 1)};
  CHECK(verify_note(note, log).value().unverified == std::vector<std::string>{"other"});
  const NoteKey namesake[] = {public_key("log", 3)};
  CHECK(verify_note(note, namesake).error().code == ErrorCode::unauthenticated);
  CHECK(verify_note(note, {}).error().code == ErrorCode::unauthenticated);
}

TEST_CASE("one failing signature of a known key refuses the note, wherever it stands") {
  const NoteKey known[] = {public_key("log", 1), public_key("other", 2)};
  const std::string bad = signature_line("other", key_of(2), "another text\n");
  const std::string good = sign_note("log", key_of(1), kText);
  CHECK(verify_note(good, known));
  CHECK(verify_note(good + bad, known).error().code == ErrorCode::unauthenticated);
  const std::string good_then_bad_of_one_key =
      good + signature_line("log", key_of(1), "another text\n");
  CHECK(!verify_note(good_then_bad_of_one_key, known));
}

TEST_CASE("sixteen signatures and more are accepted, over a hundred are not") {
  std::string note = kText + "\n";
  for (int i = 0; i < 100; ++i)
    note += signature_line("w" + std::to_string(i), key_of(static_cast<char>(i)), kText);
  const NoteKey last[] = {public_key("w99", 99)};
  CHECK(verify_note(note, last).value().unverified.size() == 99);
  note += signature_line("w100", key_of(100), kText);
  CHECK(verify_note(note, last).error().code == ErrorCode::too_large);
}

TEST_CASE("malformed notes are refused") {
  const std::string line = signature_line("log", key_of(1), kText);
  const NoteKey known[] = {public_key("log", 1)};
  REQUIRE(verify_note(kText + "\n" + line, known));
  const std::string cut_line = line.substr(0, line.size() - 1);
  for (const std::string& note :
       {std::string(),
        std::string("\n"),
        std::string("\n\n"),
        kText,
        kText + "\n",
        kText + line,
        kText + "\n" + cut_line,
        kText + "\n" + line + "more\n",
        kText + "\n" + line + "\n",
        kText + "\n\xe2\x80\x94 log\n",
        kText + "\n\xe2\x80\x94 log \n",
        kText + "\n\xe2\x80\x94 log AAAA\n",
        kText + "\n\xe2\x80\x94 log AAAAAAA\n",
        kText + "\n\xe2\x80\x94  " + to_base64(std::string(68, 'x')) + "\n",
        kText + "\n- log " + to_base64(std::string(68, 'x')) + "\n",
        "a\tb\n\n" + line,
        "a\r\n\n" + line,
        std::string("a\0b\n\n", 5) + line,
        "a\xff\n\n" + line,
        "\xed\xa0\x80\n\n" + line,
        kText + "\n" + cut_line + " \n"}) {
    CAPTURE(note);
    CHECK(verify_note(note, known).error().code == ErrorCode::invalid);
  }
  CHECK(parse_note(std::string(1 << 20, 'a') + "\n\n" + line).error().code == ErrorCode::too_large);
}

TEST_CASE("a cosignature gives the witness's time and holds for that time only") {
  const NoteKey known[] = {public_key("log", 1),
                           public_key("witness", 2, SignatureType::cosignature_v1)};
  const std::string line = cosignature_line("witness", key_of(2), 1767605460, kText);
  const std::string note = sign_note("log", key_of(1), kText) + line;
  const VerifiedNote verified = verify_note(note, known).value();
  REQUIRE(verified.verified.size() == 2);
  CHECK(verified.verified[1].type == SignatureType::cosignature_v1);
  CHECK(verified.verified[1].time_s == std::uint64_t{1767605460});

  const std::size_t space = line.rfind(' ');
  std::string bytes = from_base64(line.substr(space + 1, line.size() - space - 2)).value();
  bytes[11] = static_cast<char>(bytes[11] + 1);
  const std::string later = line.substr(0, space + 1) + to_base64(bytes) + "\n";
  CHECK(!verify_note(sign_note("log", key_of(1), kText) + later, known));
  const std::string short_line = line.substr(0, space + 1) + to_base64(bytes.substr(0, 10)) + "\n";
  CHECK(!verify_note(sign_note("log", key_of(1), kText) + short_line, known));
}

TEST_CASE("a cosignature cannot pass for a signature of the text, nor the other way round") {
  const NoteKey signer[] = {public_key("w", 2)};
  const NoteKey witness[] = {public_key("w", 2, SignatureType::cosignature_v1)};
  CHECK(!verify_note(kText + "\n" + cosignature_line("w", key_of(2), 5, kText), signer));
  CHECK(!verify_note(sign_note("w", key_of(2), kText), witness));
}

}  // namespace
}  // namespace recourse
