// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "real.h"
#include "sampler.h"
#include "ticks.h"

namespace ftscale::probe {
namespace {

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

int open_event(std::uint64_t period_ns, bool with_kernel) {
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_CPU_CLOCK;
    attributes.sample_period = period_ns;
    attributes.sample_type = PERF_SAMPLE_IP;
    attributes.disabled = 1;
    attributes.exclude_kernel = with_kernel ? 0 : 1;
    attributes.exclude_hv = 1;
    constexpr long kThisThread = 0, kAnyCpu = -1, kNoGroup = -1;
    return static_cast<int>(real().syscall(SYS_perf_event_open, reinterpret_cast<long>(&attributes), kThisThread,
                                           kAnyCpu, kNoGroup, PERF_FLAG_FD_CLOEXEC, 0));
}

bool start(ThreadState& state, std::uint64_t period_ns) {
    // With perf_event_paranoid at 2 the kernel's share may not be sampled; the thread's CPU time, read at each sample,
    // still has it.
    bool with_kernel = true;
    int fd = open_event(period_ns, true);
    if (fd < 0) fd = open_event(period_ns, with_kernel = false);
    if (fd < 0) return false;
    f_owner_ex owner{F_OWNER_TID, static_cast<pid_t>(state.tid)};
    // The mapping keeps the event alive when the descriptor is closed: the script sees no descriptor of ours and cannot
    // close it.
    std::size_t bytes = tick_ring_bytes();
    void* mapping = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    // Mapped events count against a limit on locked memory: better no ticks than no samples.
    const bool has_ring = mapping != MAP_FAILED;
    if (!has_ring) mapping = mmap(nullptr, bytes = page_bytes(), PROT_READ, MAP_SHARED, fd, 0);
    const bool ok = mapping != MAP_FAILED && fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == 0 &&
                    fcntl(fd, F_SETSIG, sample_signal()) == 0 && fcntl(fd, F_SETOWN_EX, &owner) == 0 &&
                    ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) == 0;
    close(fd);
    if (!ok) {
        if (mapping != MAP_FAILED) munmap(mapping, bytes);
        return false;
    }
    state.sampler_event = mapping;
    state.sampler_event_bytes = bytes;
    state.sampler_flags = !with_kernel ? format::kKernelExcluded : has_ring ? format::kKernelSampled : 0U;
    return true;
}

void stop(ThreadState& state) {
    if (state.sampler_event != nullptr) munmap(state.sampler_event, state.sampler_event_bytes);
    state.sampler_event = nullptr;
}

}  // namespace

const SamplerEngine kCpuClockSampler = {format::Sampler::CpuClock, "cpu-clock", start, stop};

}  // namespace ftscale::probe
