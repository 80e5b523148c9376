// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Against the real thing: every instruction of the standard library, by every interpreter there is.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.h"
#include "symbols/line_table.h"

namespace {

std::string output_of(const std::string& command) {
    struct Close {
        void operator()(FILE* pipe) const { pclose(pipe); }
    };
    std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "re"));
    std::string text;
    char buffer[65536];
    while (std::size_t count = pipe ? std::fread(buffer, 1, sizeof buffer, pipe.get()) : 0) text.append(buffer, count);
    return text;
}

std::string from_hex(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

/// The line of each code unit, from "12*3,13*1".
std::vector<int> unfold(const std::string& runs) {
    std::vector<int> lines;
    std::istringstream in(runs);
    int line = 0, count = 0;
    char star = 0, comma = 0;
    while (in >> line >> star >> count) {
        lines.insert(lines.end(), static_cast<std::size_t>(count), line);
        in >> comma;
    }
    return lines;
}

struct Comparison {
    std::string version;
    std::size_t code_objects = 0, instructions = 0, wrong = 0;
};

Comparison compare(const std::string& python) {
    std::istringstream in(output_of("'" + python + "' -I -W ignore " DUMP_LINE_TABLES));
    Comparison result;
    std::getline(in, result.version);
    std::string hex, runs;
    int first_line = 0;
    while (in >> hex >> first_line >> runs) {
        std::string table = from_hex(hex);
        std::vector<int> lines = unfold(runs);
        ++result.code_objects;
        for (std::size_t unit = 0; unit < lines.size(); ++unit) {
            ++result.instructions;
            result.wrong +=
                ftscale::symbols::line_of(table, first_line, static_cast<std::uint32_t>(2 * unit)) != lines[unit];
        }
    }
    return result;
}

std::vector<std::string> interpreters() {
    std::vector<std::string> found = {PYTHON};
    if (const char* chosen = std::getenv("FTSCALE_PYTHON")) found.push_back(chosen);
    const char* home = std::getenv("HOME");
    for (const char* version : {"3.13", "3.14", "3.15"}) {
        std::string name = "python" + std::string(version) + "t";
        std::string built =
            std::string(home != nullptr ? home : "") + "/.cache/ftscale/python-" + version + "t/bin/" + name;
        if (std::filesystem::exists(built)) found.push_back(built);
        if (std::string on_path = output_of("command -v " + name); !on_path.empty()) {
            found.push_back(on_path.substr(0, on_path.find('\n')));
        }
    }
    return found;
}

}  // namespace

TEST_CASE("every instruction of the standard library has the line that CPython says") {
    for (const std::string& python : interpreters()) {
        Comparison result = compare(python);
        INFO(python << " " << result.version);
        CHECK(result.code_objects > 1000);
        CHECK(result.instructions > 100000);
        CHECK(result.wrong == 0);
    }
}
