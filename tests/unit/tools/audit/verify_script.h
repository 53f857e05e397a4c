#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/event/parse_json.h"

namespace recourse {

/// What `verify.py` said, and its exit code.
struct Answer {
  int code = -1;
  std::string text;
};

inline Answer run_command(const std::string& command) {
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  Answer answer;
  if (pipe == nullptr) return answer;
  std::array<char, 4096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe))
    answer.text.append(buffer.data(), got);
  const int status = pclose(pipe);
  answer.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return answer;
}

/// Runs a verify.py on a bundle. `arguments` follow the directory.
inline Answer run_verifier(const std::filesystem::path& script, const std::filesystem::path& bundle,
                           const std::string& arguments = "") {
  return run_command("python3 -I " + script.string() + " " + bundle.string() + " " + arguments);
}

/// The same for many bundles in one Python process, since starting one takes longer than verifying.
inline std::vector<Answer> run_verifier_on_all(const std::filesystem::path& script,
                                               const std::vector<std::filesystem::path>& bundles,
                                               const std::string& arguments) {
  constexpr const char* kDriver = R"(
import contextlib, io, json, runpy, sys
script, count = sys.argv[1], int(sys.argv[2])
bundles, keys = sys.argv[3:3 + count], sys.argv[3 + count:]
for bundle in bundles:
    said, code, sys.argv = io.StringIO(), 0, [script, bundle] + keys
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            runpy.run_path(script)
    except SystemExit as end:
        code = end.code or 0
    print(json.dumps({"code": code, "text": said.getvalue()}))
)";
  std::string command = "python3 -I -c '" + std::string(kDriver) + "' " + script.string() + " " +
                        std::to_string(bundles.size());
  for (const auto& bundle : bundles) command += " " + bundle.string();
  const Answer all = run_command(command + " " + arguments);
  std::vector<Answer> answers;
  for (std::size_t at = 0; at < all.text.size();) {
    const std::size_t end = all.text.find('\n', at);
    const auto line = parse_json(all.text.substr(at, end - at));
    if (!line || line->find("code") == nullptr) return {all};
    answers.push_back(
        {static_cast<int>(*line->find("code")->integer()), *line->find("text")->string()});
    at = end + 1;
  }
  return answers;
}

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void put_content(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace recourse
