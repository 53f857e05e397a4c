#include "tools/cli/run.h"

int main(int argc, char** argv) { return recourse::cli::run(argc, argv); }
