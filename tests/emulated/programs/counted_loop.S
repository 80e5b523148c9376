/* SPDX-FileCopyrightText: The ftscale authors
 * SPDX-License-Identifier: MIT
 *
 * Loops whose instructions can be counted on paper: each takes 2 n + 1 of them for x0 = n, the return included.
 */
    .macro COUNTED_LOOP name
    .text
    .globl \name
    .type \name, %function
    .balign 16
\name:
    .cfi_startproc
1:  subs x0, x0, #1
    b.ne 1b
    ret
    .cfi_endproc
    .size \name, .-\name
    .endm

    COUNTED_LOOP counted_loop
    COUNTED_LOOP other_counted_loop
    .section .note.GNU-stack, "", %progbits
