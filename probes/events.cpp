// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "events.h"

#include <pthread.h>
#include <sys/resource.h>
#include <time.h>

#include <cstring>

#include "counter_words.h"
#include "object_types.h"
#include "raw_syscall.h"
#include "sample_objects.h"
#include "stack_capture.h"

namespace ftscale::probe {
namespace {

/// Off the CPU for longer than this since the last sample, recorded waits left out: worth asking the kernel why, which
/// takes several microseconds.
constexpr std::uint64_t kOffCpuNs = 500'000;
/// More wall time than this is not ours: the thread was preempted while it recorded.
constexpr std::uint64_t kLongestOwnNs = 50'000;

template <typename Body>
std::byte* begin(ThreadState& state, format::RecordType type, std::uint64_t time_ns, const Body& body,
                 std::size_t more_bytes, Stream::Room room = Stream::Room::Ordinary, std::uint16_t flags = 0) {
    std::byte* out = state.stream.begin(type, time_ns, sizeof(Body) + more_bytes, room, flags);
    if (out == nullptr) return nullptr;
    std::memcpy(out, &body, sizeof(Body));
    return out + sizeof(Body);
}

template <typename Body>
void write(ThreadState& state, format::RecordType type, std::uint64_t time_ns, const Body& body,
           Stream::Room room = Stream::Room::Ordinary) {
    if (begin(state, type, time_ns, body, 0, room) != nullptr) state.stream.commit();
}

template <typename Body>
bool write_with_stack(ThreadState& state, format::RecordType type, std::uint64_t time_ns, const Body& body) {
    std::byte* out = begin(state, type, time_ns, body, stack_bytes(state));
    if (out == nullptr) return false;
    write_stack(state, out);
    state.stream.commit();
    return true;
}

void write_text(ThreadState& state, format::RecordType type, const char* text, std::size_t bytes) {
    std::byte* out = state.stream.begin(type, now_ns(), bytes);
    if (out == nullptr) return;
    std::memcpy(out, text, bytes);
    // The body is padded with zeros: its length is that of the text.
    std::memset(out + bytes, 0, (8 - bytes % 8) % 8);
    state.stream.commit();
}

}  // namespace

void add_cost(ThreadState& state, std::uint64_t begin_ns) {
    const std::uint64_t cost_ns = now_ns() - begin_ns;
    state.probe_ns += cost_ns < kLongestOwnNs ? cost_ns : kLongestOwnNs;
}

std::uint64_t thread_cpu_ns() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

std::uint64_t read_run_delay() {
    const int fd = raw_open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return format::kUnknownNs;
    char text[96];
    const long length = raw_read(fd, text, sizeof(text) - 1);
    raw_close(fd);
    if (length <= 0) return format::kUnknownNs;
    text[length] = 0;
    const char* c = std::strchr(text, ' ');  // "cpu_ns run_delay_ns timeslices"
    // Who runs has run: all zeros are a kernel that keeps no account (kernel.task_delayacct).
    if (c == nullptr || text[0] == '0') return format::kUnknownNs;
    std::uint64_t value = 0;
    for (++c; *c >= '0' && *c <= '9'; ++c) value = value * 10 + static_cast<std::uint64_t>(*c - '0');
    return value;
}

namespace {

/// Time runnable but not running: the kernel's account, else what the sampler's switch records say.
std::uint64_t run_delay(const ThreadState& state) {
    const ClockRing& ring = state.clocks[0].ring;
    return ring.has_switches && ring.has_ring ? ring.preempted_ns : read_run_delay();
}

}  // namespace

void write_thread_begin(ThreadState& state, const char* name, std::uintptr_t start_routine) {
    const format::ThreadBegin body{state.tid,
                                   static_cast<std::uint32_t>(std::strlen(name)),
                                   static_cast<std::uint64_t>(pthread_self()),
                                   start_routine,
                                   state.bounds.low,
                                   state.bounds.high};
    state.stream.open(state.ordinal, body, name, now_ns());
}

void write_thread_sampler(ThreadState& state, format::Sampler sampler) {
    write(state, format::RecordType::ThreadSampler, now_ns(),
          format::ThreadSampler{static_cast<std::uint32_t>(sampler), state.sampler_flags});
}

void write_thread_name(ThreadState& state, const char* name) {
    write_text(state, format::RecordType::ThreadName, name, std::strlen(name));
}

void write_region(ThreadState& state, format::RecordType begin_or_end, const char* name, std::size_t bytes) {
    write_text(state, begin_or_end, name, bytes);
}

namespace {

format::ThreadStat thread_stat(const ThreadState& state) {
    format::ThreadStat body{};
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    body.cpu_ns = thread_cpu_ns();
    body.run_delay_ns = run_delay(state);
    body.probe_ns = state.probe_ns;
    body.samples = state.samples;
    body.truncated_stacks = state.truncated_stacks;
    body.voluntary_switches = static_cast<std::uint64_t>(usage.ru_nvcsw);
    body.involuntary_switches = static_cast<std::uint64_t>(usage.ru_nivcsw);
    body.minor_faults = static_cast<std::uint64_t>(usage.ru_minflt);
    body.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
    std::memcpy(body.dropped, state.dropped, sizeof(body.dropped));
    body.dropped[static_cast<std::size_t>(format::DropReason::StreamFull)] = state.stream.no_room();
    return body;
}

/// Totals are written now and then, so that a killed process has some.
void write_running_totals(ThreadState& state) {
    constexpr std::uint64_t kSamplesPerStat = 512;
    if (state.samples % kSamplesPerStat == 0)
        write(state, format::RecordType::ThreadStat, now_ns(), thread_stat(state));
}

}  // namespace

void write_thread_stat(ThreadState& state) {
    write(state, format::RecordType::ThreadStat, now_ns(), thread_stat(state), Stream::Room::Final);
}

void write_thread_end(ThreadState& state) {
    constexpr auto kType = format::RecordType::ThreadEnd;
    if (state.stream.begin(kType, now_ns(), 0, Stream::Room::Final) != nullptr) state.stream.commit();
}

void write_process_stat(ThreadState& state, std::uint32_t forks_unrecorded) {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto ns = [](const timeval& time) {
        return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000u +
               static_cast<std::uint64_t>(time.tv_usec) * 1000;
    };
    const format::ProcessStat body{ns(usage.ru_utime) + ns(usage.ru_stime), forks_unrecorded, 0};
    write(state, format::RecordType::ProcessStat, now_ns(), body, Stream::Room::Final);
}

void write_process_event(ThreadState& state, format::Event event, std::int32_t value) {
    write(state, format::RecordType::ProcessEvent, now_ns(),
          format::ProcessEvent{static_cast<std::uint32_t>(event), value, 0}, Stream::Room::Final);
}

namespace {

/// What stands between a sample and its stack.
struct SampleDetail {
    std::uint64_t registers[kRegisterCount];
    SampleObjects objects;
    std::uint64_t counters[format::kMostCounterWords];
};

std::size_t bytes_of(const format::Sample& body) {
    return (std::size_t{body.register_count} + body.counter_words) * sizeof(std::uint64_t) +
           body.object_count * sizeof(format::SampleObject);
}

std::byte* write_detail(const format::Sample& body, const SampleDetail& detail, std::byte* out) {
    const auto append = [&out](const void* from, std::size_t bytes) {
        std::memcpy(out, from, bytes);
        out += bytes;
    };
    append(detail.registers, body.register_count * sizeof(detail.registers[0]));
    append(detail.objects.objects, body.object_count * sizeof(detail.objects.objects[0]));
    append(detail.counters, body.counter_words * sizeof(detail.counters[0]));
    return out;
}

std::uint16_t limited(std::uint32_t count) { return static_cast<std::uint16_t>(count < 0xffff ? count : 0xffff); }

Ticks sum(const Ticks& a, const Ticks& b) {
    return {limited(std::uint32_t{a.count} + b.count), limited(std::uint32_t{a.in_kernel} + b.in_kernel)};
}

/// Where the sampler excludes the kernel, its ticks say nothing of it.
void read_clocks(ThreadState& state, format::Sample& body) {
    const Ticks ticks = sum(state.ticks_left_out, read_ring(state.clocks[0].ring));
    state.ticks_left_out = {};
    read_further_rings(state);
    if ((state.sampler_flags & format::kKernelSampled) == 0) return;
    body.ticks = ticks.count;
    body.kernel_ticks = ticks.in_kernel;
}

}  // namespace

void write_sample(ThreadState& state, const ucontext_t& context, std::uint64_t time_ns) {
    if (state.stream.refuses()) return;
    format::Sample body{};
    const Cursor cursor = cursor_of(context);
    body.pc = cursor.pc;
    body.cpu_ns = thread_cpu_ns();
    read_clocks(state, body);
    const std::uint64_t wall = time_ns - state.last_sample_ns, cpu = body.cpu_ns - state.last_sample_cpu_ns;
    body.run_delay_ns =
        state.last_sample_ns == 0 || wall > cpu + state.waited_ns + kOffCpuNs ? run_delay(state) : format::kUnknownNs;
    body.thread_state = python_thread_state();
    SampleDetail detail;
    store_registers(context, detail.registers);
    if (body.thread_state != 0) find_objects(state, detail.registers, detail.objects);
    body.object_count = detail.objects.count;
    body.register_count = detail.objects.count != 0 ? kRegisterCount : 0;
    body.counter_words = static_cast<std::uint8_t>(write_counter_words(state, detail.counters));
    capture_stack(state, cursor, body.thread_state);
    if (std::byte* out = begin(state, format::RecordType::Sample, time_ns, body, bytes_of(body) + stack_bytes(state),
                               Stream::Room::Ordinary, limited(state.left_out.samples))) {
        write_stack(state, write_detail(body, detail, out));
        state.stream.commit();
        ++state.samples;
        state.left_out.samples = 0;
        write_running_totals(state);
    }
    state.last_sample_ns = time_ns;
    state.last_sample_cpu_ns = body.cpu_ns;
    state.waited_ns = 0;
}

void leave_out_sample(ThreadState& state) {
    state.ticks_left_out = sum(state.ticks_left_out, read_ring(state.clocks[0].ring));
}

void write_wait_begin(ThreadState& state, format::WaitKind kind, const WaitTarget& target, const Cursor& caller,
                      std::uint64_t time_ns) {
    if (state.stream.refuses()) return;
    format::WaitBegin body{};
    body.kind = static_cast<std::uint16_t>(kind);
    body.flags = target.on_own_stack ? format::kOnOwnStack : 0;
    body.address = target.address;
    body.lock_address = target.lock_address;
    body.entered_ns = target.entered_ns;
    body.thread_state = python_thread_state();
    if (target.lock_address != 0) find_lock_object(state, target.lock_address, body.object, body.object_type);
    capture_stack(state, caller, body.thread_state);
    write_with_stack(state, format::RecordType::WaitBegin, time_ns, body);
}

void write_wait_end(ThreadState& state, int error, bool handed_off, std::uint64_t time_ns) {
    write(state, format::RecordType::WaitEnd, time_ns,
          format::WaitEnd{static_cast<std::uint32_t>(error), handed_off ? 1u : 0u});
}

void write_wake(ThreadState& state, const format::Wake& wake, const Cursor& caller, std::uint64_t time_ns) {
    if (state.stream.refuses()) return;
    capture_stack(state, caller, python_thread_state());
    write_with_stack(state, format::RecordType::Wake, time_ns, wake);
}

void write_spin_begin(ThreadState& state, const std::uint64_t* saved_registers, const Cursor& caller,
                      std::uint64_t time_ns) {
    if (state.stream.refuses()) return;
    format::SpinBegin body{};
    body.caller = caller.pc;
    std::memcpy(body.saved_registers, saved_registers, kSavedRegisterCount * sizeof(body.saved_registers[0]));
    capture_stack(state, caller, python_thread_state());
    state.spin.open = write_with_stack(state, format::RecordType::SpinBegin, time_ns, body);
}

void close_spin(ThreadState& state) {
    state.spin.going_on = false;
    if (!state.spin.open) return;
    state.spin.open = false;
    write(state, format::RecordType::SpinEnd, state.spin.last_end_ns, format::SpinEnd{state.spin.yields});
}

void write_gc_begin(ThreadState& state, std::uint32_t generation, const Cursor& caller, std::uint64_t time_ns) {
    if (state.stream.refuses()) return;
    capture_stack(state, caller, python_thread_state());
    write_with_stack(state, format::RecordType::GcBegin, time_ns, format::GcBegin{generation, 0});
}

void write_gc_end(ThreadState& state, std::uint64_t collected) {
    write(state, format::RecordType::GcEnd, now_ns(), format::GcEnd{collected});
}

void write_gil_module(ThreadState& state, const char* name, std::size_t bytes) {
    write_text(state, format::RecordType::GilModule, name, bytes);
}

}  // namespace ftscale::probe
