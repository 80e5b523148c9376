// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "base/log.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/fd.h"
#include "support/catch.h"

using namespace ftscale::base;

namespace {

/// What `body` writes to a descriptor.
template <typename Body>
std::string written_to(int descriptor, std::FILE* stream, const Body& body) {
    const Fd capture(memfd_create("capture", MFD_CLOEXEC));
    std::fflush(stream);
    const Fd saved(dup(descriptor));
    dup2(capture.get(), descriptor);
    body();
    std::fflush(stream);
    dup2(saved.get(), descriptor);
    char text[4096];
    const ssize_t length = pread(capture.get(), text, sizeof(text), 0);
    return {text, static_cast<std::size_t>(length > 0 ? length : 0)};
}

std::string logged(LogLevel shown, LogLevel level, const char* message) {
    set_log_level(shown);
    std::string text = written_to(STDERR_FILENO, stderr, [&] { log(level, message); });
    set_log_level(LogLevel::Warn);
    return text;
}

}  // namespace

TEST_CASE("messages go to standard error, with the tool's name and the level") {
    CHECK(logged(LogLevel::Warn, LogLevel::Warn, "careful") == "ftscale: warning: careful\n");
    CHECK(logged(LogLevel::Warn, LogLevel::Error, "no") == "ftscale: error: no\n");
    CHECK(written_to(STDOUT_FILENO, stdout, [] { log(LogLevel::Error, "no"); }).empty());
}

TEST_CASE("messages below the level are not shown") {
    CHECK(logged(LogLevel::Warn, LogLevel::Info, "by the way").empty());
    CHECK(logged(LogLevel::Info, LogLevel::Info, "by the way") == "ftscale: info: by the way\n");
    CHECK(logged(LogLevel::Info, LogLevel::Debug, "detail").empty());
    CHECK(logged(LogLevel::Error, LogLevel::Warn, "careful").empty());
}

TEST_CASE("braces in a message are text") {
    CHECK(logged(LogLevel::Warn, LogLevel::Warn, "a {} b") == "ftscale: warning: a {} b\n");
}
