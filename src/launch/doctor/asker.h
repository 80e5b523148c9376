// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Who asks, and from where: a command that helps root on the machine itself helps neither an ordinary user nor root in
// a container.
#pragma once

#include <filesystem>
#include <string>

#include "launch/variables.h"

namespace ftscale::launch {

struct Asker {
    bool is_root = false;                 // effective user id 0, if only of its own user namespace
    bool is_contained = false;            // something around us keeps even root from changing the machine
    bool has_seccomp = false;             // system calls are filtered
    std::string engine;                   // "docker", "podman" or "kubernetes" where there are signs of one
    std::string become_root = "su - -c";  // or "sudo"
};

/// `user` is the effective user id. The signs of an engine alone do not make a container: images of virtual machines
/// are built from containers.
Asker read_asker(unsigned user, const Variables& variables, const std::filesystem::path& root = "/");

/// Capabilities count everywhere only in the machine's own user namespace, which maps all ids to themselves.
bool is_first_user_namespace(const std::filesystem::path& root = "/");

/// The command as this asker has to type it: by way of sudo or su unless root, on the host when contained. It must hold
/// no single quotes.
std::string as_root(const Asker& asker, const std::string& command);
/// `value` into a file of /proc or /sys, likewise.
std::string write_as_root(const Asker& asker, const std::string& value, const std::string& file);
/// How to start the container so that it is given something: `option` is docker's and podman's, `pod` what it is in a
/// Kubernetes container's securityContext (empty: there is no such thing).
std::string when_started_with(const Asker& asker, const std::string& option, const std::string& pod = {});

}  // namespace ftscale::launch
