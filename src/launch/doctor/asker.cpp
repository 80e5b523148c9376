// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/asker.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <sstream>
#include <system_error>

#include "launch/interpreter_search.h"
#include "launch/system_file.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

std::string find_engine(const Variables& variables, const fs::path& root) {
    if (variables.find("KUBERNETES_SERVICE_HOST")) return "kubernetes";
    if (is_there(root / "run/.containerenv")) return "podman";
    if (is_there(root / ".dockerenv")) return "docker";
    return {};
}

/// Container engines mount /proc/sys read-only.
bool is_read_only(const fs::path& path) {
    struct statvfs facts {};
    return statvfs(path.c_str(), &facts) == 0 && (facts.f_flag & ST_RDONLY) != 0;
}

bool has_seccomp_filter(const fs::path& root) {
    constexpr const char* kFiltered = "2";
    return read_field(root / "proc/self/status", "Seccomp") == kFiltered;
}

const char* starter(const Asker& asker) { return asker.engine == "podman" ? "podman run" : "docker run"; }

}  // namespace

bool is_first_user_namespace(const fs::path& root) {
    const auto line = read_first_line(root / "proc/self/uid_map");
    if (!line) return true;
    std::istringstream fields(*line);
    unsigned long inside = 0, outside = 0, count = 0;
    fields >> inside >> outside >> count;
    return inside == 0 && outside == 0 && count == 4294967295UL;
}

Asker read_asker(unsigned user, const Variables& variables, const fs::path& root) {
    Asker asker;
    asker.is_root = user == 0;
    asker.has_seccomp = has_seccomp_filter(root);
    asker.is_contained = asker.has_seccomp || !is_first_user_namespace(root) || is_read_only(root / "proc/sys");
    if (asker.is_contained) asker.engine = find_engine(variables, root);
    if (find_program("sudo", variables)) asker.become_root = "sudo";
    return asker;
}

std::string as_root(const Asker& asker, const std::string& command) {
    // How one becomes root on the host is not to be seen from in here; sudo is the usual way.
    if (asker.is_contained) return fmt::format("sudo {}  # on the host", command);
    if (asker.is_root) return command;
    // A login shell: the sbin folders are not on an ordinary user's path.
    return asker.become_root == "sudo" ? "sudo " + command : fmt::format("su - -c '{}'", command);
}

std::string write_as_root(const Asker& asker, const std::string& value, const std::string& file) {
    if (asker.is_contained) return fmt::format("echo {} | sudo tee {}  # on the host", value, file);
    if (asker.is_root) return fmt::format("echo {} > {}", value, file);
    if (asker.become_root == "sudo") return fmt::format("echo {} | sudo tee {}", value, file);
    return fmt::format("su - -c 'echo {} > {}'", value, file);
}

std::string when_started_with(const Asker& asker, const std::string& option, const std::string& pod) {
    if (asker.engine == "kubernetes" && !pod.empty())
        return fmt::format("securityContext: {{{}}}  # of the container", pod);
    const char* doubt = asker.engine.empty() ? "  # or what else has started this sandbox" : "";
    return fmt::format("{} {} ...{}", starter(asker), option, doubt);
}

}  // namespace ftscale::launch
