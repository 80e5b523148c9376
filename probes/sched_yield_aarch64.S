/* SPDX-FileCopyrightText: The ftscale authors
 * SPDX-License-Identifier: MIT
 *
 * sched_yield as its caller sees it: passes the registers that survive calls on, before a compiler can use them. One of them holds the
 * lock that the caller spins for.
 */
    .text
    .globl sched_yield
    .type sched_yield, %function
    .balign 4
sched_yield:
    .cfi_startproc
    hint #34                /* bti c */
    stp x29, x30, [sp, #-112]!
    .cfi_def_cfa_offset 112
    .cfi_offset x29, -112
    .cfi_offset x30, -104
    ldr x2, [sp, #8]        /* the caller's program counter */
    str x29, [sp, #96]
    mov x29, sp
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    add x0, sp, #16         /* x19 to x29 */
    add x1, sp, #112        /* the caller's stack pointer */
    bl ftscale_sched_yield
    ldp x29, x30, [sp], #112
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    ret
    .cfi_endproc
    .size sched_yield, .-sched_yield
    .section .note.GNU-stack, "", %progbits
