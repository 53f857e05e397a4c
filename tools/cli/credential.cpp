#include "tools/cli/credential.h"

#include <cstdlib>
#include <fstream>

namespace recourse::cli {
namespace {

std::string variable_of(const std::string& name) {
  std::string variable = "RECOURSE_CREDENTIAL_";
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    variable += lower ? static_cast<char>(c - 'a' + 'A') : kept ? c : '_';
  }
  return variable;
}

}  // namespace

Result<std::string> credential(const std::string& data_dir, const std::string& name) {
  const std::string variable = variable_of(name);
  if (const char* const value = std::getenv(variable.c_str()); value != nullptr && *value != '\0')
    return std::string(value);
  const std::string file = data_dir + "/credentials/" + name;
  // A name is a code and may hold / and dots: it is not to lead anywhere else.
  const bool inside = name.find('/') == std::string::npos && !name.starts_with('.');
  std::ifstream in(inside ? file : std::string());
  std::string secret;
  if (in && std::getline(in, secret) && !secret.empty()) return secret;
  return Error{ErrorCode::not_found, "there is no credential " + name + ": set " + variable +
                                         (inside ? " or write it into " + file : std::string())};
}

}  // namespace recourse::cli
