// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/interpreter.h"

#include <functional>

#include "base/error.h"
#include "launch/interpreter_search.h"
#include "support/catch.h"
#include "unit/launch/temporary_folder.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

std::string refusal_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const base::Error& error) {
        CHECK(error.code() == base::ExitCode::Failed);
        CHECK_THAT(error.hint(), ContainsSubstring("3.13, 3.14 and 3.15"));
        return error.what();
    }
    return "accepted";
}

std::string answer_text(const std::string& implementation, const std::string& hex, const std::string& free_threaded) {
    return R"_(ftscale-interpreter:{"path": "/opt/bin/python", "version": "3.14.1", "version_hex": )_" + hex +
           R"_(, "build": "3.14.1 (x)", "implementation": ")_" + implementation + R"_(", "free_threaded": )_" +
           free_threaded + R"_(, "gil_enabled": false})_" + "\n";
}

CapturedCommand answer(const std::string& output) {
    CapturedCommand command;
    command.output = output;
    return command;
}

TEST_CASE("a free-threaded CPython is taken at its word") {
    // sys.executable counts, not the name it was called by: shims and virtual environments stay what they are.
    const auto interpreter = judge_answer(
        "/shims/python", answer("hello from sitecustomize\n" + answer_text("cpython", "51249648", "true") + "bye\n"));
    CHECK(interpreter.path == "/opt/bin/python");
    CHECK(interpreter.version == "3.14.1");
    CHECK(interpreter.version_hex == 0x030e01f0);
    CHECK(interpreter.build == "3.14.1 (x)");
    CHECK(interpreter.free_threaded);
    CHECK_FALSE(interpreter.gil_enabled);
}

TEST_CASE("interpreters that will not do are refused with the reason") {
    const auto judge = [](const std::string& output) {
        return refusal_of([&] { judge_answer("/x/py", answer(output)); });
    };
    CHECK(judge(answer_text("pypy", "51249648", "true")) == "'/x/py' is pypy 3.14.1, not CPython");
    CHECK_THAT(judge(answer_text("cpython", "51249648", "false")),
               ContainsSubstring("is not free-threaded") && ContainsSubstring("has the GIL"));
    CHECK_THAT(judge(answer_text("cpython", "51380464", "true")), ContainsSubstring("not supported"));  // 3.16
    CHECK_THAT(judge(answer_text("cpython", "51118576", "true")), ContainsSubstring("not supported"));  // 3.12
    CHECK_THAT(judge(""), ContainsSubstring("not a Python interpreter"));
    CHECK_THAT(judge("ftscale-interpreter:{}"), ContainsSubstring("not a Python interpreter"));
    CHECK_THAT(judge("ftscale-interpreter:what?"), ContainsSubstring("not a Python interpreter"));
}

TEST_CASE("programs that are not Python are refused") {
    CHECK_THAT(refusal_of([] { interrogate("/bin/true"); }),
               ContainsSubstring("'/bin/true' is not a Python interpreter: it exited with status 0"));
    CHECK_THAT(refusal_of([] { interrogate("/bin/false"); }), ContainsSubstring("it exited with status 1"));
    TemporaryFolder folder;
    const auto dies = folder.write_program("dies", "#!/bin/sh\nkill -9 $$\n");
    CHECK_THAT(refusal_of([&] { interrogate(dies.string()); }), ContainsSubstring("signal 9 ended it"));
    const auto text = folder.write_program("text", "not a program\n");
    CHECK_THAT(refusal_of([&] { interrogate(text.string()); }),
               ContainsSubstring("cannot be executed: Exec format error"));
}

TEST_CASE("a program that does not answer is killed with all it started") {
    TemporaryFolder folder;
    const auto hangs = folder.write_program("hangs", "#!/bin/sh\nsleep 1000 & wait\n");
    const auto command = capture_output({hangs.string()}, std::chrono::milliseconds(100));
    CHECK(command.timed_out);
    CHECK_THAT(refusal_of([&] { judge_answer("/x/py", command); }), ContainsSubstring("did not answer within"));
}

TEST_CASE("output is captured up to a limit") {
    CHECK(capture_output({"/bin/echo", "a b", "c"}, std::chrono::seconds(60)).output == "a b c\n");
    const auto much = capture_output({"/bin/sh", "-c", "head -c 1000000 /dev/zero"}, std::chrono::seconds(60));
    CHECK(much.output.size() >= kMaxCapturedBytes);
    CHECK(much.output.size() < 2 * kMaxCapturedBytes);
    CHECK(much.status == 0);
}

TEST_CASE("names are looked up on PATH, paths are not") {
    TemporaryFolder folder;
    const auto program = folder.write_program("bin/snake", "");
    folder.write("bin/plain", "");
    const Variables variables = Variables::of({{"PATH", "/nowhere:" + (folder.path() / "bin").string()}});
    CHECK(find_program("snake", variables) == program);
    CHECK_FALSE(find_program("plain", variables));
    CHECK_FALSE(find_program("absent", variables));
    CHECK(find_program(program.string(), {}) == program);
    CHECK_FALSE(find_program((folder.path() / "bin").string(), variables));
}

TEST_CASE("interpreters are looked for in a fixed order") {
    TemporaryFolder home;
    const Paths expected{
        home.write_program("venv/bin/python", ""),
        home.write_program("b/python3.15t", ""),
        home.write_program("a/python3.13t", ""),
        home.write_program(".local/share/uv/python/cpython-3.14.2+freethreaded-linux-x86_64-gnu/bin/python3.14t", ""),
        home.write_program(".local/share/uv/python/cpython-3.14.0+freethreaded-linux-x86_64-gnu/bin/python3.14t", ""),
        home.write_program(".pyenv/versions/3.14.0t/bin/python3.14t", ""),
        home.write_program(".pyenv/versions/3.13t-dev/bin/python3.13t", ""),
        home.write_program(".cache/ftscale/python-3.13t/bin/python3.13t", ""),
    };
    home.write("a/python3.14t", "not executable");
    home.write_program(".local/share/uv/python/cpython-3.14.2-linux-x86_64-gnu/bin/python3.14", "");
    home.write_program(".pyenv/versions/3.14.0/bin/python3.14", "");
    Variables variables = Variables::of({{"HOME", home.path().string()},
                                         {"PATH", (home.path() / "a").string() + ":" + (home.path() / "b").string()},
                                         {"VIRTUAL_ENV", (home.path() / "venv").string()}});
    CHECK(find_interpreters(variables) == expected);
}

TEST_CASE("the folders of uv, pyenv and the cache may be elsewhere") {
    TemporaryFolder folder;
    const Paths expected{
        folder.write_program("uv/cpython-3.13.1+freethreaded-linux-x86_64-gnu/bin/python3.13t", ""),
        folder.write_program("pyenv/versions/3.13.1t/bin/python3.13t", ""),
        folder.write_program("cache/python-3.13t/bin/python3.13t", ""),
    };
    const std::string root = folder.path().string();
    Variables variables = Variables::of({{"PATH", "/nowhere"},
                                         {"HOME", "/nowhere"},
                                         {"UV_PYTHON_INSTALL_DIR", root + "/uv"},
                                         {"PYENV_ROOT", root + "/pyenv"},
                                         {"FTSCALE_CACHE", root + "/cache"}});
    CHECK(find_interpreters(variables) == expected);
}

TEST_CASE("the choice says which setting was wrong") {
    const Variables empty = Variables::of({{"PATH", "/nowhere"}, {"HOME", "/nowhere"}});
    const auto choose = [](std::optional<std::string> name, const Variables& variables) {
        return refusal_of([&] { choose_interpreter(name, variables); });
    };
    CHECK(choose("/nowhere/python", empty) == "--python: '/nowhere/python' not found");
    CHECK(choose("no-such-python", empty) == "--python: 'no-such-python' not found");
    CHECK_THAT(choose("/tmp", empty), ContainsSubstring("is a directory"));
    Variables named = empty;
    named.set("FTSCALE_PYTHON", "/nowhere/python");
    CHECK(choose(std::nullopt, named) == "FTSCALE_PYTHON: '/nowhere/python' not found");
    CHECK_THAT(choose(std::nullopt, empty), ContainsSubstring("no free-threaded Python found"));
}

TEST_CASE("a file that may not be executed is refused") {
    TemporaryFolder folder;
    const std::string plain = folder.write("python", "").string();
    CHECK_THAT(refusal_of([&] { choose_interpreter(plain, {}); }),
               ContainsSubstring("cannot be executed: Permission denied"));
}

TEST_CASE("interpreters found but unfit are passed over") {
    TemporaryFolder folder;
    folder.write_program("python3.15t", "#!/bin/sh\nexit 3\n");
    folder.write_program("python3.14t", "#!/bin/sh\necho '" + answer_text("cpython", "51249648", "true") + "'\n");
    const Variables variables = Variables::of({{"PATH", folder.path().string()}, {"HOME", "/nowhere"}});
    CHECK(choose_interpreter(std::nullopt, variables).path == "/opt/bin/python");
}

}  // namespace
}  // namespace ftscale::launch
