// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/target_words.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace ftscale::cli {
namespace {

using launch::Target;

/// Where the target begins.
struct Cut {
    std::size_t word = 0;        // the script, or the word that holds -m or -c
    std::size_t letter = 0;      // position of m or c in that word; 0: a script
    bool has_separator = false;  // `--` stands at word - 1
};

bool takes_value(const CLI::App& options, const std::string& name) {
    const CLI::Option* option = options.get_option_no_throw(name);
    return option != nullptr && option->get_items_expected_max() > 0;
}

/// Looks through "-qt2" letter by letter. True when the next word is the value of the last letter; sets `letter` at -m
/// or -c.
bool short_options_want_next(const CLI::App& options, const std::string& word, std::size_t& letter) {
    for (std::size_t i = 1; i < word.size(); ++i) {
        if (word[i] == 'm' || word[i] == 'c') {
            letter = i;
            return false;
        }
        if (takes_value(options, std::string("-") + word[i])) return i + 1 == word.size();
    }
    return false;
}

std::optional<Cut> find_cut(const CLI::App& options, const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") return i + 1 < words.size() ? std::optional(Cut{i + 1, 0, true}) : std::nullopt;
        if (word.size() < 2 || word[0] != '-') return Cut{i, 0, false};
        std::size_t letter = 0;
        const bool is_long = word[1] == '-';
        const bool wants_next = is_long ? takes_value(options, word) : short_options_want_next(options, word, letter);
        if (letter != 0) return Cut{i, letter, false};
        if (wants_next) ++i;
    }
    return std::nullopt;
}

Target::Kind kind_of(char letter) { return letter == 'm' ? Target::Kind::Module : Target::Kind::Code; }

Target make_target(const std::vector<std::string>& words, const Cut& cut) {
    Target target;
    std::size_t next = cut.word + 1;
    if (cut.letter == 0) {
        target.program = words[cut.word];
    } else {
        const char letter = words[cut.word][cut.letter];
        target.kind = kind_of(letter);
        target.program = words[cut.word].substr(cut.letter + 1);
        if (target.program.empty() && next == words.size()) {
            throw base::Error(fmt::format("-{}: {} is missing", letter, letter == 'm' ? "MODULE" : "CODE"),
                              "see ftscale run --help", base::ExitCode::Usage);
        }
        if (target.program.empty()) target.program = words[next++];
    }
    target.arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
    return target;
}

}  // namespace

std::optional<Target> take_target(const CLI::App& options, std::vector<std::string>& words) {
    const std::optional<Cut> cut = find_cut(options, words);
    if (!cut) return std::nullopt;
    Target target = make_target(words, *cut);
    // "-qm MODULE": the flags in front of m stay options.
    const std::string flags = cut->letter > 1 ? words[cut->word].substr(0, cut->letter) : std::string();
    words.resize(cut->word - (cut->has_separator ? 1 : 0));
    if (!flags.empty()) words.push_back(flags);
    return target;
}

std::optional<Target> take_given_command(const CLI::App& options, std::vector<std::string>& words) {
    const auto separator = std::find(words.begin(), words.end(), "--");
    if (separator == words.end()) return std::nullopt;
    std::vector<std::string> given(separator + 1, words.end());
    words.erase(separator, words.end());
    return take_target(options, given);
}

}  // namespace ftscale::cli
