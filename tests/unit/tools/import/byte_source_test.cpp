#include "tools/import/byte_source.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "tests/unit/tools/import/scratch_file.h"

namespace recourse {
namespace {

struct Lines {
  std::vector<std::string> lines;
  std::optional<Error> error;
};

Lines lines_of(std::string_view bytes) {
  const ScratchFile file(bytes);
  Lines all;
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  std::string line;
  while (true) {
    const auto more = source->read_line(line);
    if (!more) {
      all.error = more.error();
      // It stays so, rather than looking like a proper end when asked again.
      CHECK_FALSE(source->read_line(line).ok());
      return all;
    }
    if (!*more) return all;
    all.lines.push_back(line);
    CHECK(source->line_number() == all.lines.size());
  }
}

std::string numbered_lines(int count) {
  std::mt19937 random(7);
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + " " + std::to_string(random()) + "\n";
  return text;
}

TEST_CASE("a plain file is read line by line and its last line needs no line end") {
  CHECK(lines_of("a\n\nb\r\nc").lines == std::vector<std::string>{"a", "", "b\r", "c"});
  CHECK(lines_of("a\n").lines == std::vector<std::string>{"a"});
  CHECK(lines_of("").lines.empty());
  CHECK(lines_of("x").lines == std::vector<std::string>{"x"});
}

TEST_CASE("gzip is told by its first bytes and gives the same lines") {
  const std::string text = numbered_lines(100'000);
  const auto plain = lines_of(text);
  const auto packed = lines_of(gzip(text));
  CHECK(plain.lines.size() == 100'000);
  CHECK(packed.lines == plain.lines);
  CHECK_FALSE(packed.error);
}

TEST_CASE("highly compressible text comes out whole, though the file ends long before it") {
  const std::string text(8 << 20, 'a');
  const auto packed = lines_of(gzip(text));
  CHECK_FALSE(packed.error);
  REQUIRE(packed.lines.size() == 1);
  CHECK(packed.lines[0] == text);
}

TEST_CASE("gzip members after each other are one text, empty ones and zero padding included") {
  const auto read = lines_of(gzip("a\nb") + gzip("") + gzip("c\nd\n") + std::string(512, '\0'));
  CHECK_FALSE(read.error);
  CHECK(read.lines == std::vector<std::string>{"a", "bc", "d"});
}

TEST_CASE("a gzip file cut anywhere gives whole lines and then says where it is cut") {
  const std::string text = numbered_lines(3000);
  const std::string packed = gzip(text);
  const auto whole = lines_of(text).lines;
  for (std::size_t size = 1; size < packed.size(); size += 1 + packed.size() / 97) {
    CAPTURE(size);
    const auto read = lines_of(packed.substr(0, size));
    REQUIRE(read.error);
    CHECK(read.error->code == ErrorCode::invalid);
    CHECK(read.error->message.find(" cut at byte " + std::to_string(size)) != std::string::npos);
    CHECK(read.error->message.find("recourse-import-") != std::string::npos);
    REQUIRE(read.lines.size() <= whole.size());
    CHECK(std::equal(read.lines.begin(), read.lines.end(), whole.begin()));
  }
  // All of the text but a part of the checksum is there.
  CHECK(lines_of(packed.substr(0, packed.size() - 4)).lines == whole);
}

TEST_CASE("a file cut in its second member says so too") {
  const std::string second = gzip("c\nd\n");
  const auto read = lines_of(gzip("a\nb\n") + second.substr(0, 5));
  REQUIRE(read.error);
  CHECK(read.lines == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a damaged byte or foreign bytes behind the stream are an error, never a silent end") {
  const std::string text = numbered_lines(3000);
  std::string packed = gzip(text);
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  const auto damaged = lines_of(packed);
  REQUIRE(damaged.error);
  CHECK(damaged.error->code == ErrorCode::invalid);
  CHECK(damaged.error->message.find("damaged at byte") != std::string::npos);

  std::string wrong_checksum = gzip(text);
  wrong_checksum[wrong_checksum.size() - 8] ^= 1;
  const auto mismatch = lines_of(wrong_checksum);
  REQUIRE(mismatch.error);
  CHECK(mismatch.error->message.find("damaged") != std::string::npos);

  const auto followed = lines_of(gzip("a\n") + "plain text");
  REQUIRE(followed.error);
  CHECK(followed.lines == std::vector<std::string>{"a"});
  CHECK(followed.error->message.find("not gzip") != std::string::npos);
}

TEST_CASE("a line past the limit is refused by its number and the lines behind it are read") {
  const ScratchFile file("first\n" + std::string(ByteSource::kMaxLineBytes + 1, 'x') + "\nlast\n");
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  std::string line;
  CHECK(source->read_line(line).value());
  const auto long_line = source->read_line(line);
  REQUIRE_FALSE(long_line.ok());
  CHECK(long_line.error().code == ErrorCode::too_large);
  CHECK(long_line.error().message.find("line 2") != std::string::npos);
  CHECK(line.starts_with("xxx"));
  CHECK(source->read_line(line).value());
  CHECK(line == "last");
  CHECK_FALSE(source->read_line(line).value());
}

TEST_CASE("what cannot be opened says why") {
  const auto missing = ByteSource::open("/nowhere/at/all.csv");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find("/nowhere/at/all.csv") != std::string::npos);
  const auto directory = ByteSource::open(std::filesystem::temp_directory_path());
  REQUIRE_FALSE(directory.ok());
  CHECK(directory.error().code == ErrorCode::invalid);
  CHECK(directory.error().message.find("directory") != std::string::npos);
}

TEST_CASE("progress counts the bytes of the file, not those of its text") {
  const std::string packed = gzip(numbered_lines(1000));
  const ScratchFile file(packed);
  auto source = ByteSource::open(file.path());
  REQUIRE(source.ok());
  std::string line;
  while (source->read_line(line).value()) {
  }
  CHECK(source->bytes_total() == packed.size());
  CHECK(source->bytes_read() == packed.size());
}

}  // namespace
}  // namespace recourse
