#include "tools/cli/complain.h"

#include <cstdio>
#include <string>

namespace recourse::cli {
namespace {

std::string_view usual_way_out(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "mend what was given";
    case ErrorCode::unauthenticated:
      return "give a valid key";
    case ErrorCode::forbidden:
      return "ask somebody who may";
    case ErrorCode::not_found:
      return "check the name";
    case ErrorCode::conflict:
    case ErrorCode::version_conflict:
      return "look at it again, then decide anew";
    case ErrorCode::key_reused:
    case ErrorCode::precondition_missing:
      return "use a new idempotency key";
    case ErrorCode::in_progress:
      return "wait for the first one";
    case ErrorCode::too_large:
      return "give less";
    case ErrorCode::limited:
    case ErrorCode::unavailable:
      return "nothing was stored, try again later";
    case ErrorCode::unknown_outcome:
      return "perhaps it was stored: look before you repeat it";
    case ErrorCode::disk_full:
      return "nothing was stored: make room, then repeat it";
    case ErrorCode::locked:
      return "stop that process first";
    case ErrorCode::corrupt:
      return "run `recourse doctor` on the data directory";
    case ErrorCode::erased:
      return "what was erased cannot be read again";
    case ErrorCode::unsupported:
      return "use a newer version of this program";
    case ErrorCode::io:
      return "see what the system says and repeat it";
  }
  return "";
}

int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::conflict:
    case ErrorCode::version_conflict:
    case ErrorCode::not_found:
    case ErrorCode::corrupt:
    case ErrorCode::erased:
    case ErrorCode::key_reused:
      return kFoundProblem;
    default:
      return kCouldNotTell;
  }
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

int complain(std::string_view command, std::string_view what, std::string_view way_out,
             int exit_code) {
  std::string line = "recourse";
  if (!command.empty()) line.append(" ").append(command);
  line += ": " + one_line(what);
  if (!way_out.empty()) line += "; " + one_line(way_out);
  line += '\n';
  std::fflush(stdout);
  std::fputs(line.c_str(), stderr);
  return exit_code;
}

int complain(std::string_view command, const Error& error) {
  const bool names_way_out = error.message.find("; ") != std::string::npos;
  return complain(command, error.message, names_way_out ? "" : usual_way_out(error.code),
                  exit_code_of(error.code));
}

}  // namespace recourse::cli
