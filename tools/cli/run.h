#pragma once

namespace recourse::cli {

/// The `recourse` program: reads the command line, runs one subcommand, returns its exit code.
int run(int argc, char** argv);

}  // namespace recourse::cli
