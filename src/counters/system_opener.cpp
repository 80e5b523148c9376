// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "counters/opener.h"

namespace ftscale::counters {
namespace {

static_assert(kHardware == PERF_TYPE_HARDWARE && kSoftware == PERF_TYPE_SOFTWARE && kRaw == PERF_TYPE_RAW);
static_assert(kCyclesEvent.config == PERF_COUNT_HW_CPU_CYCLES);
static_assert(kInstructionsEvent.config == PERF_COUNT_HW_INSTRUCTIONS);
static_assert(kCpuClockEvent.config == PERF_COUNT_SW_CPU_CLOCK);
static_assert(sizeof(Reading) == 3 * sizeof(std::uint64_t), "as the kernel writes it");

class SystemOpener : public Opener {
  public:
    int open(const Encoding& event, Side side, int leader) override {
        perf_event_attr attributes{};
        attributes.size = sizeof(attributes);
        attributes.type = event.type;
        attributes.config = event.config;
        attributes.config1 = event.config1;
        attributes.config2 = event.config2;
        attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
        attributes.exclude_kernel = side == Side::UserOnly ? 1 : 0;
        attributes.exclude_hv = 1;
        attributes.disabled = leader == kNoLeader ? 1 : 0;
        constexpr int kThisThread = 0, kAnyCpu = -1;
        const long fd = syscall(SYS_perf_event_open, &attributes, kThisThread, kAnyCpu, leader, PERF_FLAG_FD_CLOEXEC);
        return fd < 0 ? -errno : static_cast<int>(fd);
    }

    void start(int handle) override { ioctl(handle, PERF_EVENT_IOC_ENABLE, 0); }

    void close(int handle) override { ::close(handle); }

    Reading read(int handle) override {
        Reading reading;
        if (::read(handle, &reading, sizeof(reading)) != static_cast<ssize_t>(sizeof(reading))) return {};
        return reading;
    }
};

}  // namespace

Opener& system_opener() {
    static SystemOpener opener;
    return opener;
}

}  // namespace ftscale::counters
