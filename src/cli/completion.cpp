// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/completion.h"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <fmt/ranges.h>

namespace ftscale::cli {
namespace {

constexpr const char* kMadeBy = "# Made by: ftscale completion ";

/// For between single quotes, in any of the shells.
std::string quoted(const std::string& text, const char* escaped_quote = "'\\''") {
    std::string result;
    for (const char character : text) result += character == '\'' ? escaped_quote : std::string(1, character);
    return "'" + result + "'";
}

/// "-t", "--threads"
std::vector<std::string> words_of(const CompletedOption& option) {
    std::vector<std::string> words;
    if (!option.short_name.empty()) words.push_back("-" + option.short_name);
    if (!option.long_name.empty()) words.push_back("--" + option.long_name);
    return words;
}

std::vector<std::string> option_words(const CompletedCommand& command) {
    std::vector<std::string> words;
    for (const CompletedOption& option : command.options)
        for (std::string& word : words_of(option)) words.push_back(std::move(word));
    return words;
}

std::vector<std::string> names_of(const std::vector<CompletedCommand>& commands) {
    std::vector<std::string> names;
    for (const CompletedCommand& command : commands) names.push_back(command.name);
    return names;
}

/// In zsh's descriptions brackets and colons have a meaning.
std::string zsh_text(const std::string& text) {
    std::string result;
    for (const char character : text) {
        if (character == '[' || character == ']' || character == ':' || character == '\\') result += '\\';
        result += character;
    }
    return result;
}

std::string zsh_option(const CompletedOption& option) {
    const std::vector<std::string> words = words_of(option);
    std::string value;
    if (!option.choices.empty())
        value = fmt::format(":value:({})", fmt::join(option.choices, " "));
    else if (option.takes_value)
        value = ":value:_files";
    const std::string rest = quoted("[" + zsh_text(option.description) + "]" + value);
    if (words.size() == 1) return words.front() + rest;
    return fmt::format("{{{}}}{}", fmt::join(words, ","), rest);
}

}  // namespace

void write_bash_completion(const std::vector<CompletedCommand>& commands, std::ostream& out) {
    fmt::print(out, "{}bash\n_ftscale() {{\n", kMadeBy);
    out << "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" = 1 ]; then\n";
    fmt::print(out, "        words=\"{} --help --version\"\n    else\n", fmt::join(names_of(commands), " "));
    out << "        case \"${COMP_WORDS[1]} $previous\" in\n";
    for (const CompletedCommand& command : commands)
        for (const CompletedOption& option : command.options)
            for (const std::string& word : words_of(option)) {
                if (!option.takes_value) continue;
                fmt::print(out, "            {} words=\"{}\" ;;\n", quoted(command.name + " " + word) + ")",
                           fmt::join(option.choices, " "));
            }
    out << "            *)\n"
           "                if [[ $current == -* ]]; then\n"
           "                    case \"${COMP_WORDS[1]}\" in\n";
    for (const CompletedCommand& command : commands)
        fmt::print(out, "                        {}) words=\"{}\" ;;\n", command.name,
                   fmt::join(option_words(command), " "));
    out << "                    esac\n"
           "                fi ;;\n"
           "        esac\n"
           "    fi\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
           "}\n"
           "complete -o default -F _ftscale ftscale\n";
}

void write_zsh_completion(const std::vector<CompletedCommand>& commands, std::ostream& out) {
    fmt::print(out, "#compdef ftscale\n{}zsh\n_ftscale() {{\n    local -a commands=(\n", kMadeBy);
    for (const CompletedCommand& command : commands)
        fmt::print(out, "        {}\n", quoted(command.name + ":" + zsh_text(command.description)));
    out << "    )\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe command commands\n"
           "        return\n"
           "    fi\n"
           "    local command=$words[2]\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $command in\n";
    for (const CompletedCommand& command : commands) {
        fmt::print(out, "        {})\n            _arguments \\\n", command.name);
        for (const CompletedOption& option : command.options)
            fmt::print(out, "                {} \\\n", zsh_option(option));
        out << "                '*:file:_files' ;;\n";
    }
    out << "    esac\n"
           "}\n"
           "if [ \"$funcstack[1]\" = _ftscale ]; then _ftscale \"$@\"; else compdef _ftscale ftscale; fi\n";
}

void write_fish_completion(const std::vector<CompletedCommand>& commands, std::ostream& out) {
    const auto text = [](const std::string& plain) { return quoted(plain, "\\'"); };
    fmt::print(out, "{}fish\n", kMadeBy);
    for (const CompletedCommand& command : commands)
        fmt::print(out, "complete -c ftscale -f -n __fish_use_subcommand -a {} -d {}\n", command.name,
                   text(command.description));
    for (const CompletedCommand& command : commands)
        for (const CompletedOption& option : command.options) {
            fmt::print(out, "complete -c ftscale -n '__fish_seen_subcommand_from {}'", command.name);
            if (!option.short_name.empty()) fmt::print(out, " -s {}", option.short_name);
            if (!option.long_name.empty()) fmt::print(out, " -l {}", option.long_name);
            if (!option.choices.empty())
                fmt::print(out, " -x -a '{}'", fmt::join(option.choices, " "));
            else if (option.takes_value)
                out << " -r";
            fmt::print(out, " -d {}\n", text(option.description));
        }
}

}  // namespace ftscale::cli
