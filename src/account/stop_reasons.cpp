// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/stop_reasons.h"

#include <array>
#include <string_view>

namespace ftscale::account {
namespace {

struct Requester {
    std::string_view function;  // or the begin of one, with a '*' behind
    StopReason reason;
};

// Who stops the world in CPython 3.13 to 3.15: the callers of _PyEval_StopTheWorld and _PyEval_StopTheWorldAll.
constexpr std::array<Requester, 36> kRequesters = {{
    {"gc_collect_main", StopReason::Collection},
    {"gc_collect_internal", StopReason::Collection},
    {"gc_*", StopReason::GcModule},
    {"_PyGC_GetReferrers", StopReason::GcModule},
    {"_PyGC_GetObjects", StopReason::GcModule},
    {"_PyGC_Freeze", StopReason::GcModule},
    {"_PyGC_Unfreeze", StopReason::GcModule},
    {"PyUnstable_GC_VisitObjects", StopReason::GcModule},
    {"_PyGC_ImmortalizeDeferredObjects", StopReason::FirstThread},
    {"object_set_class", StopReason::ClassAssignment},
    {"type_set_*", StopReason::TypeChange},
    {"type_setattro", StopReason::TypeChange},
    {"set_tp_mro", StopReason::TypeChange},
    {"types_stop_world", StopReason::TypeChange},
    {"apply_type_slot_updates", StopReason::TypeChange},
    {"_PyType_SetFlags*", StopReason::TypeChange},
    {"PyType_Freeze", StopReason::TypeChange},
    {"func_set_*", StopReason::FunctionChange},
    {"_PyFunction_ClearVersion", StopReason::FunctionChange},
    {"_PyFunction_SetVersion", StopReason::FunctionChange},
    {"sys_settrace*", StopReason::Tracing},
    {"sys_setprofile*", StopReason::Tracing},
    {"_PyEval_SetTrace", StopReason::Tracing},
    {"_PyEval_SetProfile", StopReason::Tracing},
    {"PyEval_SetTrace*", StopReason::Tracing},
    {"PyEval_SetProfile*", StopReason::Tracing},
    {"monitoring_*", StopReason::Monitoring},
    {"_PyMonitoring_*", StopReason::Monitoring},
    {"call_instrumentation_vector", StopReason::Monitoring},
    {"_PyEval_EnableGILTransient", StopReason::ExtensionImport},
    {"import_run_extension", StopReason::ExtensionImport},
    {"_imp_create_dynamic*", StopReason::ExtensionImport},
    {"_PyThread_CurrentFrames", StopReason::CurrentFrames},
    {"_PyThread_CurrentExceptions", StopReason::CurrentFrames},
    {"os_fork*", StopReason::Fork},
    {"_Py_qsbr_reserve", StopReason::ThreadTable},
}};

bool matches(std::string_view function, std::string_view pattern) {
    if (!pattern.ends_with('*')) return function == pattern;
    return function.starts_with(pattern.substr(0, pattern.size() - 1));
}

StopReason reason_of(std::string_view function) {
    function = function.substr(0, function.find('.'));  // ".cold", ".lto_priv.0"
    for (const Requester& requester : kRequesters)
        if (matches(function, requester.function)) return requester.reason;
    return StopReason::Unknown;
}

}  // namespace

const char* stop_reason_name(StopReason reason) {
    switch (reason) {
        case StopReason::Unknown:
            return "unknown";
        case StopReason::Collection:
            return "garbage collection";
        case StopReason::GcModule:
            return "function of the gc module";
        case StopReason::FirstThread:
            return "start of the first thread";
        case StopReason::ClassAssignment:
            return "__class__ assignment";
        case StopReason::TypeChange:
            return "change of a class";
        case StopReason::FunctionChange:
            return "change of a function's attribute";
        case StopReason::Tracing:
            return "tracing or profiling hook";
        case StopReason::Monitoring:
            return "sys.monitoring";
        case StopReason::ExtensionImport:
            return "import of an extension module";
        case StopReason::CurrentFrames:
            return "sys._current_frames";
        case StopReason::Fork:
            return "fork";
        case StopReason::ThreadTable:
            return "growth of the thread table";
    }
    return "unknown";
}

StopReason stop_reason(const Sites& sites, recording::StackId requester) {
    using recording::StackId;
    for (StackId node = requester; node != StackId::Empty; node = sites.stacks().node(node).parent) {
        if (sites.stacks().leaf(node).python) continue;
        const StopReason reason = reason_of(sites.name_at(node).function);
        if (reason != StopReason::Unknown) return reason;
        if (sites.is_interpreter_loop(node)) break;  // what is outside called Python code, which called the requester
    }
    return StopReason::Unknown;
}

}  // namespace ftscale::account
