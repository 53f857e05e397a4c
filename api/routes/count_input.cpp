#include "api/routes/count_input.h"

#include "engine/event/clear_names.h"

namespace recourse::routes {

void count_input(const CallPtr& call, std::string_view channel) {
  App& app = call->app;
  call->input = app.ingress.begin(call->tenant, channel, app.clock.now());
  call->reply =
      http::Reply([&app, input = call->input, reply = call->reply](http::Response response) {
        app.ingress.end(input);
        reply(std::move(response));
      });
}

void name_input_channel(const Call& call, std::string_view channel) {
  if (call.input != 0 && is_label(channel)) call.app.ingress.name_channel(call.input, channel);
}

void note_input(const Call& call, const Outcome& outcome) {
  if (call.input == 0) return;
  if (!outcome) {
    if (outcome.error().code == ErrorCode::unknown_outcome) call.app.ingress.lost(call.input);
  } else if (!outcome->events.empty()) {
    call.app.ingress.recorded(call.input, outcome->events.front().time, outcome->repeated);
  }
}

WriteRequest counted_request(const Ingress::Count& count) {
  WriteRequest request;
  request.tenant = count.tenant;
  request.principal = {PrincipalId("sys_recourse"), ActorType::system, Role::admin, {}};
  request.decide = [count](DecisionStep&) -> Result<std::vector<NewEvent>> {
    return std::vector<NewEvent>{
        {"ingress", "", Actor{}, "", "",
         IngressCounted{Clear(count.channel), count.hour, count.received, count.accepted,
                        count.rejected, count.duplicates}}};
  };
  return request;
}

}  // namespace recourse::routes
