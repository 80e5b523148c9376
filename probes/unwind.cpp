// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "unwind.h"

#include <dlfcn.h>
#include <link.h>

#include <cstring>

#include "unwind_tables.h"

// Weak so that the probe still loads (without native stacks) where glibc is older than 2.35.
extern "C" __attribute__((weak)) int _dl_find_object(void* address, struct dl_find_object* result) noexcept;

namespace ftscale::probe {
namespace {

UnwindRule::Cfa cfa_of_known_code(std::uintptr_t pc) {
    switch (known_code(pc)) {
        case KnownCode::SignalReturn:
            return UnwindRule::Cfa::SignalFrame;
        case KnownCode::Stub:
            return UnwindRule::Cfa::Sp;
        default:
            return UnwindRule::Cfa::Unknown;
    }
}

}  // namespace

const UnwindRule& UnwindCache::find(const Cursor& cursor, FoundModule& module, bool& module_found) {
    // A call may be the last instruction of its function: look a return address up one byte before.
    const std::uintptr_t pc = cursor.pc_is_exact ? cursor.pc : cursor.pc - 1;
    Slot& slot = slots_[(pc ^ (pc >> 10)) % kSlots];
    module_found = false;
    if (slot.pc == pc) return slot.rule;
    slot.pc = pc;
    slot.rule = UnwindRule{};
    dl_find_object object{};
    if (_dl_find_object == nullptr || _dl_find_object(reinterpret_cast<void*>(pc), &object) != 0) return slot.rule;
    module = {reinterpret_cast<std::uintptr_t>(object.dlfo_map_start),
              reinterpret_cast<std::uintptr_t>(object.dlfo_map_end), object.dlfo_link_map->l_addr,
              object.dlfo_link_map->l_name};
    module_found = true;
    if (object.dlfo_eh_frame != nullptr)
        slot.rule = make_rule(static_cast<const std::uint8_t*>(object.dlfo_eh_frame), pc);
    if (slot.rule.cfa == UnwindRule::Cfa::Unknown) slot.rule.cfa = cfa_of_known_code(cursor.pc);
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

/// Code without unwind tables: believe the frame pointer if what it points to looks like a frame.
StepResult step_by_frame_pointer(Cursor& cursor, const StackBounds& bounds, std::uintptr_t& frame_end) {
    if (cursor.fp < cursor.sp || !bounds.contains(cursor.fp, 16)) return StepResult::Lost;
    const std::uintptr_t caller = strip_signature(load(cursor.fp + 8));
    dl_find_object object{};
    if (_dl_find_object == nullptr || _dl_find_object(reinterpret_cast<void*>(caller), &object) != 0)
        return StepResult::Lost;
    frame_end = cursor.fp + 16;
    cursor = {caller, cursor.fp + 16, load(cursor.fp), false};
    return StepResult::Caller;
}

/// Only a frame that was interrupted may have its return address in a register, and no stack of its own.
bool return_address(const Cursor& cursor, const UnwindRule& rule, std::uintptr_t cfa, const StackBounds& bounds,
                    std::uintptr_t& out) {
    if (!rule.return_saved) {
        out = strip_signature(cursor.link);
        return cursor.link != 0 && cfa >= cursor.sp && bounds.contains(cfa, 0);
    }
    const std::uintptr_t slot = cfa + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(rule.return_offset));
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
            return step_by_frame_pointer(cursor, bounds, frame_end);
        case UnwindRule::Cfa::Sp:
            cfa = cursor.sp + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(rule.cfa_offset));
            break;
        case UnwindRule::Cfa::Fp:
            cfa = cursor.fp + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(rule.cfa_offset));
            break;
        case UnwindRule::Cfa::Plt:
            cfa = cursor.sp + 8 + ((cursor.pc & 15) >= 11 ? 8 : 0);
            break;
    }
    std::uintptr_t caller = 0;
    if (!return_address(cursor, rule, cfa, bounds, caller)) return StepResult::Lost;
    const std::uintptr_t fp_slot = cfa + static_cast<std::uintptr_t>(static_cast<std::intptr_t>(rule.fp_offset));
    const bool fp_readable = rule.fp_saved && bounds.contains(fp_slot, sizeof(void*));
    frame_end = cfa;
    cursor = {caller, cfa, fp_readable ? load(fp_slot) : cursor.fp, false};
    return cursor.pc == 0 ? StepResult::Outermost : StepResult::Caller;
}

}  // namespace ftscale::probe
