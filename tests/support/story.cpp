// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "support/story.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ftscale::tests {

using format::WaitKind;

namespace {
constexpr double kOriginMs = 1000;  // of the clock, so that nothing happens at 0
constexpr std::uint64_t kRuntime = 0x5500000000, kRuntimeSize = 0x50000;
constexpr std::uint64_t kThreadStateSize = 0x400;
constexpr std::uint64_t kFirstThreadPointer = 0x7e0000000000;
}  // namespace

std::uint64_t Story::ns(double ms) { return static_cast<std::uint64_t>(std::llround((kOriginMs + ms) * 1e6)); }

ThreadStory& ThreadStory::works(double ms, StackId stack) {
    burn(ms, stack);
    now_ms_ += ms;
    return *this;
}

symbols::MemoryAccess touch(symbols::AccessKind kind, int bytes, std::int64_t displacement, int distance) {
    symbols::MemoryAccess access;
    access.kind = kind;
    access.bytes = static_cast<std::uint8_t>(bytes);
    access.base = kTouchedRegister;
    access.displacement = displacement;
    access.distance = distance;
    return access;
}

ThreadStory& ThreadStory::touches(double ms, StackId stack, recording::FrameId code, const StoryObject& object) {
    return touches(ms, stack, code, object.address, {object});
}

ThreadStory& ThreadStory::touches(double ms, StackId stack, recording::FrameId code, std::uint64_t address,
                                  const std::vector<StoryObject>& objects) {
    const std::size_t first = thread_.samples.size();
    works(ms, stack);
    look_at(first, code, address, objects);
    return *this;
}

void ThreadStory::look_at(std::size_t first_sample, recording::FrameId code, std::uint64_t address,
                          const std::vector<StoryObject>& objects) {
    for (std::size_t i = first_sample; i < thread_.samples.size(); ++i) {
        recording::Sample& sample = thread_.samples[i];
        sample.pc = code;
        if (objects.empty()) continue;  // nor are registers kept then
        sample.object_count = static_cast<std::uint16_t>(objects.size());
        sample.first_object = static_cast<std::uint32_t>(thread_.objects.size());
        sample.first_register = static_cast<std::uint32_t>(thread_.registers.size());
        sample.register_count = format::kX86_64Registers;
        for (const StoryObject& object : objects)
            thread_.objects.push_back({object.address, object.owner, object.type});
        thread_.registers.resize(thread_.registers.size() + format::kX86_64Registers);
        thread_.registers[sample.first_register + kTouchedRegister] = address;
    }
}

ThreadStory& ThreadStory::collects(double ms, StackId stack, std::uint32_t generation, std::uint64_t collected) {
    thread_.collections.push_back({Story::ns(now_ms_), Story::ns(now_ms_ + ms), generation, collected, stack});
    return works(ms, stack);
}

ThreadStory& ThreadStory::ticks(std::uint16_t count, std::uint16_t in_kernel) {
    ticks_ = count;
    kernel_ticks_ = in_kernel;
    return *this;
}

ThreadStory& ThreadStory::samples_every(double ms) {
    period_ns_ = static_cast<std::uint64_t>(std::llround(ms * 1e6));
    return *this;
}

/// Spends CPU time from now on, and takes a sample after each period of it.
void ThreadStory::burn(double ms, StackId stack) {
    const double period_ms = static_cast<double>(period_ns_) / 1e6;
    const double end = cpu_ms_ + ms;
    for (double next = (std::floor(cpu_ms_ / period_ms + 1e-9) + 1) * period_ms; next <= end + 1e-9;
         next += period_ms) {
        recording::Sample sample;
        sample.time_ns = Story::ns(now_ms_ + (next - cpu_ms_));
        sample.cpu_ns = static_cast<std::uint64_t>(std::llround(next * 1e6));
        if (was_away_ && knows_queue_) sample.run_delay_ns = static_cast<std::uint64_t>(std::llround(queued_ms_ * 1e6));
        was_away_ = false;
        sample.stack = stack;
        sample.first_counter_word = counter_words(next);
        sample.ticks = ticks_;
        sample.kernel_ticks = kernel_ticks_;
        thread_.samples.push_back(sample);
    }
    cpu_ms_ = end;
}

ThreadStory& ThreadStory::counts(std::vector<double> per_ms, double running_share) {
    counter_words(cpu_ms_);
    per_ms_ = std::move(per_ms);
    running_share_ = running_share;
    return *this;
}

/// A reading when the thread has used so much CPU time.
std::uint32_t ThreadStory::counter_words(double cpu_ms) {
    counted_.resize(per_ms_.size());
    const double running_ms = running_share_ * (cpu_ms - counted_until_ms_);
    running_ms_ += running_ms;
    counted_until_ms_ = cpu_ms;
    for (std::size_t i = 0; i < per_ms_.size(); ++i) counted_[i] += running_ms * per_ms_[i];
    if (per_ms_.empty()) return recording::kNoCounterWords;
    const auto first = static_cast<std::uint32_t>(thread_.counter_words.size());
    thread_.counter_words.push_back(static_cast<std::uint64_t>(std::llround(cpu_ms * 1e6)));
    thread_.counter_words.push_back(static_cast<std::uint64_t>(std::llround(running_ms_ * 1e6)));
    for (const double count : counted_)
        thread_.counter_words.push_back(static_cast<std::uint64_t>(std::llround(count)));
    return first;
}

void ThreadStory::wait(double ms, recording::Wait wait) {
    wait.begin_ns = Story::ns(now_ms_);
    wait.end_ns = Story::ns(now_ms_ + ms);
    thread_.waits.push_back(wait);
    now_ms_ += ms;
}

ThreadStory& ThreadStory::waits(double ms, const StoryLock& lock, StackId stack, ThreadStory* holder,
                                StackId holder_stack) {
    recording::Wait record;
    record.kind = lock.kind;
    record.address = lock.address;
    record.lock_address = lock.lock_address;
    record.object = lock.object;
    record.object_type = lock.type;
    record.thread_state = lock.thread_state;
    record.stack = stack;
    record.on_own_stack = lock.lock_address != 0;
    wait(ms, record);
    if (holder != nullptr) holder->wakes(now_ms_, lock.address, holder_stack, lock.lock_address);
    return *this;
}

ThreadStory& ThreadStory::parks(double ms, const StoryLock& lock, StackId stack, double entered_ms) {
    waits(ms, lock, stack);
    thread_.waits.back().entered_ns = Story::ns(entered_ms);
    return *this;
}

ThreadStory& ThreadStory::spins(double ms, std::uint64_t lock_address, StackId stack) {
    recording::Spin spin;
    spin.begin_ns = Story::ns(now_ms_);
    spin.end_ns = Story::ns(now_ms_ + ms);
    spin.yields = 40;
    spin.saved_registers[0] = 0x1234;
    spin.saved_registers[3] = lock_address;
    spin.stack = stack;
    thread_.spins.push_back(spin);
    burn(ms, stack);
    now_ms_ += ms;
    return *this;
}

ThreadStory& ThreadStory::reads(double ms, StackId stack, double cpu_ms) {
    recording::Wait record;
    record.kind = WaitKind::Read;
    record.stack = stack;
    burn(cpu_ms, stack);
    wait(ms, record);
    return *this;
}

ThreadStory& ThreadStory::sleeps(double ms, StackId stack) {
    recording::Wait record;
    record.kind = WaitKind::Sleep;
    record.stack = stack;
    wait(ms, record);
    return *this;
}

ThreadStory& ThreadStory::starves(double ms, StackId stack) {
    recording::Wait record;
    record.kind = WaitKind::CondWait;
    record.address = 0xc0de;
    record.stack = stack;
    wait(ms, record);
    return *this;
}

ThreadStory& ThreadStory::away(double ms, std::optional<double> queued_ms) {
    now_ms_ += ms;
    was_away_ = true;
    knows_queue_ = queued_ms.has_value();
    queued_ms_ += queued_ms.value_or(0);
    return *this;
}

ThreadStory& ThreadStory::marks(const std::string& region, double begin_ms, double end_ms) {
    thread_.regions.push_back({region, Story::ns(begin_ms), Story::ns(end_ms)});
    return *this;
}

ThreadStory& ThreadStory::killed() {
    was_killed_ = true;
    return *this;
}

void ThreadStory::wakes(double at_ms, std::uint64_t address, StackId stack, std::uint64_t lock_address) {
    thread_.wakes.push_back({Story::ns(at_ms), WaitKind::SemWait, 0, 1, address, lock_address, stack});
}

recording::Thread ThreadStory::finished() {
    if (!was_killed_ && !per_ms_.empty()) thread_.readings.push_back({Story::ns(now_ms_), counter_words(cpu_ms_)});
    recording::Thread thread = thread_;
    std::sort(thread.wakes.begin(), thread.wakes.end(),
              [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
    thread.last_ns = Story::ns(now_ms_);
    if (was_killed_) return thread;
    thread.end_ns = thread.last_ns;
    format::ThreadStat stat{};
    stat.cpu_ns = static_cast<std::uint64_t>(std::llround(cpu_ms_ * 1e6));
    stat.run_delay_ns = knows_queue_ ? static_cast<std::uint64_t>(std::llround(queued_ms_ * 1e6)) : format::kUnknownNs;
    stat.samples = thread.samples.size();
    thread.stat = stat;
    return thread;
}

ThreadStory& RunStory::thread(const std::string& name, double begin_ms) {
    ThreadStory& story = threads_.emplace_back();
    story.now_ms_ = begin_ms;
    story.thread_.name = name;
    story.thread_.ordinal = static_cast<std::uint32_t>(threads_.size() - 1);
    story.thread_.tid = 100 + story.thread_.ordinal;
    story.thread_.pthread = kFirstThreadPointer + 0x1000 * std::uint64_t{story.thread_.ordinal};
    story.thread_.begin_ns = Story::ns(begin_ms);
    return story;
}

recording::RunTrace RunStory::finished() {
    recording::RunTrace trace;
    trace.run = run_.id;
    trace.processes.push_back(process_);
    for (ThreadStory& thread : threads_) trace.processes.back().threads.push_back(thread.finished());
    return trace;
}

Story::Story() {
    recording_.manifest.interpreter.version_hex = 0x030d0ff0;
    recording_.manifest.interpreter.free_threaded = true;
    recording_.manifest.machine.cpus = 8;
    recording_.manifest.machine.physical_cores = 8;
}

StackId Story::python(const std::string& function, const std::string& file, int line, StackId caller) {
    recording::CodeObject code;
    code.name = code.qualname = function;
    code.filename = file;
    code.first_line = static_cast<std::uint32_t>(line);
    auto found = std::find(recording_.codes.begin(), recording_.codes.end(), code);
    if (found == recording_.codes.end()) found = recording_.codes.insert(recording_.codes.end(), code);
    recording::Frame frame;
    frame.python = true;
    frame.code = static_cast<recording::CodeId>(found - recording_.codes.begin());
    return recording_.stacks.intern_stack(caller, recording_.stacks.intern_frame(frame));
}

recording::ModuleId Story::module_of(const std::string& function) {
    const recording::ModuleFile module{"/no/such/" + function};
    auto found = std::find(recording_.modules.begin(), recording_.modules.end(), module);
    if (found == recording_.modules.end()) found = recording_.modules.insert(recording_.modules.end(), module);
    return static_cast<recording::ModuleId>(found - recording_.modules.begin());
}

StackId Story::native(const std::string& function, StackId caller) {
    recording::Frame frame;
    frame.module = module_of(function);
    return recording_.stacks.intern_stack(caller, recording_.stacks.intern_frame(frame));
}

recording::FrameId Story::code(const std::string& function, std::vector<symbols::MemoryAccess> accesses) {
    recording::Frame frame;
    frame.module = module_of(function);
    frame.address = 0x1000 + 16 * accesses_.size();
    const recording::FrameId id = recording_.stacks.intern_frame(frame);
    accesses_[id] = std::move(accesses);
    return id;
}

recording::TypeId Story::type_named(const std::string& name) {
    const auto found = std::find(recording_.types.begin(), recording_.types.end(), name);
    const auto type = static_cast<recording::TypeId>(found - recording_.types.begin());
    if (found == recording_.types.end()) recording_.types.push_back(name);
    return type;
}

StoryObject Story::object(const std::string& type, const ThreadStory* owner) {
    const StoryObject object{next_object_, type_named(type), owner == nullptr ? 0 : owner->thread_.pthread};
    next_object_ += 0x40;
    return object;
}

StoryLock Story::lock_at(std::uint64_t offset, const std::string& type) {
    StoryLock lock;
    lock.object = next_object_;
    next_object_ += 0x40;
    lock.lock_address = lock.object + offset;
    lock.address = lock.object + 0x10000000;
    lock.type = type_named(type);
    return lock;
}

StoryLock Story::stopped_world() {
    StoryLock lock;
    lock.thread_state = next_object_;
    lock.lock_address = lock.thread_state + 40;
    lock.address = lock.thread_state + 0x10000000;
    next_object_ += kThreadStateSize;
    return lock;
}

StoryLock Story::stop_event() {
    StoryLock lock;
    lock.lock_address = kRuntime + 0x2000;
    lock.address = next_object_ + 0x10000000;
    lock.kind = WaitKind::SemTimedWait;
    next_object_ += 0x40;
    return lock;
}

StoryLock Story::rwlock() {
    StoryLock lock;
    lock.address = next_object_ + 0x10000000;
    lock.kind = WaitKind::RwlockWrite;
    next_object_ += 0x40;
    return lock;
}

StoryLock Story::object_lock(const std::string& type) { return lock_at(10, type); }
StoryLock Story::threading_lock(const std::string& type) { return lock_at(32, type); }

RunStory& Story::run(int threads, double wall_ms, int repeat) {
    RunStory& story = runs_.emplace_back();
    story.run_.id = static_cast<int>(runs_.size());
    story.run_.threads = threads;
    story.run_.repeat = repeat;
    story.run_.started_ns = ns(-100);
    story.run_.ended_ns = ns(wall_ms + 20);
    recording::Process& process = story.process_;
    process.pid = 4000 + static_cast<std::uint32_t>(story.run_.id);
    process.sampler = format::Sampler::CpuClock;
    process.facts.flags = format::kKernelSampled;
    process.period_ns = 1'000'000;
    process.facts.runtime_address = kRuntime;
    process.facts.runtime_size = kRuntimeSize;
    process.facts.thread_state_size = kThreadStateSize;
    process.begin_ns = ns(-50);
    process.script_begin_ns = ns(0);
    process.script_end_ns = ns(wall_ms);
    process.exit_ns = ns(wall_ms + 10);
    return story;
}

recording::Recording Story::finish() {
    for (RunStory& story : runs_) {
        recording_.manifest.runs.push_back(story.run_);
        recording_.runs.push_back(story.finished());
    }
    return std::move(recording_);
}

const symbols::FrameName& StoryNames::name(recording::FrameId id) const {
    while (names_.size() <= static_cast<std::size_t>(id)) {
        const recording::Frame& frame = recording_.stacks.frame(static_cast<recording::FrameId>(names_.size()));
        symbols::FrameName name;
        name.python = frame.python;
        if (frame.python) {
            const recording::CodeObject& code = recording_.codes[static_cast<std::size_t>(frame.code)];
            name.function = code.qualname;
            name.file = code.filename;
            name.line = name.first_line = static_cast<int>(code.first_line);
        } else {
            name.file = recording_.modules[static_cast<std::size_t>(frame.module)].path;
            name.function = name.file.substr(name.file.rfind('/') + 1);
        }
        names_.push_back(name);
    }
    return names_[static_cast<std::size_t>(id)];
}

const std::vector<symbols::SourcePlace>& StoryNames::sources(recording::FrameId frame) const {
    static const std::vector<symbols::SourcePlace> kNone;
    const auto found = sources_.find(frame);
    return found == sources_.end() ? kNone : found->second;
}

const std::vector<symbols::MemoryAccess>& StoryNames::accesses_around(recording::FrameId id) const {
    static const std::vector<symbols::MemoryAccess> kNone;
    const auto found = accesses_.find(id);
    return found == accesses_.end() ? kNone : found->second;
}

}  // namespace ftscale::tests
