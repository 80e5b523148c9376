// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The treaty between the probe (writes streams inside the target) and the tool (reads them). Both sides compile this
// one header; it depends on nothing. Changed anything here? Raise kStreamVersion, and describe the change in
// man/ftscale-recording.5.
//
// A *stream file* holds what one process recorded. Design constraints: written from signal handlers, by many threads at
// once, without a lock or a shared cache line per event; a process killed at any instant must lose nothing it had
// written. So each thread appends to *chunks* of its own, mapped shared from one file:
//
//     file   := chunk*                chunks start at multiples of kChunkAlignment; a chunk never used holds zeros
//     chunk  := ChunkHeader record*   `committed` bytes of whole records follow the header
//     record := RecordHeader body     sizes are multiples of 8; unknown types are skipped by their size
//
// A thread that finds no room for a record writes none into that chunk any more, but for the last ones of its life, for
// which kFinalBytes are kept at a chunk's end. So what is missing of a thread lies between two of its chunks, the first
// of which counts it in `no_room`, or at its end; nothing open before is known to have gone on behind.
//
// A thread's chunks, ordered by `sequence`, are its stream. All integers are little-endian; all times are
// CLOCK_MONOTONIC nanoseconds. A text file was rejected for its cost at 1,000 samples a second and thread; one file per
// thread because threads may be churned by the hundred thousand; a ring buffer because a killed process would lose its
// tail.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ftscale::format {

inline constexpr std::uint32_t kStreamVersion = 5;
inline constexpr std::uint32_t kChunkMagic = 0x4b435446;  // "FTCK"
inline constexpr std::uint64_t kChunkAlignment = 16384;
/// Room for the last ThreadStats, ProcessEvents, ProcessStat and ThreadEnd.
inline constexpr std::uint64_t kFinalBytes = 512;

struct ChunkHeader {
    std::uint32_t magic;
    std::uint32_t version;    // kStreamVersion
    std::uint32_t thread;     // ordinal of the thread within its process; the main thread is 0
    std::uint32_t sequence;   // 0, 1, 2, ... within the thread
    std::uint64_t size;       // bytes of the chunk, this header included
    std::uint64_t committed;  // bytes of complete records behind this header
    // What is missing is counted where it takes no room.
    std::uint64_t no_room;            // records of the thread that found no room since it had its first chunk
    std::uint32_t no_room_error;      // errno of the latest: why there was no chunk to be had; or kSizeLimitReached
    std::uint32_t chunkless_error;    // the process's first chunk: as no_room_error, of threads without a chunk
    std::uint64_t chunkless_records;  // likewise: records that threads lost before they had their first chunk
    std::uint32_t chunkless_threads;  // likewise: threads that never had one
    std::uint32_t reserved;
};
static_assert(sizeof(ChunkHeader) == 64);
/// No errno: the run has recorded as much as it may.
inline constexpr std::uint32_t kSizeLimitReached = 0x10000;

enum class RecordType : std::uint16_t {
    ProcessBegin = 1,   // ProcessBegin, path of the executable
    ThreadBegin = 2,    // ThreadBegin, name
    ThreadName = 3,     // no body; name: the rest of the record less the zeros that pad it, as for regions
    ThreadStat = 4,     // ThreadStat: running totals; the last one of a thread counts
    ThreadEnd = 5,      // no body
    Module = 6,         // Module, path
    Code = 7,           // Code, name, qualified name, file name, line table
    Type = 8,           // Type, name
    Sample = 9,         // Sample, its registers, SampleObjects, counter words, stack
    WaitBegin = 10,     // WaitBegin, stack
    WaitEnd = 11,       // WaitEnd; ends the thread's latest open wait
    Wake = 12,          // Wake, stack: this thread ended a wait of another
    SpinBegin = 13,     // SpinBegin, stack
    SpinEnd = 14,       // SpinEnd; ends the thread's open spin
    RegionBegin = 15,   // no body; name
    RegionEnd = 16,     // no body; name
    ProcessEvent = 17,  // ProcessEvent
    Object = 18,        // Object, name
    GcBegin = 19,       // GcBegin, stack: this thread starts a garbage collection
    GcEnd = 20,         // GcEnd; ends the thread's open collection
    GilModule = 21,  // no body; name of an extension module that does not declare support for running without the GIL
    Counter = 22,    // Counter, name: an event that is counted for each thread
    CounterReading = 23,  // CounterReading, its words: what a thread has counted until now
    ProcessStat = 24,     // ProcessStat: what is known of a process when it ends
    ThreadSampler = 25,   // ThreadSampler: the thread is not sampled as its process is
    Thinning = 26,        // Thinning: less is recorded from now on, by all processes of the run
};

struct RecordHeader {
    std::uint16_t type;
    std::uint16_t flags;    // per type; 0 where not said
    std::uint32_t size;     // bytes, this header and padding included
    std::uint64_t time_ns;  // when it happened; a thread's records are *not* ordered by it (an I/O wait is written when
                            // it is over)
};
static_assert(sizeof(RecordHeader) == 16);
/// A century and more after the machine's start: no clock shows more, and sums and differences of such times fit.
inline constexpr std::uint64_t kLatestNs = std::uint64_t{1} << 62;

// ---- what the process is ----

struct ProcessBegin {
    std::uint32_t pid;
    std::uint32_t parent_pid;
    std::uint32_t python_version;   // PY_VERSION_HEX
    std::uint32_t sampler;          // Sampler
    std::uint64_t period_ns;        // CPU time between two samples of a thread
    std::uint64_t runtime_address;  // &_PyRuntime and the sizes its own debug offsets state
    std::uint64_t runtime_size;
    std::uint64_t interpreter_size;
    std::uint64_t thread_state_size;
    std::uint64_t interpreter_address;  // main interpreter; 0 when not known yet
    std::uint32_t path_bytes;
    std::uint32_t flags;    // ProcessFlag
    std::uint32_t machine;  // Machine: what registers and instructions mean
    std::uint32_t reserved;
};
enum ProcessFlag : std::uint32_t {
    kKernelSampled = 1,       // samples tell kernel from user mode: Sample::kernel_ticks
    kKernelExcluded = 2,      // time in the kernel triggers no samples (perf_event_paranoid)
    kRunDelayOfSwitches = 4,  // run_delay_ns is what switch records say: the time preempted, waking up not included
    kForked = 8,              // begins in a fork's child, with the stack and the modules of its parent
};
/// As in ELF's e_machine.
enum class Machine : std::uint32_t { X86_64 = 62, Aarch64 = 183 };
enum class Sampler : std::uint32_t { None = 0, Cycles = 1, CpuClock = 2, CpuTimer = 3 };

/// What is known of a process when it ends.
struct ProcessStat {
    std::uint64_t children_cpu_ns;   // of the children that were waited for (RUSAGE_CHILDREN)
    std::uint32_t forks_unrecorded;  // children made by fork that have no stream
    std::uint32_t reserved;
};

/// The first record of a thread's first chunk, whenever there was one to be had.
struct ThreadBegin {
    std::uint32_t tid;
    std::uint32_t name_bytes;
    std::uint64_t pthread;        // pthread_self(); the owner id in ob_tid
    std::uint64_t start_routine;  // 0 for the main thread
    std::uint64_t stack_low;
    std::uint64_t stack_high;
};

/// Reasons why the probe did not record something; see kDropReasonNames.
enum class DropReason : std::uint32_t {
    Busy = 0,            // a signal arrived while the thread was writing a record
    StreamFull = 1,      // no room: no chunk was to be had, see ChunkHeader::no_room_error
    NestingTooDeep = 2,  // a signal handler waited inside a wait
    NotRegistered = 3,   // once for a thread: no sampler works in it (descriptors, locked memory, pending signals)
    Objects = 4,         // of a sample: the kernel does not let memory be read safely (seccomp)
    Counters = 5,        // of a thread: an event could not be opened (too many descriptors, locked memory)
    Count = 8,
};
inline constexpr const char* kDropReasonNames[] = {"busy",           "stream_full", "nesting_too_deep",
                                                   "not_registered", "objects",     "counters"};

struct ThreadStat {
    std::uint64_t cpu_ns;        // CLOCK_THREAD_CPUTIME_ID
    std::uint64_t run_delay_ns;  // schedstat: runnable but not running; kUnknownNs where the kernel does not say
    std::uint64_t probe_ns;      // time the probe took for itself in this thread, waits left out
    std::uint64_t samples;
    std::uint64_t truncated_stacks;
    std::uint64_t voluntary_switches;
    std::uint64_t involuntary_switches;
    std::uint64_t minor_faults;
    std::uint64_t major_faults;
    std::uint64_t dropped[static_cast<std::size_t>(DropReason::Count)];
};
inline constexpr std::uint64_t kUnknownNs = ~std::uint64_t{0};

/// Written where a thread's sampler is another than its process's: what that one takes was not there any more.
struct ThreadSampler {
    std::uint32_t sampler;  // Sampler; None: the thread is not sampled
    std::uint32_t flags;    // ProcessFlag, those that speak of samples
};

/// An ELF object mapped in the process. Written by each thread at its first frame in it, and for its start routine.
/// Address - base = address in
/// the file's own terms.
struct Module {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t base;
    std::uint32_t path_bytes;  // empty path: the executable itself
    std::uint32_t reserved;
};

/// A Python code object. Written by each thread at its first frame of it; `id` is the thread's own number for it, never
/// used twice.
struct Code {
    std::uint64_t address;
    std::uint32_t id;
    std::uint32_t first_line;
    std::uint32_t name_bytes;  // UTF-8, as are the next two
    std::uint32_t qualname_bytes;
    std::uint32_t filename_bytes;
    std::uint32_t linetable_bytes;  // co_linetable, CPython's location table
};

/// A Python type that a lock's or a sample's object belongs to.
struct Type {
    std::uint64_t address;
    std::uint32_t name_bytes;
    std::uint32_t reserved;
};

/// The name of an object that has one: a function's or method's qualified name, a module's, a type's. Written by each
/// thread when it first meets the object.
struct Object {
    std::uint64_t address;
    std::uint64_t type;
    std::uint32_t name_bytes;
    std::uint32_t reserved;
};

// ---- stacks ----
//
// A stack is a list of 64-bit words, innermost frame first. Bit 63 clear: a native address. For a sample the word equal
// to its `pc` is exact; all others are return addresses (look up address - 1). Bit 63 set: a Python frame, bits 62..32
// the thread's Code id, bits 31..0 the byte offset of the instruction. Python frames stand inside (before) the native
// frame of the evaluation loop that runs them. Of each stack only the inner part that differs from the thread's
// previous stack is stored: the outermost `shared` words are the same. Of a stack that is too deep to be taken whole
// the innermost words are kept.

struct Stack {
    std::uint16_t stored;  // words that follow
    std::uint16_t shared;  // outermost words taken over from the thread's previous stack
    std::uint16_t flags;   // StackFlag
    std::uint16_t reserved;
};
static_assert(sizeof(Stack) == 8);
/// What has more words is no stack of the probe's.
inline constexpr std::size_t kMostStackWords = 4096;
enum StackFlag : std::uint16_t { kNativeTruncated = 1, kPythonTruncated = 2 };

inline constexpr std::uint64_t kPythonFrame = std::uint64_t{1} << 63;
constexpr std::uint64_t python_frame(std::uint32_t code_id, std::uint32_t instruction_offset) {
    return kPythonFrame | (static_cast<std::uint64_t>(code_id & 0x7fffffff) << 32) | instruction_offset;
}
constexpr bool is_python_frame(std::uint64_t word) { return (word & kPythonFrame) != 0; }
constexpr std::uint32_t frame_code_id(std::uint64_t word) {
    return static_cast<std::uint32_t>(word >> 32) & 0x7fffffff;
}
constexpr std::uint32_t frame_instruction_offset(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

// ---- what threads did ----

/// Registers behind a Sample. x86-64: rax rbx rcx rdx rsi rdi rbp rsp r8..r15 rip; aarch64: x0..x30 sp pc.
inline constexpr std::size_t kX86_64Registers = 17, kAarch64Registers = 33;
inline constexpr std::size_t kMostRegisters = kAarch64Registers;

/// RecordHeader::flags: samples of the thread that were left out since its last one, to keep the recording small.
struct Sample {
    std::uint64_t pc;
    std::uint64_t cpu_ns;         // CLOCK_THREAD_CPUTIME_ID
    std::uint64_t run_delay_ns;   // time runnable but not running, read only when the thread was off CPU since the last
                                  // sample and no wait says why; else kUnknownNs
    std::uint64_t thread_state;   // PyThreadState*, 0 when the thread has none
    std::uint16_t ticks;          // times the sampler's clock struck since the thread's last sample; 0: not known
    std::uint16_t kernel_ticks;   // of these, while the thread was in the kernel
    std::uint16_t object_count;   // SampleObjects that follow
    std::uint8_t register_count;  // words that follow: its registers; 0 where there are no objects they could point to
    std::uint8_t counter_words;   // likewise: see CounterReading; 0: nothing is counted
};
static_assert(sizeof(Sample) == 40);

/// A Python object that a register pointed to (to its header, or to a field of it that atomic operations use) when the
/// sample was taken. Immortal objects are left out: nothing is counted in them. Which of them the interrupted
/// instruction was busy with is for the reader to find out, by decoding it.
struct SampleObject {
    std::uint64_t address;
    std::uint64_t type;   // see Type
    std::uint64_t owner;  // ob_tid: ThreadBegin::pthread of the thread that counts without atomics; 0: none does
};
inline constexpr std::size_t kMostSampleObjects = 8;

// ---- counters ----
//
// The events that are counted are those of the Counter records. They stand in groups, which the kernel counts together;
// where not all groups fit the CPU's counters at once it takes turns between them (multiplexing). A reading is, group
// by group, nanoseconds that the group was enabled, nanoseconds that it was on the CPU's counters, then the count of
// each of its events in the order of their indexes; all since the thread's counting began. The count for the whole time
// is estimated as count * enabled / running.

struct Counter {
    std::uint32_t index;  // 0, 1, 2, ...; groups do not decrease with it
    std::uint32_t group;
    std::uint32_t name_bytes;
    std::uint32_t flags;  // CounterFlag
};
enum CounterFlag : std::uint32_t { kUserOnly = 1 };  // not counted while the thread is in the kernel
inline constexpr std::size_t kMostCounters = 24, kMostCounterGroups = 12;
inline constexpr std::size_t kMostCounterWords = kMostCounters + 2 * kMostCounterGroups;

/// Written when a thread's counting begins and ends, at the marks of regions it makes, and at the script's begin and
/// end.
struct CounterReading {
    std::uint32_t words;  // that follow
    std::uint32_t reserved;
};

/// The libc call that blocked. New values at the end of their group.
enum class WaitKind : std::uint16_t {
    SemWait = 1,
    SemTimedWait = 2,  // sem_timedwait, sem_clockwait
    MutexLock = 3,
    RwlockRead = 4,
    RwlockWrite = 5,
    CondWait = 6,
    CondTimedWait = 7,
    ThreadJoin = 8,
    BarrierWait = 9,
    Futex = 10,
    Read = 32,
    Write = 33,
    Poll = 34,  // poll, select, epoll_wait
    Accept = 35,
    Connect = 36,
    ProcessWait = 37,
    FileSync = 38,
    FileLock = 39,
    Sleep = 64,
};
constexpr bool is_io(WaitKind kind) { return kind >= WaitKind::Read && kind < WaitKind::Sleep; }
constexpr bool is_sleep(WaitKind kind) { return kind >= WaitKind::Sleep; }

struct WaitBegin {
    std::uint16_t kind;   // WaitKind
    std::uint16_t flags;  // WaitFlag
    std::uint32_t reserved;
    std::uint64_t address;       // the semaphore, mutex, condition or futex waited on; the descriptor for I/O
    std::uint64_t lock_address;  // what CPython's parking lot was asked to wait on (PyMutex, event, thread state); 0
                                 // when not a parking lot wait
    std::uint64_t entered_ns;    // when the lock's slow path was entered, where CPython tells; else 0. The same for all
                                 // waits of one acquisition.
    std::uint64_t object;  // the object whose lock it is (critical section, Lock, RLock, SimpleQueue); 0 when not one
    std::uint64_t object_type;   // its type: see Type
    std::uint64_t thread_state;  // PyThreadState*, 0 when the thread has none
};
enum WaitFlag : std::uint16_t {
    kOnOwnStack = 1
};  // the semaphore is a local variable of the waiter: a parking lot wait

struct WaitEnd {
    std::uint32_t error;       // errno of the call, 0 when it succeeded
    std::uint32_t handed_off;  // 1 when the releaser passed ownership on
};

struct Wake {
    std::uint16_t kind;   // WaitKind of the waits it ends
    std::uint16_t flags;  // WakeFlag
    std::uint32_t woken;  // waiters there were, where the primitive tells; else 1
    std::uint64_t address;
    std::uint64_t lock_address;
};

enum WakeFlag : std::uint16_t { kByReader = 1 };  // a read-write lock: let go by a reader, of which there may be more

struct GcBegin {
    std::uint32_t generation;
    std::uint32_t reserved;
};

struct GcEnd {
    std::uint64_t collected;
};

/// x86-64: rbx rbp r12 r13 r14 r15; aarch64: x19..x29. Unused ones are 0.
inline constexpr std::size_t kMostSavedRegisters = 11;

/// A run of sched_yield calls from one place: the spinning phase of a lock's slow path. The lock's address is in one of
/// the registers that survive calls; which one is learnt from the waits that follow spins at the same place.
struct SpinBegin {
    std::uint64_t caller;  // return address of sched_yield
    std::uint64_t saved_registers[kMostSavedRegisters];
};

struct SpinEnd {
    std::uint64_t yields;
};

struct ProcessEvent {
    std::uint32_t event;  // Event
    std::int32_t
        value;  // Exit: status; ScriptBegin, ScriptEnd: GIL state (0 off, 1..: on), -1 unknown; Refused: see Refusal;
                // Exec: 0 the process executes another program from here on, 1 it could not and goes on
    std::uint64_t thread_state;
};
enum class Event : std::uint32_t {
    ScriptBegin = 1,
    ScriptEnd = 2,
    Exit = 3,
    Fork = 4,
    Refused = 5,
    DescriptorsClosed = 6,
    Exec = 7,  // the process executes another program from here on; value 1: that has failed, and it goes on
};
enum class Refusal : std::int32_t { UnknownVersion = 1, NotFreeThreaded = 2 };

// ---- long runs ----
//
// As a run takes up what it may (Budget), less of it is recorded. Of 2^sample_level samples of a thread one is written;
// its Sample::cpu_ns and ticks cover those left out. Waits, wakes, spins and collections are written in windows of
// time: window i lasts from i * window_ns to (i + 1) * window_ns, and those with i % 2^event_level == 0 are recorded.
// All that happened in these is there: a wait that began before one and ends in it or later is written when it ends. In
// between a thread may write some, so that one that rarely waits is recorded whole. All else is always written.

struct Thinning {
    std::uint32_t sample_level;
    std::uint32_t event_level;
    std::uint64_t from_ns;    // when the event level begins to be: where a window begins
    std::uint64_t window_ns;  // the same throughout a run
    std::uint64_t limit_bytes;
};

// ---- how the tool hands the probe its orders: environment variables, removed from the target's environment by the
// probe ----

/// Where to put process-<pid>.stream; where there is one already process-<pid>-2.stream, and so on.
inline constexpr const char kEnvDirectory[] = "FTSCALE_PROBE_DIRECTORY";
inline constexpr const char kEnvFrequency[] = "FTSCALE_PROBE_FREQUENCY";  // samples per CPU second and thread; 0: none
inline constexpr const char kEnvSampler[] = "FTSCALE_PROBE_SAMPLER";  // "cycles", "cpu-clock" or "cpu-timer": no other
/// The cycles event and after how many of them to sample: TYPE/CONFIG/PERIOD/FLAGS, in hexadecimal. Absent: there is
/// none.
inline constexpr const char kEnvCycles[] = "FTSCALE_PROBE_CYCLES";
/// The events to count, with spaces between them: GROUP/TYPE/CONFIG/CONFIG1/CONFIG2/FLAGS/NAME, all but the name in
/// hexadecimal, TYPE to CONFIG2 as in perf_event_attr, groups in order. Group 0 is counted together with the sampler's
/// event.
inline constexpr const char kEnvCounters[] = "FTSCALE_PROBE_COUNTERS";
enum OrderFlag : std::uint32_t { kExcludeKernel = 1 };
inline constexpr const char kEnvFollow[] =
    "FTSCALE_PROBE_FOLLOW_CHILDREN";  // "1": leave these variables in place for children
/// What the streams of this run may take on disk, in bytes, decimal. Absent: as much as there is. All processes of the
/// run share one allowance: see Budget.
inline constexpr const char kEnvMaxBytes[] = "FTSCALE_PROBE_MAX_BYTES";
/// All of them.
inline constexpr const char* kEnvOrders[] = {kEnvDirectory, kEnvFrequency, kEnvSampler, kEnvCycles,
                                             kEnvCounters,  kEnvFollow,    kEnvMaxBytes};
inline constexpr const char kStreamFilePrefix[] = "process-";
inline constexpr const char kStreamFileSuffix[] = ".stream";

// ---- what a run may take on disk ----

/// The first bytes of the file kBudgetFile beside a run's streams. The tool makes the file, kBudgetBytes long and zero
/// behind this; all processes of the run map it shared, count in it what they take, and agree in it on how much they
/// leave out as the allowance gets short. Without it the run has no bound. It is no part of a recording.
struct Budget {
    std::uint64_t magic;         // kBudgetMagic
    std::uint64_t limit_bytes;   // the allowance; never 0. As kEnvMaxBytes says.
    std::uint64_t used_bytes;    // atomic: the chunks that were allocated
    std::uint64_t levels;        // atomic: how much is left out; the probe's own, see probes/budget.h
    std::uint64_t raises;        // atomic: how often it was raised
    std::uint64_t sample_bytes;  // atomic: what samples have taken since
    std::uint64_t event_bytes;   // atomic: likewise waits and what belongs to them
    std::uint64_t reserved;
};
static_assert(sizeof(Budget) == 64);
inline constexpr std::uint64_t kBudgetMagic = 0x5447444243535446;  // "FTSCBDGT"
inline constexpr std::uint64_t kBudgetBytes = 4096;
inline constexpr const char kBudgetFile[] = "budget";

}  // namespace ftscale::format
