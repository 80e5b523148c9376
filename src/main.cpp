// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "base/error.h"
#include "cli/cli.h"

namespace {

int fail(const std::string& message, const std::string& hint, ftscale::base::ExitCode code) {
    fmt::print(stderr, "ftscale: error: {}\n", message);
    if (!hint.empty()) fmt::print(stderr, "  {}\n", hint);
    return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
    using ftscale::base::ExitCode;
    try {
        return static_cast<int>(ftscale::cli::dispatch({argv + 1, argv + argc}));
    } catch (const ftscale::base::Error& error) {
        return fail(error.what(), error.hint(), error.code());
    } catch (const std::exception& error) {
        return fail(error.what(), "this is a bug in ftscale, or the machine is out of memory or disk space",
                    ExitCode::Failed);
    }
}
