#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace recourse {

/// Whether the name of a log key is that of the log `origin` or of its deployment's meta log: one
/// key pair signs for all logs of a deployment, and only its name says for which one it was handed
/// out. A number behind either name counts declared losses. Threads: any.
bool is_key_of(std::string_view name, std::string_view origin);

/// Of the listed paths those that no rule of VERIFY.md is about, sorted: a folder with a slash for
/// all that is in it. Threads: any.
std::vector<std::string> others_in(std::span<const std::string> listed);

/// Whether others_in() passes the path over.
bool is_of_the_proof(std::string_view path);

}  // namespace recourse
