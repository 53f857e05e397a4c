#include "api/routes/served_errors.h"

#include "engine/event/canonical_json.h"
#include "engine/event/parse_json.h"

namespace recourse::routes::served {
namespace {

/// What the owners' programs say where ours has only its general words.
std::string_view owners_words(const RouteSpec& route, int status) {
  if (status == 403 && route.name == "help-desk-rollback")
    return "Only admins and managers can rollback actions";
  return "";
}

std::string words_of(const Json& problem) {
  for (const char* name : {"detail", "title"})
    if (const Json* text = problem.find(name); text != nullptr && text->string() != nullptr)
      return *text->string();
  return "error";
}

}  // namespace

http::Response as_expected(const RouteSpec& route, http::Response response) {
  if (response.status < 400 || response.content_type != "application/problem+json") return response;
  auto problem = parse_json(response.body);
  if (!problem || !problem->is_object()) return response;
  if (problem->find("error") == nullptr) {
    const std::string_view owners = owners_words(route, response.status);
    problem->set("error", owners.empty() ? words_of(*problem) : std::string(owners));
  }
  const Json* const type = problem->find("type");
  const bool of_body = type != nullptr && type->string() != nullptr &&
                       *type->string() == "urn:recourse:problem:invalid";
  if (response.status == 422 && of_body && route.pattern.starts_with("/api/tickets")) {
    response.status = 400;
    problem->set("status", 400);
  }
  response.body = canonical_json(*problem);
  return response;
}

void refuse_with(const Call& call, ErrorCode code, std::string_view words,
                 std::vector<http::Member> members) {
  members.emplace_back("error", http::json_string(words));
  refuse(call, {code, std::string(words)}, members);
}

http::Response refusal(int status, std::string_view slug, std::string_view title,
                       std::string_view words, std::vector<http::Member> members) {
  members.emplace_back("error", http::json_string(words));
  return http::problem(status, slug, title, words, http::Outcome::rejected, members);
}

}  // namespace recourse::routes::served
