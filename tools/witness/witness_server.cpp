#include "tools/witness/witness_server.h"

#include <spdlog/spdlog.h>

#include "api/http/router.h"
#include "engine/witness/add_checkpoint.h"

namespace recourse::witness {

Witness::Witness(WitnessKey key, std::vector<NoteKey> logs, CosignedHeads heads, const Clock& clock)
    : key_(std::move(key)), logs_(std::move(logs)), clock_(clock), heads_(std::move(heads)) {}

Answer Witness::add_checkpoint(std::string_view body) {
  const std::lock_guard lock(mutex_);
  Decision decision = decide(body, logs_, heads_);
  if (decision.contradiction) {
    spdlog::error("{} signed two roots of the same size: it forked", decision.origin);
    const CosignedHeads::Head* const before = heads_.find(decision.origin);
    if (const Status kept = heads_.keep_contradiction(*before, decision.note); !kept)
      spdlog::error("what proves it could not be kept: {}", kept.error().message);
  }
  if (!decision.accepted) {
    spdlog::warn("refused with {}: {}", decision.answer.status,
                 std::string_view(decision.answer.body).substr(0, decision.answer.body.size() - 1));
    return std::move(decision.answer);
  }
  const std::string text = parse_note(decision.accepted->note).value().text;
  const std::uint64_t size = decision.accepted->checkpoint.size;
  if (const Status kept = heads_.keep(std::move(*decision.accepted)); !kept) {
    spdlog::error("not cosigned, since it could not be remembered: {}", kept.error().message);
    return {500, "text/plain; charset=utf-8", "the head could not be remembered\n"};
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch();
  decision.answer.body =
      cosignature_line(key_.name, key_.key, static_cast<std::uint64_t>(now.count()), text);
  spdlog::info("cosigned {} at {} leaves", decision.origin, size);
  return std::move(decision.answer);
}

Result<std::unique_ptr<http::Server>> serve(Witness& witness, const std::string& address,
                                            std::uint16_t port) {
  auto router = std::make_shared<http::Router>();
  router->add({http::Method::post, "/add-checkpoint",
               [&witness](http::Request&& request, http::Reply reply) {
                 Answer answer = witness.add_checkpoint(request.body);
                 http::Response response;
                 response.status = answer.status;
                 response.content_type = std::move(answer.content_type);
                 response.headers.set("Cache-Control", "no-store");
                 response.body = std::move(answer.body);
                 reply(std::move(response));
               }});
  http::ServerOptions options;
  options.address = address;
  options.port = port;
  options.limits.body_bytes = kMaxAddCheckpointBytes;
  options.max_connections = 256;
  return http::Server::start(options, [router](http::Request&& request, http::Reply reply) {
    router->dispatch(std::move(request), std::move(reply));
  });
}

}  // namespace recourse::witness
