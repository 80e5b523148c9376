// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A view of the flame data as a tree whose frames' widths are what they cost; pure.

import type { FlameView, Flames, FunctionName } from "./page_data";

/** Seconds by category. */
export type Amounts = Map<number, number>;

export interface Frame {
    node: number; // in Flames.nodes
    name: string; // what the label and the search go by
    value: number; // the width: never negative, never less than that of the children together
    seconds: number; // what it costs, with its children; in a loss view net, so that it may be less than nothing
    own: Amounts;
    total: Amounts;
    waits: number;
    locks: Map<number, number>; // seconds by lock
    children: Frame[];
    shrunk: Frame[]; // loss: children that grew less than nothing; they have no width
    fade?: boolean; // d3-flame-graph's own
    hide?: boolean;
}

export interface TreeOptions {
    categories?: ReadonlySet<number>; // only these; absent: all
    shrunk?: boolean; // loss: show what has shrunk instead
}

export function functionOf(flames: Flames, node: number): FunctionName | null {
    return flames.functions[flames.nodes.function[node] ?? -1] ?? null;
}

function emptyFrame(flames: Flames, node: number): Frame {
    const name = node === 0 ? "all" : (functionOf(flames, node)?.name ?? "?");
    return { node, name, value: 0, seconds: 0, own: new Map(), total: new Map(), waits: 0, locks: new Map(), children: [], shrunk: [] };
}

function add(amounts: Map<number, number>, key: number, seconds: number) {
    amounts.set(key, (amounts.get(key) ?? 0) + seconds);
}

/** Every node that costs something, or calls one that does, by node. */
function makeFrames(flames: Flames, view: FlameView, options: TreeOptions): (Frame | undefined)[] {
    const frames: (Frame | undefined)[] = [emptyFrame(flames, 0)];
    const sign = options.shrunk ? -1 : 1;
    const { own } = view;
    for (let i = 0; i < own.node.length; ++i) {
        const category = own.category[i]!;
        if (options.categories && !options.categories.has(category)) continue;
        const frame = (frames[own.node[i]!] ??= emptyFrame(flames, own.node[i]!));
        add(frame.own, category, sign * own.seconds[i]!);
        frame.waits += own.waits[i]!;
        if (own.lock[i]! >= 0) add(frame.locks, own.lock[i]!, sign * own.seconds[i]!);
    }
    return frames;
}

/** Children stand behind their parents: from the last to the first every node is complete when it is added. */
function addToCallers(flames: Flames, frames: (Frame | undefined)[]): Frame {
    for (let node = flames.nodes.parent.length - 1; node >= 0; --node) {
        const frame = frames[node];
        if (!frame) continue;
        for (const [category, seconds] of frame.own) {
            add(frame.total, category, seconds);
            frame.seconds += seconds;
        }
        if (node === 0) break;
        const parent = flames.nodes.parent[node]!;
        const caller = (frames[parent] ??= emptyFrame(flames, parent));
        caller.children.push(frame);
        caller.seconds += frame.seconds;
        for (const [category, seconds] of frame.total) add(caller.total, category, seconds);
        for (const [lock, seconds] of frame.locks) add(caller.locks, lock, seconds);
        caller.waits += frame.waits;
    }
    return frames[0]!;
}

/**
 * Widths from the root down. A frame's children share its width by what they cost; where some have shrunk, those that
 * grew cost more than the frame itself, and are drawn in proportion, as the gap is what is left of them.
 */
function setWidths(root: Frame) {
    root.value = Math.max(0, root.seconds);
    const open = [root];
    for (let frame = open.pop(); frame; frame = open.pop()) {
        frame.shrunk = frame.children.filter((child) => child.seconds < 0).sort((a, b) => a.seconds - b.seconds);
        frame.children = frame.children.filter((child) => child.seconds > 0).sort((a, b) => b.seconds - a.seconds);
        const grown = frame.children.reduce((sum, child) => sum + child.seconds, 0);
        const scale = frame.seconds > 0 ? frame.value / frame.seconds : 0;
        // Rounding must not make the children wider than the frame.
        const fit = grown > frame.seconds ? (frame.seconds / grown) * (1 - 1e-12) : 1;
        for (const child of frame.children) {
            child.value = child.seconds * scale * fit;
            open.push(child);
        }
    }
}

export function makeTree(flames: Flames, view: FlameView, options: TreeOptions = {}): Frame {
    const root = addToCallers(flames, makeFrames(flames, view, options));
    setWidths(root);
    return root;
}

/** The category most of the frame's time is in; -1: none. */
export function mainCategory(frame: Frame): number {
    let main = -1;
    let most = 0;
    for (const [category, seconds] of frame.total) {
        if (seconds <= most) continue;
        main = category;
        most = seconds;
    }
    return main;
}

/** All seconds of the frames whose name matches, those inside of others once. */
export function matchedSeconds(root: Frame, matches: (name: string) => boolean): number {
    let sum = 0;
    const open = [root];
    for (let frame = open.pop(); frame; frame = open.pop()) {
        if (frame.node !== 0 && matches(frame.name)) sum += frame.value;
        else open.push(...frame.children);
    }
    return sum;
}
