// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/trace_builder.h"

#include <algorithm>
#include <array>
#include <functional>

#include "recording/counter_layout.h"

namespace ftscale::recording {
namespace {

std::size_t hash_of(const CodeObject& code) {
    const std::hash<std::string> hash;
    return hash(code.qualname) ^ hash(code.filename) * 31 ^ hash(code.linetable) * 1009 ^ code.first_line;
}

const CodeObject kUnknownCode{"?", "?", "?", 0, {}};

template <typename Event>
void sort_by_begin(std::vector<Event>& events) {
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.begin_ns < b.begin_ns; });
}

template <typename Event>
void sort_by_time(std::vector<Event>& events) {
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time_ns < b.time_ns; });
}

/// Vectors that grow have up to twice the room they need.
void give_back_room(Thread& thread) {
    thread.samples.shrink_to_fit();
    thread.waits.shrink_to_fit();
    thread.wakes.shrink_to_fit();
    thread.spins.shrink_to_fit();
    thread.objects.shrink_to_fit();
    thread.registers.shrink_to_fit();
    thread.counter_words.shrink_to_fit();
}

}  // namespace

CodeId SharedTables::code(CodeObject code) {
    const std::size_t hash = hash_of(code);
    const auto [first, last] = codes_.equal_range(hash);
    for (auto known = first; known != last; ++known) {
        if (recording_.codes[static_cast<std::size_t>(known->second)] == code) return known->second;
    }
    const auto id = static_cast<CodeId>(recording_.codes.size());
    recording_.codes.push_back(std::move(code));
    codes_.emplace(hash, id);
    return id;
}

ModuleId SharedTables::module(const std::string& path) {
    const auto [entry, is_new] = modules_.try_emplace(path, static_cast<ModuleId>(recording_.modules.size()));
    if (is_new) recording_.modules.push_back({path});
    return entry->second;
}

TypeId SharedTables::type(const std::string& name) {
    const auto [entry, is_new] = types_.try_emplace(name, static_cast<TypeId>(recording_.types.size()));
    if (is_new) recording_.types.push_back(name);
    return entry->second;
}

void TraceBuilder::saw(std::uint64_t time_ns) {
    saw_end(time_ns);
    context_->gapless_ns = std::max(context_->gapless_ns, time_ns);
}

/// A record that may stand where there was no room for others.
void TraceBuilder::saw_end(std::uint64_t time_ns) { thread().last_ns = std::max(thread().last_ns, time_ns); }

void TraceBuilder::on_thread(std::uint32_t ordinal) {
    const auto [entry, is_new] = contexts_.try_emplace(ordinal);
    context_ = &entry->second;
    if (!is_new) return;
    context_->index = process_.threads.size();
    process_.threads.emplace_back();
    thread().ordinal = ordinal;
}

void TraceBuilder::on_process_begin(std::uint64_t time_ns, const format::ProcessBegin& record, std::string_view path) {
    process_.facts = record;
    process_.pid = record.pid;
    process_.python_version = record.python_version;
    process_.sampler = static_cast<format::Sampler>(record.sampler);
    process_.period_ns = record.period_ns;
    process_.begin_ns = time_ns;
    process_.executable = path;
    ++mappings_;
}

void TraceBuilder::on_thread_begin(std::uint64_t time_ns, const format::ThreadBegin& record, std::string_view name) {
    thread().tid = record.tid;
    thread().pthread = record.pthread;
    thread().begin_ns = time_ns;
    thread().name = name;
    context_->start_routine = record.start_routine;
    find_start_routine();
    saw(time_ns);
}

/// Its object may have been named before, by another thread, or is named right behind.
void TraceBuilder::find_start_routine() {
    if (context_->start_routine != 0 && addresses_.find(context_->start_routine)) {
        const FrameId routine = native_frame(context_->start_routine, true);
        thread().start_routine = routine;
        thread().start_stack = tables_.stacks().intern_stack(StackId::Empty, routine);
        context_->start_routine = 0;
    }
}

void TraceBuilder::on_thread_name(std::uint64_t time_ns, std::string_view name) {
    thread().name = name;
    saw(time_ns);
}

void TraceBuilder::on_thread_stat(std::uint64_t time_ns, const format::ThreadStat& record) {
    thread().stat = record;
    saw_end(time_ns);
}

void TraceBuilder::on_thread_end(std::uint64_t time_ns) {
    thread().end_ns = time_ns;
    saw_end(time_ns);
    forget_frames();
}

void TraceBuilder::on_module(std::uint64_t, const format::Module& record, std::string_view path) {
    if (addresses_.add(record, std::string(path))) ++mappings_;
    find_start_routine();
}

void TraceBuilder::on_code(std::uint64_t, const format::Code& record, const CodeTexts& texts) {
    CodeObject code{std::string(texts.name), std::string(texts.qualname), std::string(texts.filename),
                    record.first_line, std::string(texts.linetable)};
    const CodeId id = tables_.code(std::move(code));
    const auto [entry, is_new] = context_->codes.try_emplace(record.id, id);
    if (is_new || entry->second == id) return;
    entry->second = id;
    forget_frames();
}

void TraceBuilder::on_type(std::uint64_t, const format::Type& record, std::string_view name) {
    types_[record.address] = tables_.type(std::string(name));
}

FrameId TraceBuilder::native_frame(std::uint64_t pc, bool exact) {
    Frame frame;
    frame.address = lookup_address(pc, exact);
    if (const auto place = addresses_.find(frame.address)) {
        frame.module = tables_.module(place->path->empty() ? process_.executable : *place->path);
        frame.address = place->address;
    }
    return tables_.stacks().intern_frame(frame);
}

FrameId TraceBuilder::frame_of(std::uint64_t word) {
    if (const auto known = context_->frames.find(word); known != context_->frames.end()) return known->second;
    FrameId id;
    if (format::is_python_frame(word)) {
        Frame frame;
        frame.python = true;
        const auto code = context_->codes.find(format::frame_code_id(word));
        frame.code = code != context_->codes.end() ? code->second : tables_.code(kUnknownCode);
        frame.instruction_offset = format::frame_instruction_offset(word);
        id = tables_.stacks().intern_frame(frame);
    } else {
        id = native_frame(word, false);
    }
    context_->frames.emplace(word, id);
    return id;
}

/// What words mean has changed: the next stack is interned from its outermost word on.
void TraceBuilder::forget_frames() {
    context_->frames.clear();
    context_->path.clear();
    context_->mappings = mappings_;
}

/// Counted from the outermost word. Only the innermost native frame can be where the thread was.
std::size_t TraceBuilder::exact_depth(std::span<const std::uint64_t> words, std::uint64_t exact_pc) {
    const auto innermost = std::find_if_not(words.begin(), words.end(), format::is_python_frame);
    if (exact_pc == 0 || innermost == words.end() || *innermost != exact_pc) return kNone;
    return static_cast<std::size_t>(words.end() - innermost) - 1;
}

/// Only what differs from the previous stack is interned anew.
StackId TraceBuilder::stack_of(const StackView& stack, std::uint64_t exact_pc) {
    if (context_->mappings != mappings_) forget_frames();
    const std::size_t exact = exact_depth(stack.words, exact_pc);
    std::size_t kept = std::min(context_->path.size(), stack.shared);
    // An address that was exact in one of the two stacks may be a return address in the other.
    if (exact != context_->exact_depth) kept = std::min({kept, exact, context_->exact_depth});
    context_->exact_depth = exact;
    context_->path.resize(kept);
    for (std::size_t depth = kept; depth < stack.words.size(); ++depth) {
        const std::uint64_t word = stack.words[stack.words.size() - 1 - depth];
        const FrameId frame = depth == exact ? native_frame(word, true) : frame_of(word);
        context_->path.push_back(
            tables_.stacks().intern_stack(context_->path.empty() ? StackId::Empty : context_->path.back(), frame));
    }
    return context_->path.empty() ? StackId::Empty : context_->path.back();
}

void TraceBuilder::on_object(std::uint64_t, const format::Object& record, std::string_view name) {
    process_.object_names.insert_or_assign({record.address, type_at(record.type)}, std::string(name));
}

void TraceBuilder::on_sample(std::uint64_t time_ns, const format::Sample& record, const SampleParts& parts,
                             const StackView& stack) {
    Sample sample;
    sample.time_ns = time_ns;
    sample.cpu_ns = record.cpu_ns;
    if (record.run_delay_ns != format::kUnknownNs) sample.run_delay_ns = record.run_delay_ns;
    sample.stack = stack_of(stack, record.pc);
    sample.pc = native_frame(record.pc, true);
    sample.ticks = record.ticks;
    sample.kernel_ticks = std::min(record.kernel_ticks, record.ticks);
    sample.left_out = parts.left_out;
    if (!parts.objects.empty()) add_objects(parts, sample);
    sample.first_counter_word = add_counter_words(parts.counters);
    thread().samples.push_back(sample);
    saw(time_ns);
}

void TraceBuilder::add_objects(const SampleParts& parts, Sample& sample) {
    sample.object_count = static_cast<std::uint16_t>(parts.objects.size());
    sample.first_object = static_cast<std::uint32_t>(thread().objects.size());
    sample.register_count = static_cast<std::uint8_t>(parts.registers.size());
    sample.first_register = static_cast<std::uint32_t>(thread().registers.size());
    thread().registers.insert(thread().registers.end(), parts.registers.begin(), parts.registers.end());
    for (const format::SampleObject& object : parts.objects)
        thread().objects.push_back({object.address, object.owner, type_at(object.type)});
}

/// Words that do not fit what the process said it counts are left out. From the first reading on there are no more
/// counters: all readings are of one layout.
std::uint32_t TraceBuilder::add_counter_words(Words words) {
    if (words.empty() || words.size() != counter_words_) return kNoCounterWords;
    has_readings_ = true;
    const auto first = static_cast<std::uint32_t>(thread().counter_words.size());
    thread().counter_words.insert(thread().counter_words.end(), words.begin(), words.end());
    return first;
}

void TraceBuilder::on_counter(std::uint64_t, const format::Counter& record, std::string_view name) {
    if (has_readings_ || record.index != process_.counters.size() || record.index >= format::kMostCounters) return;
    process_.counters.push_back({std::string(name), record.group, (record.flags & format::kUserOnly) != 0});
    counter_words_ = CounterLayout(process_.counters).words();
}

void TraceBuilder::on_counter_reading(std::uint64_t time_ns, Words words) {
    saw(time_ns);
    const std::uint32_t first = add_counter_words(words);
    if (first != kNoCounterWords) thread().readings.push_back({time_ns, first});
}

TypeId TraceBuilder::type_at(std::uint64_t address) const {
    const auto type = types_.find(address);
    return type != types_.end() ? type->second : TypeId::None;
}

void TraceBuilder::on_wait_begin(std::uint64_t time_ns, const format::WaitBegin& record, const StackView& stack) {
    Wait wait;
    wait.begin_ns = time_ns;
    wait.kind = static_cast<format::WaitKind>(record.kind);
    wait.on_own_stack = (record.flags & format::kOnOwnStack) != 0;
    wait.address = record.address;
    wait.lock_address = record.lock_address;
    wait.entered_ns = record.entered_ns;
    wait.object = record.object;
    if (record.object != 0) wait.object_type = type_at(record.object_type);
    wait.thread_state = record.thread_state;
    wait.stack = stack_of(stack, 0);
    context_->open_waits.push_back(thread().waits.size());
    thread().waits.push_back(wait);
    saw(time_ns);
}

void TraceBuilder::on_wait_end(std::uint64_t time_ns, const format::WaitEnd& record) {
    saw(time_ns);
    if (context_->open_waits.empty()) return;
    Wait& wait = thread().waits[context_->open_waits.back()];
    context_->open_waits.pop_back();
    wait.end_ns = std::max(time_ns, wait.begin_ns);
    wait.error = record.error;
    wait.handed_off = record.handed_off != 0;
}

void TraceBuilder::on_wake(std::uint64_t time_ns, const format::Wake& record, const StackView& stack) {
    thread().wakes.push_back({time_ns, static_cast<format::WaitKind>(record.kind), record.flags, record.woken,
                              record.address, record.lock_address, stack_of(stack, 0)});
    saw(time_ns);
}

void TraceBuilder::on_spin_begin(std::uint64_t time_ns, const format::SpinBegin& record, const StackView& stack) {
    Spin spin;
    spin.begin_ns = time_ns;
    spin.caller = native_frame(record.caller, false);
    spin.saved_registers = std::to_array(record.saved_registers);
    spin.stack = stack_of(stack, 0);
    thread().spins.push_back(spin);
    saw(time_ns);
}

void TraceBuilder::on_spin_end(std::uint64_t time_ns, const format::SpinEnd& record) {
    saw(time_ns);
    if (thread().spins.empty() || thread().spins.back().end_ns) return;
    thread().spins.back().end_ns = std::max(time_ns, thread().spins.back().begin_ns);
    thread().spins.back().yields = record.yields;
}

void TraceBuilder::on_gc_begin(std::uint64_t time_ns, const format::GcBegin& record, const StackView& stack) {
    thread().collections.push_back({time_ns, std::nullopt, record.generation, 0, stack_of(stack, 0)});
    saw(time_ns);
}

void TraceBuilder::on_gc_end(std::uint64_t time_ns, const format::GcEnd& record) {
    saw(time_ns);
    if (thread().collections.empty() || thread().collections.back().end_ns) return;
    thread().collections.back().end_ns = std::max(time_ns, thread().collections.back().begin_ns);
    thread().collections.back().collected = record.collected;
}

void TraceBuilder::on_gil_module(std::uint64_t, std::string_view name) { process_.gil_modules.emplace_back(name); }

void TraceBuilder::on_region(std::uint64_t time_ns, bool begins, std::string_view name) {
    saw(time_ns);
    if (begins) {
        thread().regions.push_back({std::string(name), time_ns, std::nullopt});
        return;
    }
    for (auto mark = thread().regions.rbegin(); mark != thread().regions.rend(); ++mark) {
        if (mark->end_ns || mark->name != name) continue;
        mark->end_ns = time_ns;
        return;
    }
}

void TraceBuilder::on_thinning(std::uint64_t, const format::Thinning& record) { process_.thinnings.push_back(record); }

void TraceBuilder::on_process_event(std::uint64_t time_ns, const format::ProcessEvent& record) {
    saw_end(time_ns);
    const auto known_gil = [&record]() -> std::optional<int> {
        return record.value < 0 ? std::nullopt : std::optional<int>(record.value);
    };
    switch (static_cast<format::Event>(record.event)) {
        case format::Event::ScriptBegin:
            process_.script_begin_ns = time_ns;
            process_.gil_at_start = known_gil();
            break;
        case format::Event::ScriptEnd:
            process_.script_end_ns = time_ns;
            process_.gil_at_end = known_gil();
            break;
        case format::Event::Exit:
            process_.exit_ns = time_ns;
            break;
        case format::Event::Exec:
            process_.exec_ns = record.value == 0 ? std::optional(time_ns) : std::nullopt;
            break;
        case format::Event::Refused:
            process_.refusal = static_cast<format::Refusal>(record.value);
            break;
        case format::Event::Fork:
        case format::Event::DescriptorsClosed:
            break;
    }
}

void TraceBuilder::on_process_stat(std::uint64_t time_ns, const format::ProcessStat& record) {
    saw_end(time_ns);
    process_.stat = record;
}

void TraceBuilder::on_thread_sampler(std::uint64_t time_ns, const format::ThreadSampler& record) {
    saw(time_ns);
    thread().sampler = record;
}

/// The ends of what was open may be among what is missing. That it went on until the last record is known.
void TraceBuilder::on_gap(std::uint64_t records, std::uint32_t error) {
    thread().no_room += records;
    thread().no_room_error = error;
    const auto end = [this](auto& event) { event.end_ns = std::max(context_->gapless_ns, event.begin_ns); };
    for (const std::size_t open : context_->open_waits) end(thread().waits[open]);
    context_->open_waits.clear();
    if (!thread().spins.empty() && !thread().spins.back().end_ns) end(thread().spins.back());
    if (!thread().collections.empty() && !thread().collections.back().end_ns) end(thread().collections.back());
}

void TraceBuilder::on_chunkless(const ChunklessLoss& loss) { process_.chunkless = loss; }

void TraceBuilder::finish() {
    contexts_.clear();
    std::sort(process_.threads.begin(), process_.threads.end(),
              [](const Thread& a, const Thread& b) { return a.ordinal < b.ordinal; });
    for (Thread& thread : process_.threads) {
        sort_by_time(thread.samples);
        sort_by_time(thread.wakes);
        sort_by_time(thread.readings);
        sort_by_begin(thread.waits);
        sort_by_begin(thread.spins);
        sort_by_begin(thread.collections);
        sort_by_begin(thread.regions);
        give_back_room(thread);
    }
}

}  // namespace ftscale::recording
