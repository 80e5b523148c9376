// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Load, look around, install. Inert in any process that is not a free-threaded CPython started by ftscale. The only
// file that sees everything in this room.
#include <dlfcn.h>
#include <link.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "budget.h"
#include "counters.h"
#include "events.h"
#include "fork.h"
#include "globals.h"
#include "python_api.h"
#include "python_gil.h"
#include "python_setup.h"
#include "real.h"
#include "sampler.h"
#include "script_signals.h"
#include "signals.h"
#include "stream.h"
#include "thread_life.h"

namespace ftscale::probe {

namespace {

bool g_exit_written = false;
format::Sampler g_sampler = format::Sampler::None;
std::uint64_t g_period_ns = 0;
const SamplerEngine* g_only_engine = nullptr;  // null: the best that works

void read_orders() {
    const char* frequency = std::getenv(format::kEnvFrequency);
    const double hertz = frequency != nullptr ? std::atof(frequency) : 0;
    g_period_ns = hertz > 0 ? static_cast<std::uint64_t>(1e9 / hertz) : 0;
    const char* sampler = std::getenv(format::kEnvSampler);
    for (const SamplerEngine* engine : kSamplerLadder) {
        if (sampler != nullptr && std::strcmp(sampler, engine->name) == 0) g_only_engine = engine;
    }
    parse_counter_orders(std::getenv(format::kEnvCounters), std::getenv(format::kEnvCycles), g_counter_orders);
    thread_cpu_ns();  // has the kernel bring its account up to date: of a process just begun it may still be zero
    record_switches(read_run_delay() == format::kUnknownNs);  // the kernel keeps no account of the run queue
    plan_sampling(g_period_ns, g_only_engine);
}

/// Takes the probe out of LD_PRELOAD, leaving what else the user has there.
void remove_from_preload() {
    Dl_info self{};
    const char* preload = std::getenv("LD_PRELOAD");
    if (preload == nullptr || dladdr(reinterpret_cast<void*>(&remove_from_preload), &self) == 0) return;
    const std::size_t name = std::strlen(self.dli_fname);
    char* rest = strdup(preload);
    if (rest == nullptr) return;
    char* out = rest;
    for (const char* c = preload; *c != 0;) {
        const std::size_t length = std::strcspn(c, ": ");
        if (length != 0 && !(length == name && std::strncmp(c, self.dli_fname, length) == 0)) {
            if (out != rest) *out++ = ':';
            std::memmove(out, c, length);
            out += length;
        }
        c += length + (c[length] != 0 ? 1 : 0);
    }
    *out = 0;
    if (out == rest)
        unsetenv("LD_PRELOAD");
    else
        setenv("LD_PRELOAD", rest, 1);
    std::free(rest);
}

bool follows_children() {
    const char* follow = std::getenv(format::kEnvFollow);
    return follow != nullptr && std::strcmp(follow, "1") == 0;
}

/// The script and its children see the environment as the user made it.
void clean_environment() {
    remove_from_preload();
    for (const char* name : format::kEnvOrders) unsetenv(name);
}

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

void write_process_begin(format::Sampler sampler, std::uint32_t flags = 0) {
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
    format::ProcessBegin body{};
    body.pid = static_cast<std::uint32_t>(g_pid);
    body.parent_pid = static_cast<std::uint32_t>(getppid());
    body.python_version = g_layout.version;
    body.sampler = static_cast<std::uint32_t>(sampler);
    body.period_ns = g_period_ns;
    body.flags = t_state->sampler_flags | flags;
    body.machine = static_cast<std::uint32_t>(kMachine);
    body.runtime_address = reinterpret_cast<std::uint64_t>(_PyRuntime);
    body.runtime_size = g_layout.runtime_size;
    body.interpreter_size = g_layout.interpreter_size;
    body.thread_state_size = g_layout.thread_state_size;
    std::memcpy(&body.interpreter_address, _PyRuntime + g_layout.interpreters_main, sizeof(body.interpreter_address));
    body.path_bytes = length > 0 ? static_cast<std::uint32_t>(length) : 0;
    std::byte* out = t_state->stream.begin(format::RecordType::ProcessBegin, now_ns(), sizeof(body) + body.path_bytes);
    if (out == nullptr) return;
    std::memcpy(out, &body, sizeof(body));
    std::memcpy(out + sizeof(body), path, body.path_bytes);
    t_state->stream.commit();
}

/// The ELF object that `address` lies in.
StaticImage image_of(const char* address) {
    Dl_info info{};
    link_map* map = nullptr;
    if (dladdr1(address, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) == 0) return {};
    const auto* header = static_cast<const ElfW(Ehdr)*>(info.dli_fbase);
    const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    const auto* segments = reinterpret_cast<const ElfW(Phdr)*>(base + header->e_phoff);
    StaticImage image{base, base};
    for (unsigned i = 0; i < header->e_phnum; ++i) {
        if (segments[i].p_type != PT_LOAD) continue;
        const std::uintptr_t end = map->l_addr + segments[i].p_vaddr + segments[i].p_memsz;
        if (end > image.end) image.end = end;
    }
    return image;
}

format::Sampler start_sampler() {
    if (g_period_ns == 0) return format::Sampler::None;
    install_sample_handler();
    for (const SamplerEngine* engine : kSamplerLadder) {
        if (g_only_engine != nullptr && engine != g_only_engine) continue;
        if (start_sampling(*engine)) return engine->kind;
    }
    return format::Sampler::None;
}

/// What stands at the begin of a process's recording.
void write_begin(std::uint32_t flags) {
    ThreadState& state = *t_state;
    const Recording recording(state);
    write_process_begin(g_sampler, flags);
    write_counter_records(state);
    write_counter_reading(state);
    write_process_event(state, format::Event::ScriptBegin, gil_state());
}

void on_script_begin() {
    if (recordable() == nullptr) return;
    g_sampler = start_sampler();
    write_begin(0);
}

void on_script_end() {
    __atomic_store_n(&g_script_is_over, true, __ATOMIC_RELAXED);
    ThreadState* state = recordable();
    if (state == nullptr) return;
    const Recording recording(*state);
    close_spin(*state);
    const int gil = gil_state();
    if (gil > 0) write_gil_modules(*state);
    write_process_event(*state, format::Event::ScriptEnd, gil);
    write_counter_reading(*state);
    write_thread_stat(*state);
}

/// The process is about to end by itself, with or without Python's finalisation. Not so for a vfork's child, which
/// shares our memory. Written even where a signal handler has interrupted a record: nobody comes back to that.
void write_exit(int status) {
    ThreadState* state = own_state();
    if (state == nullptr || g_exit_written || getpid() != g_pid) return;
    g_exit_written = true;
    const Recording recording(*state);
    close_spin(*state);
    write_process_stat(*state, unrecorded_forks());
    write_process_event(*state, format::Event::Exit, status);
    write_counter_reading(*state);
    write_thread_stat(*state);
}

/// In a fork's child: its own recording begins here, as if it were a script of its own.
void begin_child() {
    g_pid = getpid();
    g_exit_written = false;
    g_leader_mask = 0;
    if (!g_stream_file.recreate(static_cast<unsigned>(g_pid))) return;
    register_child();
    if (t_state != nullptr) write_begin(format::kForked);
}

bool is_python() {
    return _PyRuntime != nullptr && PySys_AddAuditHook != nullptr && PyThreadState_GetUnchecked != nullptr;
}

__attribute__((constructor)) void install() {
    resolve_real_functions();
    const char* directory = std::getenv(format::kEnvDirectory);
    if (directory == nullptr || !is_python())
        return;  // a shell or a launcher on the way to Python: leave everything in place
    const LayoutResult layout = load_layout(_PyRuntime, g_layout);
    g_pid = getpid();
    g_python_image = image_of(_PyRuntime);
    read_orders();
    const char* most = std::getenv(format::kEnvMaxBytes);
    g_budget.open(directory, most != nullptr ? std::strtoull(most, nullptr, 10) : 0);
    if (g_stream_file.create(directory, static_cast<unsigned>(g_pid), page_bytes())) register_thread("MainThread", 0);
    const bool follows = follows_children();
    if (!follows) clean_environment();
    if (t_state == nullptr) return;
    if (layout != LayoutResult::Ok) {
        write_process_begin(format::Sampler::None);
        const auto refusal = layout == LayoutResult::NotFreeThreaded ? format::Refusal::NotFreeThreaded
                                                                     : format::Refusal::UnknownVersion;
        write_process_event(*t_state, format::Event::Refused, static_cast<std::int32_t>(refusal));
        return silence_threads();
    }
    watch_forks(follows ? begin_child : nullptr);
    set_up_python(on_script_begin, on_script_end);
}

__attribute__((destructor)) void uninstall() {
    write_exit(0);
    if (getpid() == g_pid) unregister_thread();
}

}  // namespace
}  // namespace ftscale::probe

extern "C" __attribute__((visibility("default"), noreturn)) void _exit(int status) {
    ftscale::probe::write_exit(status);
    ftscale::probe::real()._exit(status);
    __builtin_unreachable();
}

extern "C" __attribute__((visibility("default"), noreturn)) void _Exit(int status) noexcept { _exit(status); }
