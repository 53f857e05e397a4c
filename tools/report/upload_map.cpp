#include "tools/report/upload_map.h"

#include "engine/base/sha256.h"
#include "engine/event/pretty_json.h"
#include "tools/report/figures.h"
#include "tools/report/paths.h"

namespace recourse::soc2 {

File upload_map(const Package& package, const std::vector<File>& files) {
  // The documents of Vanta that are known to be about just this; the others are for people to map.
  static const std::map<std::string, std::string_view> kVanta = {{"RC-08", "access-requests"},
                                                                 {"RC-10", "access-reviews"}};
  Json::Array controls;
  for (const Chapter& chapter : package.chapters) {
    Json::Array paths;
    for (const File& file : files) {
      if (file.path.starts_with(control_path(package.scope, chapter.control)))
        paths.push_back(Json::object({{"path", file.path}, {"sha256", hex(sha256(file.bytes))}}));
    }
    Json control = Json::object({{"control", chapter.control.id},
                                 {"title", chapter.control.title},
                                 {"result", word(chapter.result)},
                                 {"files", Json::array(std::move(paths))}});
    const auto document = kVanta.find(chapter.control.id);
    if (document != kVanta.end())
      control.set("vanta", Json::object({{"document_id", document->second}}));
    controls.push_back(std::move(control));
  }
  return {"controls/map.json",
          pretty_json(Json::object({{"controls", Json::array(std::move(controls))}}))};
}

}  // namespace recourse::soc2
