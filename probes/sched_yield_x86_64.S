/* SPDX-FileCopyrightText: The ftscale authors
 * SPDX-License-Identifier: MIT
 *
 * sched_yield as its caller sees it: passes the registers that survive calls on, before a compiler can use them. One of them holds the
 * lock that the caller spins for.
 */
    .text
    .globl sched_yield
    .type sched_yield, @function
sched_yield:
    .cfi_startproc
    endbr64
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    mov %rsp, %rbp
    .cfi_def_cfa_register %rbp
    push %r15
    push %r14
    push %r13
    push %r12
    push (%rbp)
    push %rbx
    mov %rsp, %rdi          /* rbx rbp r12 r13 r14 r15 */
    lea 16(%rbp), %rsi      /* the caller's stack pointer */
    mov 8(%rbp), %rdx       /* its program counter */
    call ftscale_sched_yield
    leave
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size sched_yield, .-sched_yield
    .section .note.GNU-stack, "", @progbits
