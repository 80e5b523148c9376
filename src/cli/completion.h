// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Shell completions: what there is to complete, and the scripts that make shells do it; pure.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace ftscale::cli {

struct CompletedOption {
    std::string long_name;   // "threads"; may be empty
    std::string short_name;  // "t"; may be empty
    std::string description;
    bool takes_value = false;
    std::vector<std::string> choices;  // values, where these are known
};

struct CompletedCommand {
    std::string name, description;
    std::vector<CompletedOption> options;
};

void write_bash_completion(const std::vector<CompletedCommand>& commands, std::ostream& out);
void write_zsh_completion(const std::vector<CompletedCommand>& commands, std::ostream& out);
void write_fish_completion(const std::vector<CompletedCommand>& commands, std::ostream& out);

}  // namespace ftscale::cli
