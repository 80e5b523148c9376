// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/asker.h"

#include <filesystem>

#include "support/catch.h"
#include "support/temporary_folder.h"

namespace ftscale::launch {
namespace {

using tests::TemporaryFolder;

constexpr unsigned kRoot = 0, kSomebody = 1000;
constexpr const char* kFirstNamespace = "         0          0 4294967295\n";

void add_program(const TemporaryFolder& root, const std::string& name) {
    root.write("bin/" + name, "#!/bin/sh\n");
    std::filesystem::permissions(root / ("bin/" + name), std::filesystem::perms::owner_all);
}

Variables with_path(const TemporaryFolder& root) { return Variables::of({{"PATH", (root / "bin").string()}}); }

Asker contained_in(const std::string& engine) {
    Asker asker;
    asker.is_root = true;
    asker.is_contained = true;
    asker.engine = engine;
    return asker;
}

TEST_CASE("root on the machine itself types the command as it is") {
    TemporaryFolder root;
    root.write("proc/self/uid_map", kFirstNamespace);
    root.write("proc/self/status", "Name:\tx\nSeccomp:\t0\n");
    const Asker asker = read_asker(kRoot, with_path(root), root.path());
    CHECK_FALSE(asker.is_contained);
    CHECK(as_root(asker, "sysctl a=1") == "sysctl a=1");
    CHECK(write_as_root(asker, "1", "/sys/x") == "echo 1 > /sys/x");
}

TEST_CASE("an ordinary user becomes root first, by sudo where it is installed") {
    TemporaryFolder root;
    root.write("proc/self/uid_map", kFirstNamespace);
    const Asker plain = read_asker(kSomebody, with_path(root), root.path());
    CHECK(as_root(plain, "sysctl a=1") == "su - -c 'sysctl a=1'");
    CHECK(write_as_root(plain, "1", "/sys/x") == "su - -c 'echo 1 > /sys/x'");
    add_program(root, "sudo");
    const Asker asker = read_asker(kSomebody, with_path(root), root.path());
    CHECK(as_root(asker, "sysctl a=1") == "sudo sysctl a=1");
    CHECK(write_as_root(asker, "1", "/sys/x") == "echo 1 | sudo tee /sys/x");
}

TEST_CASE("what contains a process: a filter of system calls, a user namespace") {
    TemporaryFolder root;
    root.write(".dockerenv", "");
    root.write("proc/self/uid_map", kFirstNamespace);
    root.write("proc/self/status", "Seccomp:\t0\n");
    // A virtual machine whose image was built as a container's is none.
    CHECK_FALSE(read_asker(kRoot, {}, root.path()).is_contained);
    root.write("proc/self/status", "Seccomp:\t2\n");
    const Asker filtered = read_asker(kRoot, {}, root.path());
    CHECK(filtered.is_contained);
    CHECK(filtered.has_seccomp);
    CHECK(filtered.engine == "docker");
    root.write("proc/self/status", "Seccomp:\t0\n");
    root.write("proc/self/uid_map", "0 1000 1\n");
    CHECK(read_asker(kRoot, {}, root.path()).is_contained);
    CHECK_FALSE(is_first_user_namespace(root.path()));
}

TEST_CASE("the engine is known by what it leaves") {
    TemporaryFolder root;
    root.write("proc/self/uid_map", "0 1000 1\n");
    CHECK(read_asker(kRoot, {}, root.path()).engine.empty());
    root.write("run/.containerenv", "");
    CHECK(read_asker(kRoot, {}, root.path()).engine == "podman");
    const Variables pod = Variables::of({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}});
    CHECK(read_asker(kRoot, pod, root.path()).engine == "kubernetes");
}

TEST_CASE("in a container root changes nothing: the host does, or who starts the container") {
    CHECK(as_root(contained_in("docker"), "sysctl a=1") == "sudo sysctl a=1  # on the host");
    CHECK(write_as_root(contained_in("docker"), "1", "/sys/x") == "echo 1 | sudo tee /sys/x  # on the host");
    CHECK(when_started_with(contained_in("docker"), "--cpus 4") == "docker run --cpus 4 ...");
    CHECK(when_started_with(contained_in("podman"), "--cpus 4") == "podman run --cpus 4 ...");
    CHECK(when_started_with(contained_in("kubernetes"), "--cap-add X", "capabilities: {add: [X]}") ==
          "securityContext: {capabilities: {add: [X]}}  # of the container");
    CHECK(when_started_with(contained_in(""), "--cpus 4") ==
          "docker run --cpus 4 ...  # or what else has started this sandbox");
}

}  // namespace
}  // namespace ftscale::launch
