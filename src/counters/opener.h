// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <utility>

namespace ftscale::counters {

/// An event in the kernel's own terms: perf_event_attr::type, config, config1, config2.
struct Encoding {
    std::uint32_t type = 0;
    std::uint64_t config = 0;
    std::uint64_t config1 = 0;
    std::uint64_t config2 = 0;

    bool operator==(const Encoding&) const = default;
};

inline constexpr std::uint32_t kHardware = 0;  // PERF_TYPE_HARDWARE
inline constexpr std::uint32_t kSoftware = 1;  // PERF_TYPE_SOFTWARE
inline constexpr std::uint32_t kRaw = 4;       // PERF_TYPE_RAW
inline constexpr Encoding kCyclesEvent{kHardware, 0};
inline constexpr Encoding kInstructionsEvent{kHardware, 1};
inline constexpr Encoding kCpuClockEvent{kSoftware, 0};

/// Which side of the system calls an event counts.
enum class Side { UserAndKernel, UserOnly };

/// A counter's value and the times it was wanted and had a counter of the PMU (unequal: it shares one with others).
struct Reading {
    std::uint64_t value = 0;
    std::uint64_t enabled_ns = 0;
    std::uint64_t running_ns = 0;
};

/// Opens events on the calling thread. An interface so that what does not fit a PMU, and
/// what a machine forbids, is tested without that PMU and that machine.
class Opener {
  public:
    virtual ~Opener() = default;
    static constexpr int kNoLeader = -1;
    /// A handle (0 or more), or minus the errno of perf_event_open. Counts nothing before start(); a member of a group
    /// counts when its leader does.
    virtual int open(const Encoding& event, Side side, int leader) = 0;
    /// Of a leader, or of an event without one.
    virtual void start(int handle) = 0;
    virtual void close(int handle) = 0;
    virtual Reading read(int handle) = 0;
};

/// The kernel's. Throws nothing; a failed read is an empty Reading.
Opener& system_opener();

/// An open event, closed with the object.
class OpenEvent {
  public:
    OpenEvent(Opener& opener, const Encoding& event, Side side, int leader = Opener::kNoLeader)
        : opener_(&opener), handle_(opener.open(event, side, leader)) {}
    OpenEvent(OpenEvent&& other) noexcept : opener_(other.opener_), handle_(std::exchange(other.handle_, -1)) {}
    OpenEvent(const OpenEvent&) = delete;
    OpenEvent& operator=(const OpenEvent&) = delete;
    OpenEvent& operator=(OpenEvent&&) = delete;
    ~OpenEvent() {
        if (is_open()) opener_->close(handle_);
    }

    bool is_open() const { return handle_ >= 0; }
    /// errno, 0 when it is open.
    int error() const { return is_open() ? 0 : -handle_; }
    int handle() const { return handle_; }
    void start() const { opener_->start(handle_); }
    Reading read() const { return opener_->read(handle_); }

  private:
    Opener* opener_;
    int handle_;
};

}  // namespace ftscale::counters
