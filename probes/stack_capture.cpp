// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stack_capture.h"

#include <cstring>

#include "globals.h"
#include "object_field.h"
#include "python_api.h"
#include "python_text.h"
#include "safe_read.h"

namespace ftscale::probe {
namespace {

// ---- Python frames ----

std::uintptr_t instruction_offset(std::uintptr_t frame, std::uintptr_t code) {
    const auto instruction = field<std::uintptr_t>(frame, g_layout.frame_instruction);
    std::uintptr_t bytecode = code + g_layout.code_bytecode;
    if (g_layout.code_thread_bytecode != 0) {
        // From 3.14 each thread runs its own copy of the bytecode: {Py_ssize_t size; char* entries[]}.
        const auto index = field<std::int32_t>(frame, g_layout.frame_bytecode_index);
        const auto copies = field<std::uintptr_t>(code, g_layout.code_thread_bytecode);
        if (copies != 0 && index >= 0 && index < field<std::int64_t>(copies, 0))
            bytecode = field<std::uintptr_t>(copies, sizeof(std::uintptr_t) * (1 + static_cast<std::size_t>(index)));
    }
    return instruction > bytecode ? instruction - bytecode : 0;
}

/// Whether the frame lies in one of the two newest pieces of the thread's data stack, which are there.
bool is_on_data_stack(std::uintptr_t thread_state, std::uintptr_t frame) {
    if (g_layout.thread_chunk == 0) return false;
    auto chunk = field<std::uintptr_t>(thread_state, g_layout.thread_chunk);
    for (int i = 0; i < 2 && chunk != 0; ++i) {
        if (frame >= chunk && frame < chunk + field<std::size_t>(chunk, kChunkBytesOffset)) return true;
        chunk = field<std::uintptr_t>(chunk, kChunkPreviousOffset);
    }
    return false;
}

/// Whether the frame that the thread state names is still there. A function that makes a generator gives its frame back
/// (RETURN_GENERATOR), at times with the piece of the data stack it lay in, before the thread state names another; a
/// sample may strike in between. Frames elsewhere are generators' or an evaluation loop's entry: what else calls itself
/// a frame of the data stack is one that is gone.
bool innermost_is_there(const ThreadState& state, std::uintptr_t thread_state, std::uintptr_t frame) {
    if (state.bounds.contains(frame, 0) || is_on_data_stack(thread_state, frame)) return true;
    char owner = 0;
    Piece piece{frame + g_layout.frame_owner, &owner, sizeof(owner)};
    if (!safe_read_pieces(&piece, 1)) return true;  // the kernel does not let us ask: as likely as ever
    return piece.ok && (g_layout.thread_chunk == 0 || owner != kThreadOwner);
}

/// The interpreter's own frames of this thread, innermost first. Plain loads suffice once the innermost is there: these
/// are the calling thread's frames, which do not move while it is here; CPython's faulthandler walks them from signal
/// handlers in the same way.
std::size_t walk_python(ThreadState& state, std::uintptr_t thread_state, bool& truncated) {
    std::size_t count = 0;
    auto frame = field<std::uintptr_t>(thread_state, g_layout.thread_frame);
    if (frame != 0 && !innermost_is_there(state, thread_state, frame)) {
        truncated = true;
        return 0;
    }
    for (; frame != 0 && count < kMaxPythonFrames; frame = field<std::uintptr_t>(frame, g_layout.frame_previous)) {
        PythonFrame& out = state.python[count];
        if (field<char>(frame, g_layout.frame_owner) >= kFirstShimOwner) {
            out = {0, frame};
            ++count;
            continue;
        }
        const std::uintptr_t code = field<std::uintptr_t>(frame, g_layout.frame_executable) & ~kReferenceTag;
        if (code == 0 ||
            field<std::uintptr_t>(code, g_layout.object_type) != reinterpret_cast<std::uintptr_t>(PyCode_Type))
            continue;
        out = {code, instruction_offset(frame, code)};
        ++count;
    }
    truncated = frame != 0;
    return count;
}

// ---- Code and Module records ----

/// A str object that is known to be there, as UTF-8. With `out` null only counts.
std::size_t text_utf8(std::uintptr_t text, std::byte* out) {
    const TextShape shape = text_shape(reinterpret_cast<const std::byte*>(text));
    return utf8_of(reinterpret_cast<const std::byte*>(text + shape.data_offset), shape.kind, shape.length, out);
}

/// The code object is on this thread's own frame list, hence alive, and what is read of it never changes.
bool write_code(ThreadState& state, std::uintptr_t code, std::uint32_t id) {
    const auto name = field<std::uintptr_t>(code, g_layout.code_name);
    const auto qualname = field<std::uintptr_t>(code, g_layout.code_qualname);
    const auto filename = field<std::uintptr_t>(code, g_layout.code_filename);
    const auto linetable = field<std::uintptr_t>(code, g_layout.code_linetable);
    const auto linetable_bytes = static_cast<std::size_t>(field<std::int64_t>(linetable, g_layout.bytes_size));
    format::Code record{};
    record.address = code;
    record.id = id;
    record.first_line = static_cast<std::uint32_t>(field<std::int32_t>(code, g_layout.code_first_line));
    record.name_bytes = static_cast<std::uint32_t>(text_utf8(name, nullptr));
    record.qualname_bytes = static_cast<std::uint32_t>(text_utf8(qualname, nullptr));
    record.filename_bytes = static_cast<std::uint32_t>(text_utf8(filename, nullptr));
    record.linetable_bytes = static_cast<std::uint32_t>(linetable_bytes);
    const std::size_t bytes =
        sizeof(record) + record.name_bytes + record.qualname_bytes + record.filename_bytes + linetable_bytes;
    std::byte* out = state.stream.begin(format::RecordType::Code, now_ns(), bytes);
    if (out == nullptr) return false;
    std::memcpy(out, &record, sizeof(record));
    out += sizeof(record);
    out += text_utf8(name, out);
    out += text_utf8(qualname, out);
    out += text_utf8(filename, out);
    std::memcpy(out, reinterpret_cast<const void*>(linetable + g_layout.bytes_data), linetable_bytes);
    state.stream.commit();
    return true;
}

std::uint32_t code_id(ThreadState& state, std::uintptr_t code) {
    if (const std::uint32_t known = state.codes.find(code)) return known;
    const std::uint32_t id = state.next_code_id;
    // Before the record is written: a code destroyed from here on is a code that was seen.
    __atomic_store_n(&seen_code_slot(code), std::uint8_t{1}, __ATOMIC_RELAXED);
    if (!write_code(state, code, id)) return 0;
    ++state.next_code_id;
    state.codes.insert(code, id);
    return id;
}

void write_module(ThreadState& state, const FoundModule& module) {
    if (state.modules.find(module.begin) != 0) return;
    const std::size_t path_bytes = module.path != nullptr ? std::strlen(module.path) : 0;
    const format::Module record{module.begin, module.end, module.base, static_cast<std::uint32_t>(path_bytes), 0};
    if (!state.stream.write_with_text(format::RecordType::Module, record, module.path, path_bytes)) return;
    state.modules.insert(module.begin, 1);
}

// ---- merging ----

/// Puts native and Python frames into one list, innermost first. An evaluation loop's entry frame (shim) is a local
/// variable of the loop's native frame, so the native frame whose extent holds the shim's address is the one that ran
/// the Python frames before it.
class Merge {
  public:
    Merge(ThreadState& state, std::size_t python_count)
        : state_(state), out_(state.stacks[state.current_stack]), python_count_(python_count) {
        out_.count = 0;
        out_.flags = 0;
    }

    void native(std::uintptr_t pc, std::uintptr_t frame_begin, std::uintptr_t frame_end) {
        if (next_shim_ < python_count_ && within(state_.python[next_shim_].where, frame_begin, frame_end)) {
            put_python(next_shim_);
            find_next_shim();
        }
        put(pc);
    }
    void start() { find_next_shim(); }
    /// Native frames ended early: the Python frames outside them are still known.
    void rest() {
        while (next_python_ < python_count_) {
            put_python(next_shim_);
            find_next_shim();
        }
    }
    StackWords& out() { return out_; }

  private:
    static bool within(std::uintptr_t address, std::uintptr_t begin, std::uintptr_t end) {
        return address >= begin && address < end;
    }
    void put(std::uint64_t word) {
        if (out_.count < kMaxWords) out_.words[out_.count++] = word;
    }
    void put_python(std::size_t until) {
        for (; next_python_ < until; ++next_python_) {
            const PythonFrame& frame = state_.python[next_python_];
            if (frame.code != 0)
                put(format::python_frame(code_id(state_, frame.code), static_cast<std::uint32_t>(frame.where)));
        }
        if (next_python_ < python_count_) ++next_python_;  // the shim itself
    }
    void find_next_shim() {
        next_shim_ = next_python_;
        while (next_shim_ < python_count_ && state_.python[next_shim_].code != 0) ++next_shim_;
    }

    ThreadState& state_;
    StackWords& out_;
    std::size_t python_count_;
    std::size_t next_python_ = 0;
    std::size_t next_shim_ = 0;
};

void unwind_native(ThreadState& state, Cursor cursor, Merge& merge) {
    FoundModule module{};
    for (std::size_t depth = 0; depth < kMaxNativeFrames; ++depth) {
        bool module_found = false;
        const UnwindRule& rule = state.unwind.find(cursor, module, module_found);
        if (module_found) write_module(state, module);
        const std::uintptr_t pc = cursor.pc, frame_begin = cursor.sp;
        std::uintptr_t frame_end = frame_begin;
        const StepResult result = step(cursor, rule, state.bounds, frame_end);
        merge.native(pc, frame_begin, frame_end);
        if (result == StepResult::Outermost) return;
        if (result == StepResult::Lost) break;
    }
    merge.out().flags |= format::kNativeTruncated;
}

/// How many outermost words the captured stack shares with the previous one.
std::size_t shared_words(const ThreadState& state) {
    const StackWords& current = state.stacks[state.current_stack];
    const StackWords& previous = state.stacks[1 - state.current_stack];
    const std::size_t most = current.count < previous.count ? current.count : previous.count;
    std::size_t shared = 0;
    while (shared < most && current.words[current.count - 1 - shared] == previous.words[previous.count - 1 - shared])
        ++shared;
    return shared;
}

void forget_destroyed_codes(ThreadState& state) {
    const std::uint32_t generation = __atomic_load_n(&g_code_generation, __ATOMIC_ACQUIRE);
    if (generation == state.code_generation) return;
    state.code_generation = generation;
    state.codes.clear();
}

}  // namespace

std::uintptr_t python_thread_state() {
    // Detached threads (most waits) have no current state, but keep the one bound to them.
    auto* current = PyThreadState_GetUnchecked();
    if (current == nullptr) current = PyGILState_GetThisThreadState();
    return reinterpret_cast<std::uintptr_t>(current);
}

void write_module_of(ThreadState& state, std::uintptr_t address) {
    FoundModule module{};
    if (find_module(address, module)) write_module(state, module);
}

void capture_stack(ThreadState& state, Cursor cursor, std::uintptr_t thread_state) {
    forget_destroyed_codes(state);
    bool python_truncated = false;
    const std::size_t python_count = thread_state != 0 ? walk_python(state, thread_state, python_truncated) : 0;
    Merge merge(state, python_count);
    merge.start();
    unwind_native(state, cursor, merge);
    merge.rest();
    if (python_truncated) merge.out().flags |= format::kPythonTruncated;
    if (merge.out().flags != 0) ++state.truncated_stacks;
}

std::size_t stack_bytes(const ThreadState& state) {
    const StackWords& current = state.stacks[state.current_stack];
    return sizeof(format::Stack) + (current.count - shared_words(state)) * sizeof(std::uint64_t);
}

void write_stack(ThreadState& state, std::byte* out) {
    const StackWords& current = state.stacks[state.current_stack];
    const std::size_t shared = shared_words(state);
    const std::size_t stored = current.count - shared;
    const format::Stack header{static_cast<std::uint16_t>(stored), static_cast<std::uint16_t>(shared), current.flags,
                               0};
    std::memcpy(out, &header, sizeof(header));
    std::memcpy(out + sizeof(header), current.words, stored * sizeof(std::uint64_t));
    state.current_stack = 1 - state.current_stack;
}

}  // namespace ftscale::probe
