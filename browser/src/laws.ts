// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The scaling laws whose parameters the report has.

/** Amdahl 1967: n threads, serial fraction s. */
export function amdahl(n: number, serial: number): number {
    return 1 / (serial + (1 - serial) / n);
}

/** Gunther's Universal Scalability Law (2007): contention sigma, coherency kappa. */
export function usl(n: number, sigma: number, kappa: number): number {
    return n / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}
