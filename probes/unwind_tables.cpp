// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The format read here is described in the Linux Standard Base, "Exception Frames", and in DWARF 5, section 6.4.
#include "unwind_tables.h"

#include <algorithm>
#include <cstring>

namespace ftscale::probe {
namespace {

/// Reads little-endian values off the unwind tables. The tables are the linker's; a bad one ends in a rule "unknown",
/// not in a walk off the section, because every loop is bounded by `end`.
class Reader {
  public:
    Reader(const std::uint8_t* at, const std::uint8_t* end) : at_(at), end_(end) {}

    template <typename T>
    T read() {
        T value{};
        if (static_cast<std::size_t>(end_ - at_) < sizeof(T)) {
            at_ = end_;
            return value;
        }
        std::memcpy(&value, at_, sizeof(T));
        at_ += sizeof(T);
        return value;
    }
    std::uint64_t uleb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; at_ < end_; shift += 7) {
            const std::uint8_t byte = *at_++;
            if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) break;
        }
        return value;
    }
    std::int64_t sleb() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        std::uint8_t byte = 0;
        while (at_ < end_) {
            byte = *at_++;
            if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            shift += 7;
            if ((byte & 0x80) == 0) break;
        }
        if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
        return static_cast<std::int64_t>(value);
    }
    void skip(std::uint64_t bytes) { at_ = bytes < static_cast<std::uint64_t>(end_ - at_) ? at_ + bytes : end_; }
    bool done() const { return at_ >= end_; }
    const std::uint8_t* at() const { return at_; }
    const std::uint8_t* end() const { return end_; }

  private:
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

constexpr std::uint8_t kPointerAbsolute = 0x00, kPointerPcRelative = 0x10, kSigned4 = 0x0b, kUnsigned4 = 0x03,
                       kOmitted = 0xff;

std::size_t pointer_size(std::uint8_t encoding) {
    switch (encoding & 0x0f) {
        case kSigned4:
        case kUnsigned4:
            return 4;
        case 0x02:
        case 0x0a:
            return 2;
        default:
            return 8;
    }
}

std::uintptr_t read_pointer(Reader& reader, std::uint8_t encoding) {
    const auto here = reinterpret_cast<std::uintptr_t>(reader.at());
    std::uintptr_t value = 0;
    switch (encoding & 0x0f) {
        case kSigned4:
            value = static_cast<std::uintptr_t>(static_cast<std::intptr_t>(reader.read<std::int32_t>()));
            break;
        case kUnsigned4:
            value = reader.read<std::uint32_t>();
            break;
        default:
            value = reader.read<std::uint64_t>();
            break;
    }
    return (encoding & 0x70) == kPointerPcRelative ? here + value : value;
}

struct CommonEntry {
    std::uint64_t code_alignment = 1;
    std::int64_t data_alignment = -8;
    std::uint8_t pointer_encoding = kPointerAbsolute;
    bool signal_frame = false;
    bool has_augmentation_data = false;
    Reader instructions{nullptr, nullptr};
};

/// An entry of .eh_frame: its length, then a number that says what it is, then its body.
struct Entry {
    const std::uint8_t* number_at = nullptr;  // null: there is none
    std::uint32_t number = 0;
    Reader body{nullptr, nullptr};
};

/// `at` points at the length field. The 64-bit format is not used by any Linux toolchain here.
Entry read_entry(const UnwindTables& tables, const std::uint8_t* at) {
    constexpr std::uint32_t kLongFormat = 0xffffffff, kNumberBytes = 4;
    if (at < tables.begin || at > tables.end) return {};
    Reader reader(at, tables.end);
    const auto length = reader.read<std::uint32_t>();
    const std::uint8_t* number_at = reader.at();
    if (length < kNumberBytes || length == kLongFormat || length > static_cast<std::size_t>(tables.end - number_at))
        return {};
    const auto number = reader.read<std::uint32_t>();
    return {number_at, number, Reader(reader.at(), number_at + length)};
}

/// `at` points at the length field of a CIE.
bool parse_common_entry(const UnwindTables& tables, const std::uint8_t* at, CommonEntry& out) {
    const Entry entry = read_entry(tables, at);
    if (entry.number_at == nullptr) return false;
    Reader reader = entry.body;
    const auto version = reader.read<std::uint8_t>();
    const char* augmentation = reinterpret_cast<const char*>(reader.at());
    const auto room = static_cast<std::size_t>(reader.end() - reader.at());
    const std::size_t characters = strnlen(augmentation, room);
    if (characters == room) return false;
    reader.skip(characters + 1);
    out.code_alignment = reader.uleb();
    out.data_alignment = reader.sleb();
    const std::uint64_t return_register = version == 1 ? reader.read<std::uint8_t>() : reader.uleb();
    if (return_register != kDwarfReturn) return false;
    if (*augmentation == 'z') {
        out.has_augmentation_data = true;
        const std::uint64_t data_length = reader.uleb();
        Reader data(reader.at(), reader.end());
        for (const char* c = augmentation + 1; *c != 0; ++c) {
            if (*c == 'R') out.pointer_encoding = data.read<std::uint8_t>();
            if (*c == 'L') data.skip(1);
            if (*c == 'P') data.skip(pointer_size(data.read<std::uint8_t>()));
            if (*c == 'S') out.signal_frame = true;
        }
        reader.skip(data_length);
    }
    out.instructions = reader;
    return true;
}

/// Runs call frame instructions up to one address, keeping only what unwinding here needs: the CFA, the return address,
/// the frame pointer.
class RuleMachine {
  public:
    explicit RuleMachine(const CommonEntry& common) : common_(common) {}

    /// Stops at the first row that begins after `target`.
    void run(Reader reader, std::uintptr_t location, std::uintptr_t target) {
        while (!reader.done() && location <= target) {
            const auto op = reader.read<std::uint8_t>();
            const std::uint8_t operand = op & 0x3f;
            switch (op & 0xc0) {
                case 0x40:
                    location += operand * common_.code_alignment;
                    break;
                case 0x80:
                    save(operand, aligned(reader.uleb()));
                    break;
                case 0xc0:
                    restore(operand);
                    break;
                default:
                    extended(op, reader, location);
                    break;
            }
        }
    }
    void keep_as_initial() { initial_ = rule_; }
    const UnwindRule& rule() const { return rule_; }

  private:
    void extended(std::uint8_t op, Reader& reader, std::uintptr_t& location) {
        switch (op) {
            case 0x00:
                break;  // nop
            case 0x01:
                location = read_pointer(reader, common_.pointer_encoding);
                break;  // set_loc
            case 0x02:
                location += reader.read<std::uint8_t>() * common_.code_alignment;
                break;  // advance_loc1
            case 0x03:
                location += reader.read<std::uint16_t>() * common_.code_alignment;
                break;  // advance_loc2
            case 0x04:
                location += reader.read<std::uint32_t>() * common_.code_alignment;
                break;    // advance_loc4
            case 0x05: {  // offset_extended
                const std::uint64_t reg = reader.uleb();
                save(reg, aligned(reader.uleb()));
                break;
            }
            case 0x06:
                restore(reader.uleb());
                break;  // restore_extended
            case 0x07:
                undefined(reader.uleb());
                break;  // undefined
            case 0x08:
                same_value(reader.uleb());
                break;  // same_value
            case 0x09:
                reader.uleb();
                reader.uleb();
                break;  // register
            case 0x0a:
                if (depth_ < kDepth) saved_[depth_++] = rule_;
                break;  // remember_state
            case 0x0b:
                if (depth_ > 0) rule_ = saved_[--depth_];
                break;    // restore_state
            case 0x0c: {  // def_cfa
                const std::uint64_t reg = reader.uleb();
                define_cfa(reg, static_cast<std::int64_t>(reader.uleb()));
                break;
            }
            case 0x0d:
                define_cfa(reader.uleb(), rule_.cfa_offset);
                break;  // def_cfa_register
            case 0x0e:
                rule_.cfa_offset = static_cast<std::int32_t>(reader.uleb());
                break;  // def_cfa_offset
            case 0x0f:
                define_cfa_expression(reader);
                break;  // def_cfa_expression
            case 0x10:
            case 0x16: {  // expression, val_expression
                unknown(reader.uleb());
                reader.skip(reader.uleb());
                break;
            }
            case 0x11: {  // offset_extended_sf
                const std::uint64_t reg = reader.uleb();
                save(reg, aligned(static_cast<std::uint64_t>(reader.sleb())));
                break;
            }
            case 0x12: {  // def_cfa_sf
                const std::uint64_t reg = reader.uleb();
                define_cfa(reg, aligned(static_cast<std::uint64_t>(reader.sleb())));
                break;
            }
            case 0x13:
                rule_.cfa_offset = static_cast<std::int32_t>(aligned(static_cast<std::uint64_t>(reader.sleb())));
                break;  // def_cfa_offset_sf
            case 0x2d:
                break;  // AARCH64_negate_ra_state: signatures are stripped without asking
            case 0x2e:
                reader.uleb();
                break;  // GNU_args_size
            default:
                rule_.cfa = UnwindRule::Cfa::Unknown;
                reader.skip(~std::uint64_t{0});
                break;
        }
    }
    /// In whole numbers that wrap: a damaged table's may be of any size.
    std::int64_t aligned(std::uint64_t factored) const {
        return static_cast<std::int64_t>(factored * static_cast<std::uint64_t>(common_.data_alignment));
    }
    void save(std::uint64_t reg, std::int64_t offset) {
        if (reg == kDwarfReturn) {
            rule_.return_saved = true;
            rule_.return_offset = static_cast<std::int32_t>(offset);
        }
        if (reg == kDwarfFp) {
            rule_.fp_saved = true;
            rule_.fp_offset = static_cast<std::int32_t>(offset);
        }
    }
    void restore(std::uint64_t reg) {
        if (reg == kDwarfFp) {
            rule_.fp_saved = initial_.fp_saved;
            rule_.fp_offset = initial_.fp_offset;
        }
        if (reg == kDwarfReturn) {
            rule_.return_saved = initial_.return_saved;
            rule_.return_offset = initial_.return_offset;
        }
    }
    // A return address that is undefined marks the outermost frame (_start, the entry of a thread).
    void undefined(std::uint64_t reg) {
        if (reg == kDwarfReturn) rule_.cfa = UnwindRule::Cfa::Outermost;
    }
    void same_value(std::uint64_t reg) {
        if (reg == kDwarfFp) rule_.fp_saved = false;
        if (reg == kDwarfReturn) rule_.return_saved = false;
    }
    void unknown(std::uint64_t reg) {
        if (reg == kDwarfReturn) rule_.cfa = UnwindRule::Cfa::Unknown;
    }
    void define_cfa(std::uint64_t reg, std::int64_t offset) {
        if (rule_.cfa == UnwindRule::Cfa::Outermost) return;
        rule_.cfa = reg == kDwarfSp   ? UnwindRule::Cfa::Sp
                    : reg == kDwarfFp ? UnwindRule::Cfa::Fp
                                      : UnwindRule::Cfa::Unknown;
        rule_.cfa_offset = static_cast<std::int32_t>(offset);
    }
    // The only CFA expression that linkers emit for x86-64 is that of the PLT: breg7 8, breg16 0, lit15, and, lit11,
    // ge, lit3, shl, plus.
    void define_cfa_expression(Reader& reader) {
        const std::uint64_t length = reader.uleb();
        rule_.cfa =
            length == 11 && !reader.done() && *reader.at() == 0x77 ? UnwindRule::Cfa::Plt : UnwindRule::Cfa::Unknown;
        reader.skip(length);
    }

    static constexpr int kDepth = 4;
    const CommonEntry& common_;
    UnwindRule rule_, initial_, saved_[kDepth];
    int depth_ = 0;
};

/// Binary search in the sorted table of .eh_frame_hdr; null when there is no entry at or before `pc`.
const std::uint8_t* find_entry(const UnwindTables& tables, std::uintptr_t pc) {
    constexpr std::uint8_t kTableEncoding = 0x3b;  // pairs of 32-bit offsets from the header: what every linker writes
    const std::uint8_t* header = tables.header;
    if (header < tables.begin || header > tables.end) return nullptr;
    Reader reader(header, tables.end);
    const auto version = reader.read<std::uint8_t>(), frame_encoding = reader.read<std::uint8_t>(),
               count_encoding = reader.read<std::uint8_t>(), table_encoding = reader.read<std::uint8_t>();
    if (version != 1 || count_encoding == kOmitted || table_encoding != kTableEncoding) return nullptr;
    read_pointer(reader, frame_encoding);
    struct Row {
        std::int32_t start, entry;
    };
    const std::uintptr_t said = read_pointer(reader, count_encoding);
    const std::uint8_t* rows = reader.at();
    const std::uintptr_t count =
        std::min<std::uintptr_t>(said, static_cast<std::size_t>(tables.end - rows) / sizeof(Row));
    const auto row = [rows](std::uintptr_t i) {
        Row value;
        std::memcpy(&value, rows + i * sizeof(Row), sizeof(Row));
        return value;
    };
    const auto offset = static_cast<std::int64_t>(pc - reinterpret_cast<std::uintptr_t>(header));
    std::uintptr_t low = 0, high = count;
    while (low < high) {
        const std::uintptr_t middle = low + (high - low) / 2;
        if (row(middle).start <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return nullptr;
    // As a number: what is no place of the object must not become a pointer.
    const std::uintptr_t at = reinterpret_cast<std::uintptr_t>(header) +
                              static_cast<std::uintptr_t>(static_cast<std::intptr_t>(row(low - 1).entry));
    return reinterpret_cast<const std::uint8_t*>(at);
}

}  // namespace

UnwindRule make_rule(const UnwindTables& tables, std::uintptr_t pc) {
    UnwindRule unknown;
    const std::uint8_t* at = find_entry(tables, pc);
    if (at == nullptr) return unknown;
    const Entry entry = read_entry(tables, at);
    if (entry.number_at == nullptr) return unknown;
    const auto common_at = reinterpret_cast<std::uintptr_t>(entry.number_at) - entry.number;
    CommonEntry common;
    if (!parse_common_entry(tables, reinterpret_cast<const std::uint8_t*>(common_at), common)) return unknown;
    Reader reader = entry.body;
    const std::uintptr_t begin = read_pointer(reader, common.pointer_encoding);
    const std::uintptr_t size = read_pointer(reader, common.pointer_encoding & 0x0f);
    if (pc < begin || pc - begin >= size) return unknown;
    if (common.signal_frame) {
        unknown.cfa = UnwindRule::Cfa::SignalFrame;
        return unknown;
    }
    if (common.has_augmentation_data) reader.skip(reader.uleb());
    RuleMachine machine(common);
    machine.run(common.instructions, 0, ~std::uintptr_t{0});
    machine.keep_as_initial();
    machine.run(reader, begin, pc);
    return machine.rule();
}

}  // namespace ftscale::probe
