#include "engine/event/append_json.h"

namespace recourse::described {

void append_sealed(std::string& out, const Sealed& sealed) {
  out += R"({"$sealed":{"c":")";
  append_base64(out, as_text(sealed.commitment));
  out += R"(","k":[)";
  for (std::size_t i = 0; i < sealed.subjects.size(); ++i) {
    if (i > 0) out += ',';
    append_canonical_string(out, sealed.subjects[i]);
  }
  out += R"(],"r":)";
  append_canonical_string(out, sealed.retention);
  out += R"(,"t":")";
  out += static_cast<char>(sealed.kind);
  out += "\"}}";
}

}  // namespace recourse::described
