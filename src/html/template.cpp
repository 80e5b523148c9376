// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "html/template.h"

#ifdef FTSCALE_PAGE_TEMPLATE
// NOLINTBEGIN: names and types are the assembler's
extern "C" const char ftscale_page_template_begin[];
extern "C" const char ftscale_page_template_end[];
// NOLINTEND
#endif

namespace ftscale::html {

std::string_view page_template() {
#ifdef FTSCALE_PAGE_TEMPLATE
    return {ftscale_page_template_begin,
            static_cast<std::size_t>(ftscale_page_template_end - ftscale_page_template_begin)};
#else
    return {};
#endif
}

}  // namespace ftscale::html
