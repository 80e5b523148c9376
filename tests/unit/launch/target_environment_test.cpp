// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/target_environment.h"

#include <algorithm>

#include "launch/preload.h"
#include "support/catch.h"

namespace ftscale::launch {
namespace {

using Strings = std::vector<std::string>;

ProbeOrders orders() { return {"/lib/probe.so", "/tmp/run-1", 997, "", "", "", false, 0}; }

TEST_CASE("the thread count replaces its placeholder in the script's path and arguments") {
    const Target script{
        Target::Kind::Script, "bench_{threads}.py", {"--jobs={threads}", "{threads}{threads}", "{other}"}};
    CHECK(target_command("/py", script, 12) == Strings{"/py", "bench_12.py", "--jobs=12", "1212", "{other}"});
}

TEST_CASE("modules and code keep their braces, their arguments do not") {
    const Target module{Target::Kind::Module, "pkg.{threads}", {"{threads}"}};
    CHECK(target_command("/py", module, 2) == Strings{"/py", "-m", "pkg.{threads}", "2"});
    const Target code{Target::Kind::Code, "print(f'{threads}')", {"-x", "{threads}"}};
    CHECK(target_command("/py", code, 2) == Strings{"/py", "-c", "print(f'{threads}')", "-x", "2"});
    CHECK(code.words() == Strings{"-c", "print(f'{threads}')", "-x", "{threads}"});
}

TEST_CASE("the thread count is in the environment, for scripts and for Python; libraries are left alone") {
    const Variables variables = target_environment({}, 4, {}, orders());
    CHECK(variables.find("FTSCALE_THREADS") == "4");
    for (const char* name : kCpuCountVariables) CHECK(variables.find(name) == "4");
    for (const char* name : kLibraryThreadVariables) CHECK_FALSE(variables.contains(name));
}

TEST_CASE("libraries can be told how many threads to have, the same at all counts or as many as there are") {
    EnvironmentOptions options;
    options.library_threads = "1";
    const Variables user = Variables::of({{"OMP_NUM_THREADS", "3"}});
    const Variables variables = target_environment(user, 4, options, orders());
    CHECK(variables.find("OMP_NUM_THREADS") == "3");  // what the user has set stands
    CHECK(variables.find("OPENBLAS_NUM_THREADS") == "1");
    options.library_threads = kAsManyAsThreads;
    CHECK(target_environment({}, 4, options, orders()).find("OPENBLAS_NUM_THREADS") == "4");
}

TEST_CASE("Python is not told how many CPUs there are when told not to") {
    EnvironmentOptions options;
    options.set_cpu_counts = false;
    const Variables variables = target_environment({}, 4, options, orders());
    CHECK(variables.find("FTSCALE_THREADS") == "4");
    for (const char* name : kCpuCountVariables) CHECK_FALSE(variables.contains(name));
}

TEST_CASE("--env sets and removes, and has the last word") {
    EnvironmentOptions options;
    options.extra = {{"A", "1"}, {"OMP_NUM_THREADS", ""}, {"HOME", ""}, {"MKL_NUM_THREADS", "7"}};
    const Variables variables = target_environment(Variables::of({{"HOME", "/root"}}), 4, options, orders());
    CHECK(variables.find("A") == "1");
    CHECK(variables.find("MKL_NUM_THREADS") == "7");
    CHECK_FALSE(variables.contains("OMP_NUM_THREADS"));
    CHECK_FALSE(variables.contains("HOME"));
}

TEST_CASE("the probe is preloaded before anything else that is") {
    CHECK(target_environment({}, 1, {}, orders()).find("LD_PRELOAD") == "/lib/probe.so");
    const Variables user = Variables::of({{"LD_PRELOAD", "/lib/jemalloc.so"}});
    CHECK(target_environment(user, 1, {}, orders()).find("LD_PRELOAD") == "/lib/probe.so:/lib/jemalloc.so");
    CHECK(preload_with_probe(" a.so  b.so:c.so ", "/p.so") == "/p.so:a.so:b.so:c.so");
}

TEST_CASE("a sanitizer's runtime stays first: it starts in no other place") {
    for (const char* name : {"libasan.so", "libasan.so.8", "/usr/lib/libtsan.so.2", "libubsan.so.1", "libhwasan.so.0",
                             "liblsan.so.0", "/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.asan-x86_64.so",
                             "libclang_rt.asan.so", "libclang_rt.ubsan_standalone-aarch64.so"}) {
        INFO(name);
        CHECK(is_sanitizer_runtime(name));
        CHECK(preload_with_probe(name, "/p.so") == std::string(name) + ":/p.so");
    }
    for (const char* name : {"libjemalloc.so.2", "libasanas.so", "asan.so", "/lib/libasan.so.8/libc.so.6", "libm.so.6",
                             "libmimalloc-secure.so", "libasan.a", "libclang_rt.profile-x86_64.so", ""}) {
        INFO(name);
        CHECK_FALSE(is_sanitizer_runtime(name));
    }
    CHECK(preload_with_probe("libjemalloc.so.2 libasan.so.8:libubsan.so.1:x.so", "/p.so") ==
          "libasan.so.8:libubsan.so.1:/p.so:libjemalloc.so.2:x.so");
}

TEST_CASE("without the probe all but the probe is the same") {
    const Variables user =
        Variables::of({{"LD_PRELOAD", "/lib/jemalloc.so"}, {"FTSCALE_PROBE_DIRECTORY", "/of/another"}});
    Variables with = target_environment(user, 2, {}, orders());
    const Variables without = target_environment(user, 2, {}, std::nullopt);
    CHECK(without.find("LD_PRELOAD") == "/lib/jemalloc.so");
    for (const std::string& variable : without.to_strings()) CHECK(variable.rfind("FTSCALE_PROBE_", 0) != 0);
    for (const char* name : {"FTSCALE_PROBE_DIRECTORY", "FTSCALE_PROBE_FREQUENCY"}) with.remove(name);
    with.set("LD_PRELOAD", "/lib/jemalloc.so");
    CHECK(with.to_strings() == without.to_strings());
    CHECK_FALSE(target_environment({}, 2, {}, std::nullopt).contains("LD_PRELOAD"));
}

TEST_CASE("the GIL is switched on for its control only, whatever the user has set") {
    EnvironmentOptions options;
    options.extra = {{"PYTHON_GIL", "0"}};
    CHECK(target_environment({}, 2, options, orders()).find("PYTHON_GIL") == "0");
    options.gil_on = true;
    CHECK(target_environment({}, 2, options, orders()).find("PYTHON_GIL") == "1");
    CHECK_FALSE(target_environment({}, 2, {}, orders()).contains("PYTHON_GIL"));
}

TEST_CASE("each of several processes is told one thread") {
    recording::Run run;
    run.threads = 4;
    CHECK(threads_told(run) == 4);
    run.control = recording::kGilControl;
    CHECK(threads_told(run) == 4);
    run.control = recording::kProcessesControl;
    CHECK(threads_told(run) == 1);
}

TEST_CASE("the probe's orders") {
    ProbeOrders probe = orders();
    Variables variables = target_environment({}, 1, {}, probe);
    CHECK(variables.find("FTSCALE_PROBE_DIRECTORY") == "/tmp/run-1");
    CHECK(variables.find("FTSCALE_PROBE_FREQUENCY") == "997");
    CHECK_FALSE(variables.contains("FTSCALE_PROBE_SAMPLER"));
    CHECK_FALSE(variables.contains("FTSCALE_PROBE_FOLLOW_CHILDREN"));
    probe.sampler = "cpu-timer";
    probe.follow_children = true;
    CHECK_FALSE(variables.contains("FTSCALE_PROBE_MAX_BYTES"));
    probe.max_bytes = 5'000'000'000;
    variables = target_environment({}, 1, {}, probe);
    CHECK(variables.find("FTSCALE_PROBE_SAMPLER") == "cpu-timer");
    CHECK(variables.find("FTSCALE_PROBE_FOLLOW_CHILDREN") == "1");
    CHECK(variables.find("FTSCALE_PROBE_MAX_BYTES") == "5000000000");
}

}  // namespace
}  // namespace ftscale::launch
