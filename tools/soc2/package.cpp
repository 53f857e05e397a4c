#include "tools/soc2/package.h"

namespace recourse::soc2 {

std::string_view word(Result result) {
  switch (result) {
    case Result::passed:
      return "passed";
    case Result::exceptions:
      return "exceptions";
    case Result::not_tested:
      return "not_tested";
    case Result::no_population:
      break;
  }
  return "no_population";
}

}  // namespace recourse::soc2
