// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "unwind.h"

#include <dlfcn.h>
#include <link.h>

#include <cstring>

#include "safe_read.h"
#include "unwind_tables.h"

// Weak so that the probe still loads (without native stacks) where glibc is older than 2.35.
extern "C" __attribute__((weak)) int _dl_find_object(void* address, struct dl_find_object* result) noexcept;

namespace ftscale::probe {
namespace {

UnwindRule::Cfa cfa_of_known_code(const Cursor& cursor) {
    // Behind a call at the end of its page there may be nothing.
    constexpr std::uintptr_t kLeastPage = 4096;
    if (!cursor.pc_is_exact && cursor.pc % kLeastPage == 0) return UnwindRule::Cfa::Unknown;
    switch (known_code(cursor.pc)) {
        case KnownCode::SignalReturn:
            return UnwindRule::Cfa::SignalFrame;
        case KnownCode::Stub:
            return UnwindRule::Cfa::Sp;
        default:
            return UnwindRule::Cfa::Unknown;
    }
}

/// The rule for code that lies in no object, from its instructions.
UnwindRule rule_of_generated_code(std::uintptr_t pc) {
    UnwindRule rule;
    std::uint8_t code[kMostEpilogueBytes];
    std::int32_t frame_bytes = 0, fp_at = 0;
    if (!safe_read(pc, code) || !read_epilogue(code, frame_bytes, fp_at)) return rule;
    constexpr auto kWord = static_cast<std::int32_t>(sizeof(void*));
    rule.cfa = UnwindRule::Cfa::Sp;
    rule.cfa_offset = frame_bytes + kWord;
    rule.return_saved = true;
    rule.return_offset = -kWord;
    rule.fp_saved = fp_at >= 0;
    rule.fp_offset = fp_at - rule.cfa_offset;
    return rule;
}

FoundModule module_of(const dl_find_object& object) {
    return {reinterpret_cast<std::uintptr_t>(object.dlfo_map_start),
            reinterpret_cast<std::uintptr_t>(object.dlfo_map_end), object.dlfo_link_map->l_addr,
            object.dlfo_link_map->l_name};
}

UnwindTables tables_of(const dl_find_object& object) {
    return {static_cast<const std::uint8_t*>(object.dlfo_eh_frame),
            static_cast<const std::uint8_t*>(object.dlfo_map_start),
            static_cast<const std::uint8_t*>(object.dlfo_map_end)};
}

}  // namespace

bool find_module(std::uintptr_t address, FoundModule& module) {
    dl_find_object object{};
    if (_dl_find_object == nullptr || _dl_find_object(reinterpret_cast<void*>(address), &object) != 0) return false;
    module = module_of(object);
    return true;
}

const UnwindRule& UnwindCache::find(const Cursor& cursor, FoundModule& module, bool& module_found) {
    // A call may be the last instruction of its function: look a return address up one byte before.
    const std::uintptr_t pc = cursor.pc_is_exact ? cursor.pc : cursor.pc - 1;
    Slot& slot = slots_[(pc ^ (pc >> 10)) % kSlots];
    module_found = false;
    if (slot.pc == pc) return slot.rule;
    slot.pc = pc;
    slot.rule = UnwindRule{};
    dl_find_object object{};
    if (_dl_find_object == nullptr) return slot.rule;
    if (_dl_find_object(reinterpret_cast<void*>(pc), &object) != 0) {
        slot.rule = rule_of_generated_code(cursor.pc);
        return slot.rule;
    }
    module = module_of(object);
    module_found = true;
    if (object.dlfo_eh_frame != nullptr) slot.rule = make_rule(tables_of(object), pc);
    if (slot.rule.cfa == UnwindRule::Cfa::Unknown) slot.rule.cfa = cfa_of_known_code(cursor);
    return slot.rule;
}

namespace {

std::uintptr_t load(std::uintptr_t address) {
    std::uintptr_t value;
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(value));
    return value;
}

StepResult leave_signal_frame(Cursor& cursor, const StackBounds& bounds, std::uintptr_t& frame_end) {
    const std::uintptr_t context = cursor.sp + kSignalContextOffset;
    if (!bounds.contains(context, sizeof(ucontext_t))) return StepResult::Lost;
    const Cursor interrupted = cursor_of(*reinterpret_cast<const ucontext_t*>(context));
    if (!bounds.contains(interrupted.sp, 8)) return StepResult::Lost;
    frame_end = interrupted.sp;
    cursor = interrupted;
    return StepResult::Caller;
}

bool has_tables(std::uintptr_t return_address) {
    dl_find_object object{};
    const std::uintptr_t pc = return_address - 1;
    return _dl_find_object != nullptr && _dl_find_object(reinterpret_cast<void*>(pc), &object) == 0 &&
           object.dlfo_eh_frame != nullptr && make_rule(tables_of(object), pc).cfa != UnwindRule::Cfa::Unknown;
}

/// Code without unwind tables: if it was interrupted, it may have called nothing yet; else believe the frame pointer if
/// what it points to looks like a frame.
StepResult step_without_tables(Cursor& cursor, const StackBounds& bounds, std::uintptr_t& frame_end) {
    const std::uintptr_t link = strip_signature(cursor.link);
    if (link != 0 && has_tables(link)) {
        cursor = {link, cursor.sp, cursor.fp, false, 0, true};
        return StepResult::Caller;
    }
    if (cursor.fp < cursor.sp || !bounds.contains(cursor.fp, 16)) return StepResult::Lost;
    const std::uintptr_t caller = strip_signature(load(cursor.fp + 8));
    dl_find_object object{};
    if (_dl_find_object == nullptr || _dl_find_object(reinterpret_cast<void*>(caller), &object) != 0)
        return StepResult::Lost;
    frame_end = cursor.fp + 16;
    cursor = {caller, cursor.fp + 16, load(cursor.fp), false, 0, !kRecordEndsFrame};
    return StepResult::Caller;
}

std::uintptr_t plus(std::uintptr_t address, std::int32_t offset) {
    return address + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(offset));
}

/// Where the stack pointer is not known, the frame pointer tells, as it points to where it was saved.
std::uintptr_t cfa_by_sp(const Cursor& cursor, const UnwindRule& rule) {
    if (!cursor.sp_is_bound) return plus(cursor.sp, rule.cfa_offset);
    return rule.fp_saved ? plus(cursor.fp, -rule.fp_offset) : 0;
}

/// Only a frame that was interrupted may have its return address in a register, and no stack of its own.
bool return_address(const Cursor& cursor, const UnwindRule& rule, std::uintptr_t cfa, const StackBounds& bounds,
                    std::uintptr_t& out) {
    if (!rule.return_saved) {
        out = strip_signature(cursor.link);
        return cursor.link != 0 && cfa >= cursor.sp && bounds.contains(cfa, 0);
    }
    const std::uintptr_t slot = plus(cfa, rule.return_offset);
    if (cfa <= cursor.sp || !bounds.contains(slot, sizeof(void*))) return false;
    out = strip_signature(load(slot));
    return true;
}

}  // namespace

StepResult step(Cursor& cursor, const UnwindRule& rule, const StackBounds& bounds, std::uintptr_t& frame_end) {
    std::uintptr_t cfa = 0;
    switch (rule.cfa) {
        case UnwindRule::Cfa::Outermost:
            return StepResult::Outermost;
        case UnwindRule::Cfa::SignalFrame:
            return leave_signal_frame(cursor, bounds, frame_end);
        case UnwindRule::Cfa::Unknown:
            return step_without_tables(cursor, bounds, frame_end);
        case UnwindRule::Cfa::Sp:
            cfa = cfa_by_sp(cursor, rule);
            break;
        case UnwindRule::Cfa::Fp:
            cfa = plus(cursor.fp, rule.cfa_offset);
            break;
        case UnwindRule::Cfa::Plt:
            cfa = cursor.sp + 8 + ((cursor.pc & 15) >= 11 ? 8 : 0);
            break;
    }
    std::uintptr_t caller = 0;
    if (!return_address(cursor, rule, cfa, bounds, caller)) return StepResult::Lost;
    const std::uintptr_t fp_slot = plus(cfa, rule.fp_offset);
    const bool fp_readable = rule.fp_saved && bounds.contains(fp_slot, sizeof(void*));
    frame_end = cfa;
    cursor = {caller, cfa, fp_readable ? load(fp_slot) : cursor.fp, false};
    return cursor.pc == 0 ? StepResult::Outermost : StepResult::Caller;
}

}  // namespace ftscale::probe
