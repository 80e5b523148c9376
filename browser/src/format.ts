// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// How quantities are written, the same everywhere on the page.

/** "1.31 s", "420 ms", "12 µs"; three digits that count. */
export function seconds(value: number): string {
    const size = Math.abs(value);
    if (size === 0) return "0 s";
    if (size >= 0.9995) return `${digits(value)} s`;
    if (size >= 0.9995e-3) return `${digits(value * 1e3)} ms`;
    return size >= 0.5e-6 ? `${digits(value * 1e6)} µs` : `${digits(value * 1e9)} ns`;
}

function digits(value: number): string {
    const size = Math.abs(value);
    return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2).replace("-", "−");
}

export function cores(value: number): string {
    const text = value.toFixed(2);
    return text === "-0.00" ? "0.00" : text.replace("-", "−");
}

export function percent(share: number): string {
    const size = Math.abs(share) * 100;
    const text = (share * 100).toFixed(size >= 9.95 || size === 0 ? 0 : 1);
    return `${text.replace("-", "−")} %`;
}

export function speedup(value: number): string {
    return `${value.toFixed(2)}×`;
}

export function interval(ends: [number, number] | null | undefined): string {
    return ends ? `${ends[0].toFixed(2)}–${ends[1].toFixed(2)}` : "";
}

/** 12345678 as "12,345,678"; fractions of means are rounded. */
export function count(value: number): string {
    return value >= 100 || Number.isInteger(value) ? Math.round(value).toLocaleString("en-US") : value.toPrecision(2);
}

export function bytes(value: number): string {
    return `${(value / 2 ** 30).toFixed(1)} GiB`;
}

export function threads(value: number): string {
    return value === 1 ? "1 thread" : `${value} threads`;
}

/** The last part of a path. */
export function baseName(path: string): string {
    return path.slice(path.lastIndexOf("/") + 1);
}

/** "app.py:12", "libm.so". */
export function placeText(file: string, line: number): string {
    if (!file) return "";
    return line > 0 ? `${baseName(file)}:${line}` : baseName(file);
}

/** Names may be thousands of characters long: their two ends. */
export function shortened(text: string, longest = 120): string {
    if (text.length <= longest) return text;
    return `${text.slice(0, longest / 2)}…${text.slice(1 - longest / 2)}`;
}
