// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stack_capture.h"

#include <cstring>

#include "python_codes.h"
#include "python_frames.h"

namespace ftscale::probe {
namespace {

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
            const std::uint32_t id = frame.code != 0 ? code_id(state_, frame.code) : 0;
            if (id != 0) put(format::python_frame(id, instruction_offset(state_, frame)));
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

/// False when the native stack is deeper than it is followed.
bool unwind_native(ThreadState& state, Cursor cursor, Merge& merge) {
    FoundModule module{};
    for (std::size_t depth = 0; depth < kMaxNativeFrames; ++depth) {
        bool module_found = false;
        const UnwindRule& rule = state.unwind.find(cursor, module, module_found);
        if (module_found) write_module(state, module);
        const std::uintptr_t pc = cursor.pc, frame_begin = cursor.sp;
        std::uintptr_t frame_end = frame_begin;
        const StepResult result = step(cursor, rule, state.bounds, frame_end);
        merge.native(pc, frame_begin, frame_end);
        if (result == StepResult::Outermost) return true;
        if (result == StepResult::Lost) {
            merge.out().flags |= format::kNativeTruncated;
            return true;
        }
    }
    merge.out().flags |= format::kNativeTruncated;
    return false;
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

}  // namespace

void write_module_of(ThreadState& state, std::uintptr_t address) {
    FoundModule module{};
    if (find_module(address, module)) write_module(state, module);
}

void capture_stack(ThreadState& state, Cursor cursor, std::uintptr_t thread_state) {
    forget_destroyed_codes(state);
    bool python_truncated = false;
    const std::size_t python_count =
        thread_state != 0 ? walk_python(state, thread_state, cursor.sp, python_truncated) : 0;
    Merge merge(state, python_count);
    merge.start();
    const bool followed = unwind_native(state, cursor, merge);
    merge.rest();
    StackWords& out = merge.out();
    if (python_truncated) out.flags |= format::kPythonTruncated;
    // A stack whose outer end is missing has nothing in common with the one before, and would be written whole.
    if ((python_truncated || !followed) && out.count > kKeptFrames) out.count = kKeptFrames;
    if (out.flags != 0) ++state.truncated_stacks;
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
