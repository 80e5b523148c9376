// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/debug_info.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <optional>

#include "symbols/cython_names.h"
#include "symbols/elf_symbols.h"

namespace ftscale::symbols {
namespace {

/// Code of a unit or a function; one that is in several pieces has several of these.
struct Piece {
    std::uint64_t begin = 0, end = 0;
    std::size_t owner = 0;
};

void add_pieces(Dwarf_Die& die, std::size_t owner, std::vector<Piece>& pieces) {
    Dwarf_Addr base = 0, begin = 0, end = 0;
    for (ptrdiff_t offset = 0; (offset = dwarf_ranges(&die, offset, &base, &begin, &end)) > 0;)
        if (begin < end) pieces.push_back({begin, end, owner});
}

void sort(std::vector<Piece>& pieces) {
    std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.begin < b.begin; });
}

std::optional<std::size_t> owner_of(const std::vector<Piece>& pieces, std::uint64_t address) {
    auto above = std::upper_bound(pieces.begin(), pieces.end(), address,
                                  [](std::uint64_t value, const Piece& piece) { return value < piece.begin; });
    if (above == pieces.begin() || address >= std::prev(above)->end) return std::nullopt;
    return std::prev(above)->owner;
}

/// A call that was inlined: the code of another function within this one.
struct InlinedCall {
    Dwarf_Die die{};
    int depth = 0;
    std::optional<std::size_t> caller;  // the call it stands in; none: the function itself
};

/// A function that has code of its own, and what was inlined there.
struct Function {
    Dwarf_Die die{};
    bool is_read = false;
    std::vector<InlinedCall> calls;
    std::vector<Piece> pieces;  // of the calls, which may contain each other
};

/// A compilation unit.
struct Unit {
    Dwarf_Die die{};
    bool is_read = false;
    std::vector<Function> functions;
    std::vector<Piece> pieces;  // of the functions
};

bool may_hold_functions(int tag) {
    return tag == DW_TAG_namespace || tag == DW_TAG_structure_type || tag == DW_TAG_class_type || tag == DW_TAG_module;
}

/// Deeper than code is nested.
constexpr int kMostDepth = 256;

/// Entries follow one another in the file: one whose next lies before it is damaged, and might go round for ever.
bool to_sibling(Dwarf_Die& die) {
    const Dwarf_Off before = dwarf_dieoffset(&die);
    return dwarf_siblingof(&die, &die) == 0 && dwarf_dieoffset(&die) > before;
}

void read_functions(Dwarf_Die& parent, int depth, Unit& unit) {
    Dwarf_Die child;
    if (depth > kMostDepth || dwarf_child(&parent, &child) != 0) return;
    do {
        const int tag = dwarf_tag(&child);
        if (tag == DW_TAG_subprogram) {
            const std::size_t before = unit.pieces.size();
            add_pieces(child, unit.functions.size(), unit.pieces);
            if (unit.pieces.size() != before) unit.functions.push_back({child, false, {}, {}});
        } else if (may_hold_functions(tag)) {
            read_functions(child, depth + 1, unit);
        }
    } while (to_sibling(child));
}

/// `depth`: of calls in calls; lexical blocks do not count for the order, but for how deep the file may nest.
void read_calls(Dwarf_Die& parent, std::optional<std::size_t> caller, int depth, int nesting, Function& function) {
    Dwarf_Die child;
    if (nesting > kMostDepth || dwarf_child(&parent, &child) != 0) return;
    do {
        const int tag = dwarf_tag(&child);
        if (tag == DW_TAG_inlined_subroutine) {
            const std::size_t number = function.calls.size();
            add_pieces(child, number, function.pieces);
            function.calls.push_back({child, depth, caller});
            read_calls(child, number, depth + 1, nesting + 1, function);
        } else if (tag == DW_TAG_lexical_block) {
            read_calls(child, caller, depth, nesting + 1, function);
        }
    } while (to_sibling(child));
}

/// The calls that were inlined at the address, innermost first.
std::vector<Dwarf_Die> calls_at(Function& function, std::uint64_t address) {
    if (!function.is_read) read_calls(function.die, std::nullopt, 0, 0, function);
    function.is_read = true;
    std::optional<std::size_t> innermost;
    for (const Piece& piece : function.pieces) {
        if (address < piece.begin || address >= piece.end) continue;
        if (!innermost || function.calls[piece.owner].depth > function.calls[*innermost].depth) innermost = piece.owner;
    }
    std::vector<Dwarf_Die> calls;
    for (; innermost; innermost = function.calls[*innermost].caller) calls.push_back(function.calls[*innermost].die);
    return calls;
}

std::string name_of(Dwarf_Die& die) {
    Dwarf_Attribute attribute;
    const char* linked = dwarf_formstring(dwarf_attr_integrate(&die, DW_AT_linkage_name, &attribute));
    const char* name = linked != nullptr ? linked : dwarf_diename(&die);
    std::string demangled = demangle(name != nullptr ? name : "");
    return cython_name(demangled).value_or(demangled);
}

int number_of(Dwarf_Die& die, unsigned attribute_name) {
    Dwarf_Attribute attribute;
    Dwarf_Word value = 0;
    return dwarf_formudata(dwarf_attr(&die, attribute_name, &attribute), &value) == 0 ? static_cast<int>(value) : 0;
}

/// Where a call was that has been inlined.
void set_call_place(Dwarf_Die& unit, Dwarf_Die& call, SourcePlace& place) {
    place.line = number_of(call, DW_AT_call_line);
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrcfiles(&unit, &files, &count) != 0) return;
    const char* path =
        dwarf_filesrc(files, static_cast<std::size_t>(number_of(call, DW_AT_call_file)), nullptr, nullptr);
    if (path != nullptr) place.file = path;
}

void set_line(Dwarf_Die& unit, std::uint64_t address, SourcePlace& place) {
    Dwarf_Line* line = dwarf_getsrc_die(&unit, address);
    if (line == nullptr) return;
    dwarf_lineno(line, &place.line);
    const char* path = dwarf_linesrc(line, nullptr, nullptr);
    if (path != nullptr) place.file = path;
}

}  // namespace

struct DebugInfo::State {
    struct EndDwarf {
        void operator()(Dwarf* opened) const { dwarf_end(opened); }
    };
    std::unique_ptr<Dwarf, EndDwarf> dwarf;
    std::vector<Unit> units;
    std::vector<Piece> pieces;  // of the units

    void read_units() {
        std::size_t header = 0;
        for (Dwarf_Off offset = 0, next = 0;
             dwarf_nextcu(dwarf.get(), offset, &next, &header, nullptr, nullptr, nullptr) == 0; offset = next) {
            Unit unit;
            if (dwarf_offdie(dwarf.get(), offset + header, &unit.die) == nullptr) continue;
            add_pieces(unit.die, units.size(), pieces);
            units.push_back(std::move(unit));
        }
        sort(pieces);
    }

    Unit* unit_at(std::uint64_t address) {
        const auto index = owner_of(pieces, address);
        if (!index) return nullptr;
        Unit& unit = units[*index];
        if (!unit.is_read) {
            unit.is_read = true;
            read_functions(unit.die, 0, unit);
            sort(unit.pieces);
        }
        return &unit;
    }
};

std::unique_ptr<DebugInfo> DebugInfo::open(const ElfFile& file) {
    auto state = std::make_unique<State>();
    state->dwarf.reset(dwarf_begin_elf(file.get(), DWARF_C_READ, nullptr));
    if (state->dwarf == nullptr) return nullptr;
    state->read_units();
    if (state->pieces.empty()) return nullptr;
    return std::unique_ptr<DebugInfo>(new DebugInfo(std::move(state)));
}

DebugInfo::DebugInfo(std::unique_ptr<State> state) : state_(std::move(state)) {}

DebugInfo::~DebugInfo() = default;

std::vector<SourcePlace> DebugInfo::at(std::uint64_t address) {
    Unit* unit = state_->unit_at(address);
    const auto number = unit != nullptr ? owner_of(unit->pieces, address) : std::nullopt;
    if (!number) return {};
    Function& function = unit->functions[*number];
    std::vector<Dwarf_Die> scopes = calls_at(function, address);
    scopes.push_back(function.die);
    std::vector<SourcePlace> places;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        places.push_back({name_of(scopes[i]), {}, 0});
        if (i == 0)
            set_line(unit->die, address, places.back());
        else
            set_call_place(unit->die, scopes[i - 1], places.back());
    }
    return places;
}

}  // namespace ftscale::symbols
