// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/completion_command.h"

#include <iostream>
#include <sstream>

#include "cli/completion.h"

namespace ftscale::cli {
namespace {

/// What CLI::IsMember allows stands in the type's name: "TEXT:{pass,fail}".
std::vector<std::string> choices_of(const std::string& type) {
    const std::size_t begin = type.find('{'), end = type.rfind('}');
    std::vector<std::string> choices;
    if (begin == std::string::npos || end == std::string::npos || end < begin) return choices;
    std::istringstream names(type.substr(begin + 1, end - begin - 1));
    for (std::string name; std::getline(names, name, ',');) choices.push_back(name);
    return choices;
}

CompletedOption completed(const CLI::Option& option) {
    CompletedOption result;
    if (!option.get_lnames().empty()) result.long_name = option.get_lnames().front();
    if (!option.get_snames().empty()) result.short_name = option.get_snames().front();
    result.description = option.get_description();
    result.takes_value = option.get_items_expected_max() > 0;
    if (result.takes_value) result.choices = choices_of(option.get_type_name());
    return result;
}

std::vector<CompletedCommand> commands_of(const CLI::App& app) {
    std::vector<CompletedCommand> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        CompletedCommand completed_command{command->get_name(), command->get_description(), {}};
        for (const CLI::Option* option : command->get_options())
            if (!option->get_positional()) completed_command.options.push_back(completed(*option));
        commands.push_back(std::move(completed_command));
    }
    return commands;
}

}  // namespace

CLI::App* add_completion_command(CLI::App& app, CompletionOptions& options) {
    CLI::App* command =
        app.add_subcommand("completion", "Print a script that makes a shell complete commands and options");
    command->add_option("SHELL", options.shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    return command;
}

base::ExitCode completion_command(const CLI::App& app, const CompletionOptions& options) {
    const std::vector<CompletedCommand> commands = commands_of(app);
    if (options.shell == "bash") write_bash_completion(commands, std::cout);
    if (options.shell == "zsh") write_zsh_completion(commands, std::cout);
    if (options.shell == "fish") write_fish_completion(commands, std::cout);
    return base::ExitCode::Ok;
}

}  // namespace ftscale::cli
