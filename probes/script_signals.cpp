// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "script_signals.h"

#include <cstring>

#include "globals.h"
#include "raw_syscall.h"
#include "sampler.h"
#include "thread_state.h"

namespace ftscale::probe {

std::uint64_t g_leader_mask = 0;

namespace {

SignalHandler g_script_handlers[_NSIG] = {};
std::uint64_t g_restarting = 0;  // signals whose handlers were installed with SA_RESTART; a bit for each from 1 on

/// What a signal said that was given to the main thread by tgkill, which can say nothing.
siginfo_t g_handed_over[_NSIG];
unsigned char g_is_handed_over[_NSIG] = {};

std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

/// A file under /proc, a piece at a time.
class ProcReader {
  public:
    explicit ProcReader(const char* path) : fd_(raw_open(path, O_RDONLY | O_CLOEXEC)) {}
    ~ProcReader() {
        if (fd_ >= 0) raw_close(fd_);
    }
    ProcReader(const ProcReader&) = delete;
    ProcReader& operator=(const ProcReader&) = delete;

    /// The next character; 0 at the end.
    char next() {
        if (at_ == length_) {
            if (fd_ < 0) return 0;
            length_ = raw_read(fd_, text_, sizeof(text_));
            at_ = 0;
            if (length_ <= 0) return length_ = 0, '\0';
        }
        return text_[at_++];
    }
    /// Skips to behind the next line that begins with `key`. False at the end.
    bool find(const char* key) {
        for (const char* expected = key;;) {
            const char c = next();
            if (c == 0) return false;
            expected = expected != nullptr && c == *expected ? expected + 1 : nullptr;
            if (expected != nullptr && *expected == 0) return true;
            if (c == '\n') expected = key;
        }
    }

  private:
    int fd_;
    long length_ = 0, at_ = 0;
    char text_[256];
};

struct TaskPath {
    char text[64];
};

char* append(char* at, const char* text) {
    while (*text != 0) *at++ = *text++;
    *at = 0;
    return at;
}

/// /proc/self/task/<leader>/<name>
TaskPath leader_file(const char* name) {
    TaskPath path;
    char digits[16];
    char* digit = digits + sizeof(digits) - 1;
    *digit = 0;
    for (auto left = static_cast<unsigned>(g_pid); left != 0; left /= 10) *--digit = static_cast<char>('0' + left % 10);
    append(append(append(append(path.text, "/proc/self/task/"), digit), "/"), name);
    return path;
}

std::uint64_t read_hex(ProcReader& file) {
    std::uint64_t value = 0;
    for (char c = file.next(); c != 0 && c != '\n'; c = file.next()) {
        if (c >= '0' && c <= '9') value = value * 16 + static_cast<std::uint64_t>(c - '0');
        if (c >= 'a' && c <= 'f') value = value * 16 + static_cast<std::uint64_t>(c - 'a' + 10);
    }
    return value;
}

/// Whether the main thread lives and does not block the signal itself: in the sampler's handler it blocks all.
bool leader_takes(int signal) {
    ProcReader file(leader_file("status").text);
    if (!file.find("State:\t")) return false;
    const char state = file.next();
    if (state == 'Z' || state == 'X' || !file.find("SigBlk:\t")) return false;
    const std::uint64_t blocked = read_hex(file);
    const bool is_in_handler = (blocked & bit(sample_signal())) != 0;
    const std::uint64_t own = is_in_handler ? __atomic_load_n(&g_leader_mask, __ATOMIC_RELAXED) : blocked;
    return (own & bit(signal)) == 0;
}

/// Whether the main thread has started the process: its end is told to the thread that did.
bool is_child_of_leader(pid_t pid) {
    ProcReader file(leader_file("children").text);
    for (;;) {
        pid_t child = 0;
        char c = file.next();
        for (; c >= '0' && c <= '9'; c = file.next()) child = child * 10 + (c - '0');
        if (child == pid) return true;
        if (c == 0) return false;
    }
}

/// Whether the kernel offers the signal to the main thread first. Not so what a thread has brought upon itself, what
/// was sent to a thread, and what timers send: those prefer the thread that runs.
bool is_leaders(int signal, const siginfo_t& info) {
    switch (signal) {
        case SIGPIPE:
        case SIGXFSZ:
        case SIGPROF:
        case SIGVTALRM:
        case SIGXCPU:
            return false;
        case SIGCHLD:
            if (info.si_code > 0) return is_child_of_leader(info.si_pid);
            break;
        default:
            break;
    }
    return info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_KERNEL;
}

/// Whether a signal that has come to another thread is the main thread's. Whether the sampler had a hand in it cannot
/// be told for sure: between its handler's end and the next signal's begin a thread may be off its CPU for any time.
/// Without it the kernel would have had another reason only where the main thread was about to take another signal
/// itself.
bool is_strayed(int signal, const siginfo_t& info) { return is_leaders(signal, info) && leader_takes(signal); }

/// The kernel lets nobody say in whose name another thread is sent a signal, unless it was queued by a program.
bool give_to_leader(int signal, siginfo_t& info) {
    const long pid = g_pid;
    if (info.si_code < 0) return raw_syscall(SYS_rt_tgsigqueueinfo, pid, pid, signal, as_argument(&info)) == 0;
    std::memcpy(&g_handed_over[signal], &info, sizeof(info));
    __atomic_store_n(&g_is_handed_over[signal], static_cast<unsigned char>(1), __ATOMIC_RELEASE);
    return raw_syscall(SYS_tgkill, pid, pid, signal) == 0;
}

/// In the main thread: what the signal said before it was handed over.
void restore_info(int signal, siginfo_t& info) {
    if (info.si_code != SI_TKILL || info.si_pid != g_pid) return;
    if (__atomic_exchange_n(&g_is_handed_over[signal], static_cast<unsigned char>(0), __ATOMIC_ACQUIRE) != 0)
        std::memcpy(&info, &g_handed_over[signal], sizeof(info));
}

}  // namespace

SignalHandler script_handler(int signal) { return __atomic_load_n(&g_script_handlers[signal], __ATOMIC_ACQUIRE); }

void set_script_handler(int signal, SignalHandler handler, bool restarts) {
    if (restarts)
        __atomic_fetch_or(&g_restarting, bit(signal), __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&g_restarting, ~bit(signal), __ATOMIC_RELAXED);
    __atomic_store_n(&g_script_handlers[signal], handler, __ATOMIC_RELEASE);
}

bool is_restarting(int signal) { return (__atomic_load_n(&g_restarting, __ATOMIC_RELAXED) & bit(signal)) != 0; }

void on_script_signal(int signal, siginfo_t* info, void* context) {
    if (ThreadState* state = own_state()) {
        const Errno keep;
        if (state->tid == static_cast<std::uint32_t>(g_pid))
            restore_info(signal, *info);
        else if (is_strayed(signal, *info) && give_to_leader(signal, *info))
            return;
        state->script_signals = state->script_signals + 1;
        if (!is_restarting(signal)) state->ending_signals = state->ending_signals + 1;
    }
    // A handler of the older form ignores the further arguments.
    script_handler(signal)(signal, info, context);
}

}  // namespace ftscale::probe
