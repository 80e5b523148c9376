// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Recordings told as stories for the tests of account and analysis: each thread is a row of things it does one after
// the other, and samples, waits and wakes follow from that exactly as the probe would have recorded them (a sample per
// millisecond of CPU time unless told otherwise).
//
//     Story story;
//     const auto add = story.python("add", "/app.py", 12);
//     RunStory& run = story.run(2, 100);
//     run.thread("a").works(60, add).waits(40, lock, add);
//
// All times are in milliseconds since the script's begin.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "account/frame_names.h"
#include "recording/recording.h"

namespace ftscale::tests {

using recording::StackId;

struct StoryLock {
    std::uint64_t lock_address = 0;
    std::uint64_t address = 0;  // of the semaphore, mutex or condition
    std::uint64_t object = 0;
    recording::TypeId type = recording::TypeId::None;
    std::uint64_t thread_state = 0;
    format::WaitKind kind = format::WaitKind::SemWait;
};

/// A Python object that samples find in a register.
struct StoryObject {
    std::uint64_t address = 0;
    recording::TypeId type = recording::TypeId::None;
    std::uint64_t owner = 0;  // 0: no thread's
};

/// The register that holds what a sample's code touches; see ThreadStory::touches.
inline constexpr int kTouchedRegister = 5;
/// By the instruction before the sampled one, at an offset from what the register holds.
symbols::MemoryAccess touch(symbols::AccessKind kind, int bytes, std::int64_t displacement, int distance = 1);

class Story;
class RunStory;

class ThreadStory {
  public:
    ThreadStory& works(double ms, StackId stack);
    /// Works in code (see Story::code) whose register points to the object.
    ThreadStory& touches(double ms, StackId stack, recording::FrameId code, const StoryObject& object);
    /// Likewise, with the register holding `address` and other registers pointing to the objects.
    ThreadStory& touches(double ms, StackId stack, recording::FrameId code, std::uint64_t address,
                         const std::vector<StoryObject>& objects);
    /// Works within a garbage collection.
    ThreadStory& collects(double ms, StackId stack, std::uint32_t generation = 0, std::uint64_t collected = 0);
    /// How often the sampler's clock struck before each sample from now on, and how often in the kernel.
    ThreadStory& ticks(std::uint16_t count, std::uint16_t in_kernel);
    /// What is counted in a millisecond of CPU time from now on, by the process's counters, which stand in one group;
    /// of which the kernel saw a share.
    ThreadStory& counts(std::vector<double> per_ms, double running_share = 1);
    /// CPU time between samples from now on, whatever the period asked for.
    ThreadStory& samples_every(double ms);
    /// Ended by `holder` at `holder_stack`, where given.
    ThreadStory& waits(double ms, const StoryLock& lock, StackId stack, ThreadStory* holder = nullptr,
                       StackId holder_stack = StackId::Empty);
    /// As waits, with the time the slow path was entered: equal for all parks of one acquisition.
    ThreadStory& parks(double ms, const StoryLock& lock, StackId stack, double entered_ms);
    ThreadStory& spins(double ms, std::uint64_t lock_address, StackId stack);
    ThreadStory& reads(double ms, StackId stack, double cpu_ms = 0);
    ThreadStory& sleeps(double ms, StackId stack);
    ThreadStory& starves(double ms, StackId stack);  // on a condition variable
    /// Off CPU, unseen; `queued_ms` of it is the kernel's run delay (absent: the kernel does not say).
    ThreadStory& away(double ms, std::optional<double> queued_ms = std::nullopt);
    ThreadStory& marks(const std::string& region, double begin_ms, double end_ms);
    ThreadStory& killed();  // no end of the thread is recorded, and no totals
    void wakes(double at_ms, std::uint64_t address, StackId stack, std::uint64_t lock_address = 0);
    double now_ms() const { return now_ms_; }
    recording::Thread& record() { return thread_; }

  private:
    friend class RunStory;
    friend class Story;
    void wait(double ms, recording::Wait wait);
    void burn(double ms, StackId stack);
    void look_at(std::size_t first_sample, recording::FrameId code, std::uint64_t address,
                 const std::vector<StoryObject>& objects);
    std::uint32_t counter_words(double cpu_ms);
    recording::Thread finished();

    recording::Thread thread_;
    double now_ms_ = 0, cpu_ms_ = 0, queued_ms_ = 0;
    bool was_away_ = false, knows_queue_ = true, was_killed_ = false;
    std::uint64_t period_ns_ = 1'000'000;
    std::uint16_t ticks_ = 0, kernel_ticks_ = 0;
    std::vector<double> per_ms_, counted_;
    double running_share_ = 1, running_ms_ = 0, counted_until_ms_ = 0;
};

class RunStory {
  public:
    /// `begin_ms`: when the thread was created.
    ThreadStory& thread(const std::string& name, double begin_ms = 0);
    recording::Run& facts() { return run_; }
    recording::Process& process() { return process_; }

  private:
    friend class Story;
    recording::RunTrace finished();

    recording::Run run_;
    recording::Process process_;
    std::deque<ThreadStory> threads_;
};

class Story {
  public:
    Story();
    /// A function called from `caller`; `line` is both where it starts and where it is.
    StackId python(const std::string& function, const std::string& file, int line, StackId caller = StackId::Empty);
    StackId native(const std::string& function, StackId caller);
    /// The innermost frame.
    recording::FrameId frame_of(StackId stack) const { return recording_.stacks.node(stack).frame; }
    /// The exact place of a sample in a native function, and what the code around it touches, nearest first.
    recording::FrameId code(const std::string& function, std::vector<symbols::MemoryAccess> accesses);
    const std::map<recording::FrameId, std::vector<symbols::MemoryAccess>>& codes_accesses() const { return accesses_; }
    /// `owner`: absent for an object that no thread owns.
    StoryObject object(const std::string& type, const ThreadStory* owner = nullptr);
    StoryLock object_lock(const std::string& type);
    StoryLock threading_lock(const std::string& type = "_thread.lock");
    /// Of native code, waited for to write.
    StoryLock rwlock();
    /// What a thread waits on while the world is stopped: a field of its own thread state.
    StoryLock stopped_world();
    /// What the requester of a stop waits on until all others have stopped.
    StoryLock stop_event();
    RunStory& run(int threads, double wall_ms, int repeat = 0);
    recording::Manifest& manifest() { return recording_.manifest; }
    /// Call once.
    recording::Recording finish();

    static std::uint64_t ns(double ms);  // on the recording's clock

  private:
    StoryLock lock_at(std::uint64_t offset, const std::string& type);
    recording::TypeId type_named(const std::string& name);
    recording::ModuleId module_of(const std::string& function);

    recording::Recording recording_;
    std::deque<RunStory> runs_;
    std::map<recording::FrameId, std::vector<symbols::MemoryAccess>> accesses_;
    std::uint64_t next_object_ = 0x7f0000100000;
};

/// Names Python frames as the story gave them and native frames by their function, which no ELF file backs.
class StoryNames final : public account::FrameNames {
  public:
    explicit StoryNames(const recording::Recording& recording) : recording_(recording) {}
    StoryNames(const recording::Recording& recording, const Story& story)
        : recording_(recording), accesses_(story.codes_accesses()) {}
    const symbols::FrameName& name(recording::FrameId frame) const override;
    const std::vector<symbols::MemoryAccess>& accesses_around(recording::FrameId frame) const override;
    const std::vector<symbols::SourcePlace>& sources(recording::FrameId frame) const override;
    /// What the code around the frame touches.
    void touches(recording::FrameId frame, std::vector<symbols::MemoryAccess> accesses) {
        accesses_[frame] = std::move(accesses);
    }
    /// What debug info tells of a native frame.
    void stands_at(recording::FrameId frame, std::vector<symbols::SourcePlace> sources) {
        sources_[frame] = std::move(sources);
    }

  private:
    const recording::Recording& recording_;
    mutable std::deque<symbols::FrameName> names_;
    std::map<recording::FrameId, std::vector<symbols::MemoryAccess>> accesses_;
    std::map<recording::FrameId, std::vector<symbols::SourcePlace>> sources_;
};

}  // namespace ftscale::tests
