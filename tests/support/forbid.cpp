// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Runs a program under a seccomp filter that answers some system calls with EPERM, or with ENOSYS, as container engines
// do:
//
//     forbid SYSTEM_CALL[=ENOSYS][,SYSTEM_CALL...] PROGRAM [ARGUMENTS...]
//
// Needs no privilege: the program can gain none either (no_new_privs). Exit status 125 when the filter cannot be put
// up, 127 when there is no such program.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

struct SystemCall {
    const char* name;
    long number;
};
constexpr SystemCall kKnown[] = {
    {"perf_event_open", SYS_perf_event_open},
    {"process_vm_readv", SYS_process_vm_readv},
    {"timer_create", SYS_timer_create},
};

struct Answer {
    long number;
    std::uint32_t error;
};

std::vector<Answer> parse_answers(const std::string& orders) {
    std::vector<Answer> answers;
    std::istringstream list(orders);
    for (std::string order; std::getline(list, order, ',');) {
        const std::size_t equals = order.find('=');
        const std::uint32_t error = equals != std::string::npos && order.substr(equals) == "=ENOSYS" ? ENOSYS : EPERM;
        for (const SystemCall& call : kKnown)
            if (order.substr(0, equals) == call.name) answers.push_back({call.number, error});
    }
    return answers;
}

sock_filter statement(unsigned code, std::uint32_t value) { return {static_cast<std::uint16_t>(code), 0, 0, value}; }

sock_filter jump_unless_equal(std::uint32_t value, std::uint8_t steps) {
    return {BPF_JMP | BPF_JEQ | BPF_K, 0, steps, value};
}

/// Calls of another architecture are let through: nothing here makes them.
std::vector<sock_filter> make_filter(const std::vector<Answer>& answers) {
    std::vector<sock_filter> filter{
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        jump_unless_equal(kArchitecture, static_cast<std::uint8_t>(1 + 2 * answers.size())),
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
    };
    for (const auto& [number, error] : answers) {
        filter.push_back(jump_unless_equal(static_cast<std::uint32_t>(number), 1));
        filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
    }
    filter.push_back(statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return filter;
}

bool put_up(std::vector<sock_filter> filter) {
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int kNoFilter = 125, kNoProgram = 127;
    const std::vector<Answer> answers = argc < 3 ? std::vector<Answer>() : parse_answers(argv[1]);
    if (answers.empty()) {
        std::fprintf(stderr, "usage: forbid SYSTEM_CALL[=ENOSYS][,SYSTEM_CALL...] PROGRAM [ARGUMENTS...]\n");
        return kNoFilter;
    }
    if (!put_up(make_filter(answers))) {
        std::perror("forbid: seccomp");
        return kNoFilter;
    }
    execvp(argv[2], argv + 2);
    std::perror(argv[2]);
    return kNoProgram;
}
