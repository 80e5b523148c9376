// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "cli/check_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

#include "base/error.h"
#include "cli/output_file.h"
#include "report/benchmark_history.h"
#include "report/check_report.h"

namespace ftscale::cli {
namespace {

namespace fs = std::filesystem;

/// GitHub takes 1 MiB a step, and drops the whole summary where it is more.
constexpr std::size_t kSummaryBytes = 1'000'000;

/// The repository's folder.
std::string repository_root() {
    const char* workspace = std::getenv("GITHUB_WORKSPACE");
    if (workspace == nullptr || *workspace == 0) workspace = std::getenv("CI_PROJECT_DIR");  // GitLab
    if (workspace != nullptr && *workspace != 0) return workspace;
    std::error_code failed;
    return fs::current_path(failed).string();
}

struct Format {
    const char* name;
    std::function<void(const CheckAnswer&, std::ostream&)> write;
};

const std::vector<Format>& formats() {
    static const std::vector<Format> kFormats = {
        {"text", [](const CheckAnswer& answer, std::ostream& out) { report::write_check_text(answer.result, out); }},
        {"markdown",
         [](const CheckAnswer& answer, std::ostream& out) { report::write_check_markdown(answer.result, out); }},
        {"json", [](const CheckAnswer& answer, std::ostream& out) { report::write_check_json(answer.result, out); }},
        {"junit", [](const CheckAnswer& answer,
                     std::ostream& out) { report::write_check_junit(answer.result, answer.inconclusive_passes, out); }},
        {"sarif", [](const CheckAnswer& answer,
                     std::ostream& out) { report::write_check_sarif(answer.result, repository_root(), out); }},
        {"github", [](const CheckAnswer& answer,
                      std::ostream& out) { report::write_check_annotations(answer.result, repository_root(), out); }},
        {"bencher", [](const CheckAnswer& answer, std::ostream& out) { report::write_bencher(answer.figures, out); }},
        {"github-benchmark",
         [](const CheckAnswer& answer, std::ostream& out) { report::write_github_benchmark(answer.figures, out); }},
    };
    return kFormats;
}

const Format* find_format(const std::string& name) {
    const auto found =
        std::find_if(formats().begin(), formats().end(), [&](const Format& format) { return name == format.name; });
    return found == formats().end() ? nullptr : &*found;
}

std::string names_text() {
    std::string text;
    for (const std::string& name : check_formats()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

}  // namespace

const std::vector<std::string>& check_formats() {
    static const std::vector<std::string> kNames = [] {
        std::vector<std::string> names;
        for (const Format& format : formats()) names.emplace_back(format.name);
        return names;
    }();
    return kNames;
}

ExtraOutput parse_extra_output(const std::string& text) {
    const std::size_t equals = text.find('=');
    const std::string format = text.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == text.size() || find_format(format) == nullptr)
        throw base::Error(fmt::format("--also: '{}' is not FORMAT=FILE", text), "there are: " + names_text(),
                          base::ExitCode::Usage);
    return {format, text.substr(equals + 1)};
}

void write_answer(const CheckAnswer& answer, const std::string& format, const std::string& path) {
    write_output(path, [&](std::ostream& out) { find_format(format)->write(answer, out); });
}

void write_for_github(const CheckAnswer& answer) {
    report::write_check_annotations(answer.result, repository_root(), std::cout);
    const char* path = std::getenv("GITHUB_STEP_SUMMARY");
    if (path == nullptr || *path == 0) return;
    std::error_code is_new;
    const auto taken = static_cast<std::size_t>(fs::exists(path, is_new) ? fs::file_size(path, is_new) : 0);
    std::ofstream file(path, std::ios::binary | std::ios::app);
    if (file) report::write_check_markdown(answer.result, file, kSummaryBytes - std::min(kSummaryBytes, taken));
    file.close();
    if (!file)
        throw base::Error(fmt::format("cannot write '{}': {}", path, std::strerror(errno)),
                          "it is what GITHUB_STEP_SUMMARY names");
}

}  // namespace ftscale::cli
