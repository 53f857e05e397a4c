#include "engine/ledger/tiles.h"

#include "api/routes/read.h"
#include "api/routes/resources.h"
#include "api/routes/route_table.h"

namespace recourse::routes {
namespace {

Error no_tile() { return {ErrorCode::not_found, "no such tile, or not that full yet"}; }

Result<std::string> hashes(const Call& call, const TileId& tile) {
  auto bytes = call.app.ledger.tile(call.ledger, tile.level, tile.index);
  if (!bytes) return bytes.error().code == ErrorCode::not_found ? no_tile() : bytes.error();
  const std::size_t wanted = tile.width * sizeof(Hash);
  if (bytes->size() < wanted) return no_tile();
  bytes->resize(wanted);
  return bytes;
}

Result<std::string> entries(const Call& call, const TileId& tile) {
  const std::uint64_t begin = tile.index * kTileWidth;
  const std::uint64_t end = begin + tile.width;
  if (end > call.app.ledger.head(call.ledger).size.value()) return no_tile();
  std::string bundle;
  RECOURSE_TRY(call.app.ledger.scan(call.ledger, Position(begin), Position(end),
                                    [&](Position, std::string_view leaf) {
                                      append_entry(bundle, leaf);
                                      return true;
                                    }));
  return bundle;
}

}  // namespace

void ask_meta_log(Call& call) {
  call.ledger = LedgerId(0);
  call.position.reset();  // Rows are those of tenants.
}

// Hashes say nothing about who else is here; entries of the deployment's own log do.
void show_meta_tile(CallPtr call) {
  const http::Request& request = call->request;
  if (request.segments[request.tail_begin] == "entries" &&
      !satisfies(call->principal, call->tenant, Needs::deployment))
    return refuse(
        *call, {ErrorCode::forbidden, "entries of the meta log are for admins of the deployment"});
  ask_meta_log(*call);
  show_tile(std::move(call));
}

// A tile never changes once it is that wide, so whoever has it may keep it.
void show_tile(CallPtr call) {
  std::string path = "tile";
  for (std::size_t i = call->request.tail_begin; i < call->request.segments.size(); ++i)
    path += '/' + call->request.segments[i];
  Result<std::string> bytes = no_tile();
  if (const auto tile = parse_tile_path(path)) {
    bytes = hashes(*call, *tile);
  } else if (const auto bundle = parse_entries_path(path)) {
    bytes = entries(*call, *bundle);
  }
  if (!bytes) return refuse(*call, bytes.error());
  http::Response response;
  response.content_type = "application/octet-stream";
  response.headers.set("Cache-Control", "private, max-age=31536000, immutable");
  response.body = std::move(*bytes);
  respond(*call, std::move(response));
}

}  // namespace recourse::routes
