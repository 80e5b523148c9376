// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Threads' states on a canvas. A row per thread below the row of pauses; times in microseconds.

import type { ScaleLinear } from "d3-scale";

import { categoryColour, resolvedColour } from "./categories";
import type { CategoryNote, Timeline, TimelineRow } from "./page_data";

export interface Pointed {
    row: number;
    slice: number;
}

export const kPauseRow = 14;

export function rowHeight(timeline: Timeline): number {
    return Math.max(6, Math.min(22, Math.floor(480 / Math.max(1, timeline.rows.length))));
}

export function drawingHeight(timeline: Timeline): number {
    return kPauseRow + timeline.rows.length * rowHeight(timeline);
}

/** The first of the sorted `ends` that is beyond `time`. */
export function firstEndingAfter(ends: number[], time: number): number {
    let low = 0;
    let high = ends.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (ends[middle]! > time) high = middle;
        else low = middle + 1;
    }
    return low;
}

/** Slices that share a pixel, which shows what takes most of it. */
class Crowd {
    pixel = -1;
    private readonly widths = new Map<number, number>();

    isEmpty() {
        return this.widths.size === 0;
    }
    add(pixel: number, category: number, width: number) {
        this.pixel = pixel;
        this.widths.set(category, (this.widths.get(category) ?? 0) + width);
    }
    main(): number {
        return [...this.widths].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [-1, 0])[0];
    }
    clear() {
        this.widths.clear();
    }
}

export class TimelinePainter {
    private readonly colours: string[];

    constructor(
        private readonly timeline: Timeline,
        categories: CategoryNote[],
    ) {
        this.colours = categories.map(({ name }) => resolvedColour(categoryColour(name)));
    }

    draw(context: CanvasRenderingContext2D, x: ScaleLinear<number, number>, pointed: Pointed | null) {
        const [left, right] = x.range() as [number, number];
        const ratio = window.devicePixelRatio || 1;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(left, 0, right - left, drawingHeight(this.timeline));
        this.drawPauses(context, x);
        this.timeline.rows.forEach((row, i) => this.drawRow(context, x, row, i));
        if (pointed) this.drawPointed(context, x, pointed);
    }

    pointedAt(x: ScaleLinear<number, number>, pixelX: number, pixelY: number): Pointed | null {
        const row = Math.floor((pixelY - kPauseRow) / rowHeight(this.timeline));
        const slices = this.timeline.rows[row]?.slices;
        if (!slices) return null;
        const time = x.invert(pixelX);
        const slice = firstEndingAfter(slices.end_us, time);
        return slice < slices.begin_us.length && slices.begin_us[slice]! <= time ? { row, slice } : null;
    }

    private drawPauses(context: CanvasRenderingContext2D, x: ScaleLinear<number, number>) {
        const { begin_us, end_us, category } = this.timeline.pauses;
        for (let i = 0; i < begin_us.length; ++i) {
            context.fillStyle = this.colours[category[i]!] ?? "gray";
            const from = x(begin_us[i]!);
            context.fillRect(from, 2, Math.max(1, x(end_us[i]!) - from), kPauseRow - 4);
        }
    }

    private drawRow(context: CanvasRenderingContext2D, x: ScaleLinear<number, number>, row: TimelineRow, index: number) {
        const [from, to] = x.domain() as [number, number];
        const height = rowHeight(this.timeline);
        const top = kPauseRow + index * height;
        const { begin_us, end_us, category } = row.slices;
        const crowd = new Crowd();
        const drawCrowd = () => {
            context.fillStyle = this.colours[crowd.main()] ?? "gray";
            context.fillRect(crowd.pixel, top + 1, 1, height - 2);
            crowd.clear();
        };
        for (let i = firstEndingAfter(end_us, from); i < begin_us.length && begin_us[i]! < to; ++i) {
            const left = x(begin_us[i]!);
            const width = x(end_us[i]!) - left;
            if (!crowd.isEmpty() && (width >= 1 || crowd.pixel !== Math.floor(left))) drawCrowd();
            if (width >= 1) {
                context.fillStyle = this.colours[category[i]!] ?? "gray";
                context.fillRect(left, top + 1, width, height - 2);
            } else {
                crowd.add(Math.floor(left), category[i]!, width);
            }
        }
        if (!crowd.isEmpty()) drawCrowd();
    }

    /** The slice, and an arrow from the thread that made it wait for the longest, where that let go. */
    private drawPointed(context: CanvasRenderingContext2D, x: ScaleLinear<number, number>, { row, slice }: Pointed) {
        const { slices } = this.timeline.rows[row]!;
        const height = rowHeight(this.timeline);
        const middle = (index: number) => kPauseRow + (index + 0.5) * height;
        const from = x(slices.begin_us[slice]!);
        const end = x(slices.end_us[slice]!);
        context.strokeStyle = context.fillStyle = resolvedColour("var(--text)");
        context.lineWidth = 1.5;
        context.strokeRect(from, kPauseRow + row * height + 1, Math.max(1, end - from), height - 2);
        const by = slices.held_by[slice]!;
        if (by < 0 || by === row) return;
        const letGo = Math.min(Math.max(x(slices.held_until_us[slice]!), from), end);
        const direction = Math.sign(row - by);
        const tipY = middle(row) - (direction * height) / 2;
        context.beginPath();
        context.arc(letGo, middle(by), 3, 0, 2 * Math.PI);
        context.fill();
        context.beginPath();
        context.moveTo(letGo, middle(by));
        context.lineTo(letGo, tipY);
        context.moveTo(letGo - 4, tipY - direction * 5);
        context.lineTo(letGo, tipY);
        context.lineTo(letGo + 4, tipY - direction * 5);
        context.stroke();
    }
}
