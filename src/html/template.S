// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The built page as bytes of the program. FTSCALE_PAGE_TEMPLATE: its path.
        .section .rodata
        .global ftscale_page_template_begin
        .global ftscale_page_template_end
ftscale_page_template_begin:
        .incbin FTSCALE_PAGE_TEMPLATE
ftscale_page_template_end:
        .byte 0

        .section .note.GNU-stack, "", %progbits
