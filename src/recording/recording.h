// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A recording in memory: plain data, made by reader.h. Stacks are interned in one calling-context tree for the whole
// recording, so that equal stacks of different threads and runs have equal ids; native frames are (module, address in
// the module's own terms), so that address space randomisation does not tell runs apart.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ftscale/recording_format.h"
#include "recording/manifest.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {

enum class CodeId : std::uint32_t {};
enum class ModuleId : std::uint32_t { None = 0xffffffff };
enum class FrameId : std::uint32_t {};
enum class StackId : std::uint32_t { Empty = 0 };  // a node of the calling-context tree
enum class TypeId : std::uint32_t { None = 0xffffffff };

struct CodeObject {
    std::string name;
    std::string qualname;
    std::string filename;
    std::uint32_t first_line = 0;
    std::string linetable;  // bytes, see symbols/line_table.h
    friend bool operator==(const CodeObject&, const CodeObject&) = default;
};

struct ModuleFile {
    std::string path;
    friend bool operator==(const ModuleFile&, const ModuleFile&) = default;
};

struct Frame {
    bool python = false;
    CodeId code{};                         // python
    std::uint32_t instruction_offset = 0;  // python, bytes
    ModuleId module = ModuleId::None;      // native; None: address in no known module
    std::uint64_t address = 0;  // native: in the module's own terms; already moved back by one for return addresses
    friend bool operator==(const Frame&, const Frame&) = default;
};

struct StackNode {
    StackId parent = StackId::Empty;  // the caller
    FrameId frame{};
};

/// All frames and stacks of a recording. Node 0 is the empty stack.
class StackTable {
  public:
    StackTable();
    FrameId intern_frame(const Frame& frame);
    StackId intern_stack(StackId parent, FrameId frame);
    const Frame& frame(FrameId id) const { return frames_[static_cast<std::size_t>(id)]; }
    const StackNode& node(StackId id) const { return nodes_[static_cast<std::size_t>(id)]; }
    const Frame& leaf(StackId id) const { return frame(node(id).frame); }
    /// Innermost frame first.
    std::vector<FrameId> frames_of(StackId id) const;
    std::size_t frame_count() const { return frames_.size(); }
    std::size_t stack_count() const { return nodes_.size(); }

  private:
    struct FrameHash {
        std::size_t operator()(const Frame& frame) const noexcept;
    };
    /// Open addressing with linear probing: reading a recording is looking up a node for each word of each stack.
    struct Slot {
        std::uint64_t key = 0;
        StackId id = StackId::Empty;  // Empty: a free slot
    };
    Slot& slot_of(std::uint64_t key);
    void double_slots();

    std::vector<Frame> frames_;
    std::vector<StackNode> nodes_;
    std::unordered_map<Frame, FrameId, FrameHash> frame_ids_;
    std::vector<Slot> slots_;  // of (parent << 32 | frame); a power of two, at most half of them taken
};

/// An object that a register pointed to; see format::SampleObject.
struct SampledObject {
    std::uint64_t address = 0;
    std::uint64_t owner = 0;  // Thread::pthread of the thread it belongs to; 0: none
    TypeId type = TypeId::None;
};

/// Events that are counted, in groups; see format::Counter.
struct CounterEvent {
    std::string name;
    std::uint32_t group = 0;
    bool user_only = false;
};

/// What a thread has counted until `time_ns`; see format::CounterReading.
struct CounterReading {
    std::uint64_t time_ns = 0;
    std::uint32_t first_word = 0;  // in Thread::counter_words
};

inline constexpr std::uint32_t kNoCounterWords = 0xffffffff;

struct Sample {
    std::uint64_t time_ns = 0;
    std::uint64_t cpu_ns = 0;
    std::optional<std::uint64_t> run_delay_ns;
    StackId stack = StackId::Empty;
    FrameId pc{};  // where the thread was, exactly; the frame of the stack it belongs to stands outside the Python
                   // frames it runs
    std::uint16_t ticks = 0, kernel_ticks = 0;  // see format::Sample
    std::uint16_t left_out = 0;                 // of the thread's samples, since the one before
    std::uint16_t object_count = 0;
    std::uint8_t register_count = 0;                     // 0 where there are no objects
    std::uint32_t first_object = 0;                      // in Thread::objects
    std::uint32_t first_register = 0;                    // in Thread::registers
    std::uint32_t first_counter_word = kNoCounterWords;  // in Thread::counter_words
};

struct Wait {
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> end_ns;  // empty: still waiting when the recording ended
    format::WaitKind kind{};
    bool on_own_stack = false;
    bool handed_off = false;
    std::uint32_t error = 0;
    std::uint64_t address = 0;
    std::uint64_t lock_address = 0;
    std::uint64_t entered_ns = 0;
    std::uint64_t object = 0;
    TypeId object_type = TypeId::None;
    std::uint64_t thread_state = 0;
    StackId stack = StackId::Empty;
};

struct Wake {
    std::uint64_t time_ns = 0;
    format::WaitKind kind{};
    std::uint16_t flags = 0;  // format::WakeFlag
    std::uint32_t woken = 0;
    std::uint64_t address = 0;
    std::uint64_t lock_address = 0;
    StackId stack = StackId::Empty;
};

struct Spin {
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> end_ns;
    std::uint64_t yields = 0;
    FrameId caller{};  // where sched_yield was called
    std::array<std::uint64_t, format::kMostSavedRegisters> saved_registers{};
    StackId stack = StackId::Empty;
};

/// A garbage collection.
struct Collection {
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> end_ns;
    std::uint32_t generation = 0;
    std::uint64_t collected = 0;
    StackId stack = StackId::Empty;
};

struct RegionMark {
    std::string name;
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> end_ns;
};

struct Thread {
    std::uint32_t ordinal = 0;
    std::uint32_t tid = 0;
    std::string name;
    std::uint64_t pthread = 0;
    std::optional<FrameId> start_routine;  // the function it was started with; empty: main thread, or not known
    StackId start_stack = StackId::Empty;  // that function alone
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> end_ns;  // empty: alive when the recording ended
    std::uint64_t last_ns = 0;            // latest time any record of the thread mentions
    std::vector<Sample> samples;          // each of these in order of (begin) time
    std::vector<Wait> waits;
    std::vector<Wake> wakes;
    std::vector<Spin> spins;
    std::vector<Collection> collections;
    std::vector<RegionMark> regions;
    std::vector<SampledObject> objects;    // of the samples
    std::vector<std::uint64_t> registers;  // of the samples that have objects
    std::vector<std::uint64_t> counter_words;
    std::vector<CounterReading> readings;
    std::optional<format::ThreadStat> stat;
    std::optional<format::ThreadSampler> sampler;  // empty: sampled as its process is
    std::uint64_t no_room = 0;                     // records that are missing because there was no room for them
    std::uint32_t no_room_error = 0;               // why: an errno
};

struct Process {
    std::uint32_t pid = 0;
    std::uint32_t python_version = 0;
    format::Sampler sampler = format::Sampler::None;
    std::uint64_t period_ns = 0;
    format::ProcessBegin facts{};
    std::string executable;
    std::uint64_t begin_ns = 0;
    std::optional<std::uint64_t> script_begin_ns, script_end_ns, exit_ns;
    std::optional<std::uint64_t> exec_ns;     // went on as another program, which may have a stream of its own
    std::optional<format::ProcessStat> stat;  // when it ended
    ChunklessLoss chunkless;
    std::optional<int> gil_at_start, gil_at_end;  // 0 off; else on
    std::optional<format::Refusal> refusal;
    std::vector<CounterEvent> counters;       // by index
    std::vector<format::Thinning> thinnings;  // that its threads were first to see the need of
    std::vector<std::string> gil_modules;     // that need the GIL, in the order they were loaded
    std::map<std::pair<std::uint64_t, TypeId>, std::string> object_names;  // by address and type
    std::vector<Thread> threads;                                           // by ordinal
};

struct RunTrace {
    int run = 0;                     // Run::id
    std::vector<Process> processes;  // the script's own first
};

struct Recording {
    Manifest manifest;
    StackTable stacks;
    std::vector<CodeObject> codes;
    std::vector<ModuleFile> modules;
    std::vector<std::string> types;
    std::vector<RunTrace> runs;  // those of Manifest::runs that left a stream
    bool truncated = false;
    std::vector<std::string> warnings;  // damaged sections, unknown records
};

}  // namespace ftscale::recording
