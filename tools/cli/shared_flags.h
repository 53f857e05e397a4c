#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "tools/cli/flags.h"

/// Options that several subcommands have, declared once: names, defaults and the environment
/// variables behind them. `flags` outlives the parsing.
namespace recourse::cli {

/// The variable, or `otherwise` when it is unset or empty.
std::string from_environment(const char* name, const char* otherwise = "");

/// --data and --kek. Returns --data.
CLI::Option* place(CLI::App* sub, PlaceFlags& flags);
/// A data directory, or with --url and --key-file a running server.
void target(CLI::App* sub, TargetFlags& flags);
/// A running server; the one of a first start unless --url names another.
void server_target(CLI::App* sub, TargetFlags& flags);
/// A running server that has to be named.
void server_only(CLI::App* sub, TargetFlags& flags);
/// How a server listens, logs and limits requests.
void server(CLI::App* sub, ServerFlags& flags);
/// --park
void park_option(CLI::App* sub, std::vector<std::string>& types);

/// One verb of a command that asks a server: what it is for and an example.
struct ServerVerb {
  const char* verb;
  const char* about;
  const char* example;
};

/// A command, or a verb of one, with what it takes.
template <class Flags>
struct OneCommand {
  const char* name;
  const char* about;
  const char* example;
  void (*options)(CLI::App*, Flags&);
};

}  // namespace recourse::cli
