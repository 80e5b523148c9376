// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Any bytes as what libraries and code objects call themselves: line tables, mangled and Cython's names, and names as
// they are printed.
#include <string_view>

#include "fuzz/target.h"
#include "report/text_width.h"
#include "symbols/cython_names.h"
#include "symbols/elf_symbols.h"
#include "symbols/line_table.h"

using namespace ftscale;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const std::uint32_t offset : {0U, 2U, 64U, 0xffffffffU}) symbols::line_of(text, 1, offset);
    symbols::cython_name(symbols::demangle(text));
    const std::string shown = report::printable(text);
    fuzz::require(report::printable(shown) == shown, "what is printable stays as it is");
    for (const int columns : {1, 7, 40}) {
        fuzz::require(report::display_width(report::elide_middle(text, columns, "...")) <= std::max(columns, 3),
                      "what is elided fits");
        report::wrap(text, columns);
    }
    return 0;
}
