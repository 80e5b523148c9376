// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the threads of one run did over time; wheel, drag and keys zoom and pan.

import { axisTop } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { zoom, type ZoomBehavior, zoomIdentity, type ZoomTransform } from "d3-zoom";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { categoryColour, categoryLabel } from "./categories";
import { functionOf } from "./flame_tree";
import { placeText, seconds, shortened } from "./format";
import type { PageData, Timeline } from "./page_data";
import { drawingHeight, type Pointed, rowHeight, TimelinePainter } from "./timeline_drawing";
import { useWidth } from "./use_width";

const kAxisHeight = 22;
const kNarrow = 600;

function Legend({ data, timeline }: { data: PageData; timeline: Timeline }) {
    const used = new Set(timeline.rows.flatMap((row) => [...new Set(row.slices.category)]).concat(timeline.pauses.category));
    return (
        <div class="legend">
            {data.categories.map(
                ({ name, meaning }, category) =>
                    used.has(category) && (
                        <span key={name} title={meaning}>
                            <span class="swatch" style={{ background: categoryColour(name) }} /> {categoryLabel(name)}
                        </span>
                    ),
            )}
        </div>
    );
}

function nodeText(data: PageData, node: number): string {
    const place = functionOf(data.flames, node);
    if (!place) return "";
    return `${shortened(place.name)} ${placeText(place.file, data.flames.nodes.line[node] || place.line)}`;
}

function SliceDetails({ data, timeline, pointed }: { data: PageData; timeline: Timeline; pointed: Pointed }) {
    const row = timeline.rows[pointed.row]!;
    const { begin_us, end_us, category, node, lock, held_by, holder } = row.slices;
    const i = pointed.slice;
    const name = data.categories[category[i]!]!.name;
    const heldLock = data.flames.locks[lock[i]!];
    const by = timeline.rows[held_by[i]!];
    return (
        <div class="slice-details">
            <span class="swatch" style={{ background: categoryColour(name) }} /> <strong>{categoryLabel(name)}</strong> {seconds((end_us[i]! - begin_us[i]!) / 1e6)} at {seconds(begin_us[i]! / 1e6)} in{" "}
            {shortened(row.name)} ({row.tid}): {nodeText(data, node[i]!)}
            {heldLock && <>; lock: {heldLock.type || heldLock.kind}</>}
            {by && (
                <>
                    ; held up by {shortened(by.name)} {holder[i] ? `in ${nodeText(data, holder[i]!)}` : ""}
                </>
            )}
        </div>
    );
}

function drawAxis(element: SVGSVGElement, x: ReturnType<typeof scaleLinear<number, number>>, width: number) {
    const ticks = Math.max(2, Math.floor(width / 110));
    select(element)
        .select<SVGGElement>("g")
        .call(axisTop(x).ticks(ticks).tickFormat((value) => seconds(Number(value) / 1e6)))
        .attr("transform", `translate(0,${kAxisHeight - 2})`);
}

export function TimelineSection({ data, threads, theme }: { data: PageData; threads: number; theme: string }) {
    const timeline = data.timelines.find((candidate) => candidate.threads === threads);
    if (!timeline || timeline.rows.length === 0) return <p class="nothing">No thread was recorded.</p>;
    return <TimelineChart key={threads} data={data} timeline={timeline} theme={theme} />;
}

function TimelineChart({ data, timeline, theme }: { data: PageData; timeline: Timeline; theme: string }) {
    const canvas = useRef<HTMLCanvasElement>(null);
    const axis = useRef<SVGSVGElement>(null);
    const frame = useRef<HTMLDivElement>(null);
    const behaviour = useRef<ZoomBehavior<HTMLCanvasElement, unknown> | null>(null);
    const width = useWidth(frame);
    const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity);
    const [pointed, setPointed] = useState<Pointed | null>(null);
    const painter = useMemo(() => new TimelinePainter(timeline, data.categories), [timeline, theme]);
    const x = useMemo(() => transform.rescaleX(scaleLinear().domain([0, timeline.wall_s * 1e6]).range([0, width])), [transform, width, timeline]);
    const height = drawingHeight(timeline);

    useEffect(() => {
        if (width === 0) return;
        behaviour.current = zoom<HTMLCanvasElement, unknown>()
            .scaleExtent([1, 1e5])
            .translateExtent([[0, 0], [width, height]])
            .extent([[0, 0], [width, height]])
            // The wheel alone scrolls the page.
            .filter((event: WheelEvent & MouseEvent) => (event.type === "wheel" ? event.ctrlKey || event.shiftKey : !event.button))
            .on("zoom", (event: { transform: ZoomTransform }) => setTransform(event.transform));
        select(canvas.current!).call(behaviour.current);
    }, [width, height]);
    useEffect(() => {
        const context = canvas.current?.getContext("2d");
        if (!context || width === 0) return;
        painter.draw(context, x, pointed);
        drawAxis(axis.current!, x, width);
    }, [painter, x, pointed, width]);

    const change = (act: (chart: ZoomBehavior<HTMLCanvasElement, unknown>, selection: ReturnType<typeof select<HTMLCanvasElement, unknown>>) => void) => {
        if (behaviour.current) act(behaviour.current, select(canvas.current!));
    };
    const keys: Record<string, () => void> = {
        "+": () => change((chart, selection) => chart.scaleBy(selection, 1.5)),
        "-": () => change((chart, selection) => chart.scaleBy(selection, 1 / 1.5)),
        ArrowLeft: () => change((chart, selection) => chart.translateBy(selection, width / 8 / transform.k, 0)),
        ArrowRight: () => change((chart, selection) => chart.translateBy(selection, -width / 8 / transform.k, 0)),
        Escape: () => change((chart, selection) => chart.transform(selection, zoomIdentity)),
    };
    const press = (event: KeyboardEvent) => {
        const act = keys[event.key === "=" ? "+" : event.key];
        if (!act) return;
        event.preventDefault();
        act();
    };
    const ratio = typeof window === "undefined" ? 1 : window.devicePixelRatio || 1;
    return (
        <div>
            <div class="toolbar">
                <Legend data={data} timeline={timeline} />
                <span class="zoom-buttons">
                    <button type="button" aria-label="Zoom in" onClick={keys["+"]}>
                        +
                    </button>
                    <button type="button" aria-label="Zoom out" onClick={keys["-"]}>
                        −
                    </button>
                    <button type="button" onClick={keys.Escape}>
                        all
                    </button>
                </span>
            </div>
            <div class="timeline">
                <div class="row-names" aria-hidden="true" style={{ paddingTop: kAxisHeight }}>
                    <span style={{ height: 14 }}>pauses</span>
                    {timeline.rows.map((row) => (
                        <span key={`${row.pid} ${row.tid} ${row.name}`} style={{ height: rowHeight(timeline) }} title={`${row.name} (${row.tid})`}>
                            {rowHeight(timeline) >= 11 ? shortened(row.name, 40) : ""}
                        </span>
                    ))}
                </div>
                <div class="lanes" ref={frame}>
                    <svg ref={axis} width={width} height={kAxisHeight} aria-hidden="true">
                        <g />
                    </svg>
                    <canvas
                        ref={canvas}
                        width={width * ratio}
                        height={height * ratio}
                        style={{ width, height, touchAction: width < kNarrow ? "pan-y" : "none" }}
                        tabIndex={0}
                        role="img"
                        aria-label={`States of ${timeline.rows.length} threads over ${seconds(timeline.wall_s)}. Plus and minus zoom, arrow keys move, Escape shows all. The tables of locks and pauses say the same in numbers.`}
                        onKeyDown={press}
                        onMouseMove={(event) => setPointed(painter.pointedAt(x, event.offsetX, event.offsetY))}
                        onMouseLeave={() => setPointed(null)}
                    />
                </div>
            </div>
            <div class="pointed" role="status">
                {pointed ? <SliceDetails data={data} timeline={timeline} pointed={pointed} /> : <span class="hint">Point at a state to see where it was, on which lock, and who ended it. Ctrl or Shift and the wheel zoom, dragging moves; + − ← → Esc by keyboard.</span>}
            </div>
            <p class="note">
                Run {timeline.repeat + 1}, the one of median time. What is shorter than {seconds(timeline.resolution_us / 1e6)} is part of what is next to it; pauses are drawn whole.
                {timeline.hidden_rows > 0 ? ` ${timeline.hidden_rows} threads that were seen for least are not drawn.` : ""}
                {timeline.hidden_pauses > 0 ? ` ${timeline.hidden_pauses} of the shortest pauses are not drawn.` : ""}
            </p>
        </div>
    );
}
