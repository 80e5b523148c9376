// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The flame graphs of one thread count: which view, which categories, search, and what the pointed-at frame costs.

import { useMemo, useRef, useState } from "preact/hooks";

import { categoryColour, categoryLabel } from "./categories";
import { FlameGraph } from "./flame_graph";
import { type Frame, functionOf, mainCategory, makeTree, matchedSeconds } from "./flame_tree";
import { cores, percent, seconds, threads } from "./format";
import { FrameDetails } from "./frame_details";
import type { FlameKind, FlameView, PageData } from "./page_data";

const kTitles: Record<FlameKind, string> = {
    loss: "Scaling loss",
    time: "Time",
    waits_by_waiter: "Waits, by waiter",
    waits_by_holder: "Waits, by holder",
};
const kOrder: FlameKind[] = ["loss", "time", "waits_by_waiter", "waits_by_holder"];

function explanation(view: FlameView): string {
    const gap = cores(view.total_s / (view.wall_s || 1));
    switch (view.kind) {
        case "loss":
            return `What costs more at ${threads(view.threads)} than at ${view.versus}, for the same work: the width is the gap to the ideal speed-up, ${gap} of ${view.threads} cores.`;
        case "time":
            return `All ${view.threads} × ${seconds(view.wall_s)} of thread time, empty slots included where they are charged.`;
        case "waits_by_waiter":
            return `Where threads waited: ${seconds(view.total_s)} over all threads and a run.`;
        case "waits_by_holder":
            return `Where the threads were that made others wait ${seconds(view.total_s)}, over all threads and a run.`;
    }
}

/** Red for growth, by how much of it is the frame's own; blue for what shrank. Never so deep that text is hard to read. */
function lossColour(frame: Frame, shrunk: boolean): string {
    let own = 0;
    for (const amount of frame.own.values()) own += amount;
    const share = frame.seconds > 0 ? Math.min(1, Math.max(0, own / frame.seconds)) : 0;
    return `color-mix(in srgb, var(${shrunk ? "--shrunk" : "--grown"}) ${Math.round(15 + 45 * share)}%, var(--surface))`;
}

function Chips({ data, view, hidden, toggle }: { data: PageData; view: FlameView; hidden: ReadonlySet<number>; toggle: (category: number) => void }) {
    const present = [...new Set(view.own.category)].sort((a, b) => a - b);
    if (present.length < 2) return null;
    return (
        <div class="chips" role="group" aria-label="Categories shown">
            {present.map((category) => {
                const name = data.categories[category]!.name;
                return (
                    <button key={category} type="button" aria-pressed={!hidden.has(category)} title={data.categories[category]!.meaning} onClick={() => toggle(category)}>
                        <span class="swatch" style={{ background: categoryColour(name) }} /> {categoryLabel(name)}
                    </button>
                );
            })}
        </div>
    );
}

interface PointedAt {
    frame: Frame;
    at: { x: number; y: number } | null;
}

/** Beside the pointer, but on the screen. */
function tooltipStyle({ x, y }: { x: number; y: number }) {
    const left = Math.min(x + 14, Math.max(0, window.innerWidth - 440));
    return y > window.innerHeight / 2 ? { left, bottom: window.innerHeight - y + 14 } : { left, top: y + 14 };
}

function Picture({ data, view, hidden }: { data: PageData; view: FlameView; hidden: ReadonlySet<number> }) {
    const [search, setSearch] = useState("");
    const [showsShrunk, setShowsShrunk] = useState(false);
    const [pointedAt, setPointedAt] = useState<PointedAt | null>(null);
    const searchField = useRef<HTMLInputElement>(null);
    const isLoss = view.kind === "loss";
    const tree = useMemo(() => {
        const shown = new Set(data.categories.map((_, category) => category).filter((category) => !hidden.has(category)));
        return makeTree(data.flames, view, { categories: shown, shrunk: isLoss && showsShrunk });
    }, [view, hidden, showsShrunk]);

    const colour = (frame: Frame) => {
        if (isLoss) return lossColour(frame, showsShrunk);
        const category = mainCategory(frame);
        if (category < 0) return "var(--surface)";
        // Pale enough for text to stand on it.
        return `color-mix(in srgb, ${categoryColour(data.categories[category]!.name)} 62%, var(--surface))`;
    };
    const describe = (frame: Frame) => `${frame.name.slice(0, 200)}, ${seconds(frame.seconds)}, ${percent(tree.seconds ? frame.seconds / tree.seconds : 0)}`;
    const matched = search ? matchedSeconds(tree, (name) => name.toLowerCase().includes(search.toLowerCase())) : 0;

    return (
        <div>
            <div class="toolbar">
                <input
                    ref={searchField}
                    type="search"
                    placeholder="Search functions  ( / )"
                    aria-label="Search functions"
                    value={search}
                    onInput={(event) => setSearch(event.currentTarget.value)}
                    onKeyDown={(event) => event.key === "Escape" && setSearch("")}
                />
                <output class="matched" aria-live="polite">
                    {search && `${percent(tree.value ? matched / tree.value : 0)} matched, ${seconds(matched)}`}
                </output>
                {isLoss && (
                    <label>
                        <input type="checkbox" checked={showsShrunk} onChange={(event) => setShowsShrunk(event.currentTarget.checked)} /> show what shrank
                    </label>
                )}
                <span class="hint">click: zoom · Esc: all · arrows and Enter: by keyboard</span>
            </div>
            {tree.value > 0 ? (
                <FlameGraph
                    tree={tree}
                    label={`${kTitles[view.kind]} at ${threads(view.threads)}: flame graph. Arrow keys move, Enter zooms, Escape shows all.`}
                    search={search}
                    colour={colour}
                    isNative={(frame) => functionOf(data.flames, frame.node)?.native ?? false}
                    describe={describe}
                    onPoint={(frame, at) => setPointedAt(frame && { frame, at })}
                    onSearchFocus={() => searchField.current?.focus()}
                />
            ) : (
                <p class="nothing">{isLoss ? (showsShrunk ? "Nothing shrank." : "Nothing is lost here.") : "Nothing of this kind was seen."}</p>
            )}
            {view.folded_share > 0.005 && (
                <p class="note">{percent(view.folded_share)} of the contexts are too small to be drawn: their time stands at their callers.</p>
            )}
            {pointedAt && (
                <div class={pointedAt.at ? "tooltip" : "selected-frame"} style={pointedAt.at ? tooltipStyle(pointedAt.at) : {}} role="status">
                    <FrameDetails data={data} view={view} frame={pointedAt.frame} />
                </div>
            )}
        </div>
    );
}

export function FlameSection({ data, threads: shownThreads }: { data: PageData; threads: number }) {
    const views = kOrder.flatMap((kind) => data.flames.views.filter((view) => view.kind === kind && view.threads === shownThreads));
    const [kind, setKind] = useState<FlameKind>(views[0]?.kind ?? "time");
    const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
    const view = views.find((candidate) => candidate.kind === kind) ?? views[0];
    if (!view) return <p class="nothing">There is nothing to draw: no run has samples or waits.</p>;
    const toggle = (category: number) => {
        const next = new Set(hidden);
        if (!next.delete(category)) next.add(category);
        setHidden(next);
    };
    return (
        <div>
            <div class="tabs" role="tablist" aria-label="Flame graphs">
                {views.map((candidate) => (
                    <button key={candidate.kind} type="button" role="tab" aria-selected={candidate === view} onClick={() => setKind(candidate.kind)}>
                        {kTitles[candidate.kind]}
                    </button>
                ))}
            </div>
            <p class="note">{explanation(view)}</p>
            <Chips data={data} view={view} hidden={hidden} toggle={toggle} />
            <Picture key={`${view.kind} ${view.threads}`} data={data} view={view} hidden={hidden} />
        </div>
    );
}
