// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/symbols.h"

#include <charconv>
#include <string_view>
#include <unordered_map>

#include "symbols/cython_names.h"
#include "symbols/elf_symbols.h"
#include "symbols/line_table.h"

namespace ftscale::symbols {

namespace {

std::string hex(std::uint64_t value) {
    char digits[16];
    auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
    return "0x" + std::string(digits, end);
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

FrameName name_python(const recording::Frame& frame, const recording::CodeObject& code) {
    FrameName name;
    name.python = true;
    name.function = code.qualname.empty() ? code.name : code.qualname;
    name.file = code.filename;
    name.first_line = static_cast<int>(code.first_line);
    name.line = line_of(code.linetable, name.first_line, frame.instruction_offset);
    // Prologues (MAKE_CELL, RETURN_GENERATOR) have no location, a module's RESUME has line 0: that is the head of the
    // function.
    if (name.line == 0) name.line = name.first_line;
    return name;
}

/// The interpreter's main loop, whole or a part the compiler split off, or a handler of the tail-calling interpreter
/// (3.14 on).
bool is_loop_name(std::string_view function) {
    constexpr std::string_view kLoop = "_PyEval_EvalFrameDefault";
    if (function.starts_with("_TAIL_CALL_")) return true;
    return function.starts_with(kLoop) && (function.size() == kLoop.size() || function[kLoop.size()] == '.');
}

}  // namespace

struct Symbols::State {
    struct Named {
        FrameName name;
        bool interpreter_loop = false;
    };

    State(const recording::Recording& recording, Files which) : source(recording), files(which) {}

    const ElfSymbols& elf(const recording::ModuleFile& module) {
        auto found = objects.find(module.path);
        if (found != objects.end()) return found->second;
        if (files == Files::LeaveAlone) return objects.emplace(module.path, ElfSymbols()).first->second;
        auto id = source.manifest.build_ids.find(module.path);
        std::string expected = id != source.manifest.build_ids.end() ? id->second : std::string();
        return objects.emplace(module.path, ElfSymbols::load(module.path, expected)).first->second;
    }

    const recording::ModuleFile* module(recording::ModuleId id) const {
        auto index = static_cast<std::size_t>(id);
        return id != recording::ModuleId::None && index < source.modules.size() ? &source.modules[index] : nullptr;
    }

    Named name_native(const recording::Frame& frame) {
        const recording::ModuleFile* file = module(frame.module);
        if (file == nullptr) return {{hex(frame.address), {}, 0, 0, false}, false};
        FrameName name;
        name.file = file->path;
        const ElfSymbols& object = elf(*file);
        std::optional<std::string> symbol = object.find(frame.address);
        if (symbol)
            name.function = cython_name(*symbol).value_or(*symbol);
        else
            name.function = std::string(base_name(file->path)) + "+" + hex(object.function_begin(frame.address));
        return {name, symbol && is_loop_name(*symbol)};
    }

    DebugInfo* debug_info(const recording::ModuleFile& module) {
        const auto [known, is_new] = debug_infos.try_emplace(module.path);
        const ElfFile* file = is_new ? elf(module).debug_file() : nullptr;
        if (file != nullptr) known->second = DebugInfo::open(*file);
        return known->second.get();
    }

    const std::vector<SourcePlace>& sources(recording::FrameId id) {
        const auto [known, is_new] = source_places.try_emplace(id);
        if (!is_new || static_cast<std::size_t>(id) >= source.stacks.frame_count()) return known->second;
        const recording::Frame& frame = source.stacks.frame(id);
        const recording::ModuleFile* file = frame.python ? nullptr : module(frame.module);
        DebugInfo* info = file != nullptr ? debug_info(*file) : nullptr;
        if (info != nullptr) known->second = info->at(frame.address);
        return known->second;
    }

    Named compute(recording::FrameId id) {
        // A damaged recording may number what it does not hold.
        if (static_cast<std::size_t>(id) >= source.stacks.frame_count()) return {{"[unknown]", {}, 0, 0, false}, false};
        const recording::Frame& frame = source.stacks.frame(id);
        if (!frame.python) return name_native(frame);
        auto code = static_cast<std::size_t>(frame.code);
        if (code >= source.codes.size()) return {{"[unknown]", {}, 0, 0, true}, false};
        return {name_python(frame, source.codes[code]), false};
    }

    const Named& named(recording::FrameId id) {
        auto found = names.find(id);
        return found != names.end() ? found->second : names.emplace(id, compute(id)).first->second;
    }

    InstructionDecoder* decoder_for(int machine) {
        switch (machine) {
            case EM_X86_64:
                if (x86_64 == nullptr) x86_64 = make_x86_64_decoder();
                return x86_64.get();
            case EM_AARCH64:
                if (aarch64 == nullptr) aarch64 = make_aarch64_decoder();
                return aarch64.get();
            default:
                return nullptr;
        }
    }

    /// Calls `read(decoder, block, address)` with the code around the frame; `otherwise` where there is none.
    template <typename Result, typename Read>
    Result with_code(recording::FrameId id, Result otherwise, Read read) {
        if (static_cast<std::size_t>(id) >= source.stacks.frame_count()) return otherwise;
        const recording::Frame& frame = source.stacks.frame(id);
        const recording::ModuleFile* file = frame.python ? nullptr : module(frame.module);
        if (file == nullptr) return otherwise;
        const ElfSymbols& object = elf(*file);
        InstructionDecoder* decoder = decoder_for(object.machine());
        const auto block = object.code_around(frame.address);
        return decoder != nullptr && block ? read(*decoder, *block, frame.address) : otherwise;
    }

    const std::vector<MemoryAccess>& accesses_around(recording::FrameId id) {
        const auto [known, is_new] = accesses.try_emplace(id);
        if (is_new)
            known->second = with_code(
                id, std::vector<MemoryAccess>(),
                [](auto& decoder, const auto& block, auto address) { return decoder.accesses_around(block, address); });
        return known->second;
    }

    const recording::Recording& source;
    Files files;
    std::unordered_map<recording::FrameId, std::vector<MemoryAccess>> accesses;
    std::unique_ptr<InstructionDecoder> x86_64, aarch64;
    std::unordered_map<recording::FrameId, Named> names;
    std::unordered_map<std::string, ElfSymbols> objects;  // by path
    std::unordered_map<std::string, std::unique_ptr<DebugInfo>> debug_infos;
    std::unordered_map<recording::FrameId, std::vector<SourcePlace>> source_places;
};

Symbols::Symbols(const recording::Recording& recording, Files files)
    : state_(std::make_unique<State>(recording, files)) {}

Symbols::~Symbols() = default;

const FrameName& Symbols::name(recording::FrameId frame) const { return state_->named(frame).name; }

const std::vector<SourcePlace>& Symbols::sources(recording::FrameId frame) const { return state_->sources(frame); }

bool Symbols::is_interpreter_loop(recording::FrameId frame) const { return state_->named(frame).interpreter_loop; }

const std::vector<MemoryAccess>& Symbols::accesses_around(recording::FrameId frame) const {
    return state_->accesses_around(frame);
}

bool Symbols::has_symbols(recording::ModuleId module) const {
    const recording::ModuleFile* file = state_->module(module);
    return file != nullptr && state_->elf(*file).is_complete();
}

}  // namespace ftscale::symbols
