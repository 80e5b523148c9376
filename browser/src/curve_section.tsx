// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The speed-up by thread count: measured with its confidence, the ideal, the laws fitted to it, the controls.

import { areaY, axisX, dot, gridY, line, pointer, text, tip } from "@observablehq/plot";
import { useMemo } from "preact/hooks";

import type { Scaling } from "../generated/report_json";
import { interval, percent, seconds, speedup, threads } from "./format";
import { amdahl, usl } from "./laws";
import { PlotFigure } from "./plot_figure";

interface CurvePoint {
    n: number;
    y: number;
    low?: number;
    high?: number;
    series: string;
}

const kControlNames: Record<string, string> = { gil: "with the GIL on", processes: "as processes" };
const kSteps = 60;

function lawPoints(series: string, largest: number, at: (n: number) => number, low?: (n: number) => number, high?: (n: number) => number): CurvePoint[] {
    return Array.from({ length: kSteps + 1 }, (_, i) => {
        const n = 1 + ((largest - 1) * i) / kSteps;
        return { n, y: at(n), low: low?.(n), high: high?.(n), series };
    });
}

function laws(scaling: Scaling, largest: number): CurvePoint[] {
    const points: CurvePoint[] = [];
    const { amdahl: a, usl: u } = scaling;
    if (a) {
        const ends = a.ci95;
        points.push(...lawPoints("Amdahl", largest, (n) => amdahl(n, a.serial_fraction), ends ? (n) => amdahl(n, ends[1]) : undefined, ends ? (n) => amdahl(n, ends[0]) : undefined));
    }
    if (u) points.push(...lawPoints("USL", largest, (n) => usl(n, u.sigma, u.kappa)));
    return points;
}

function measured(scaling: Scaling): CurvePoint[] {
    return scaling.points.map((point) => ({ n: point.threads, y: point.speedup, low: point.speedup_ci95?.[0], high: point.speedup_ci95?.[1], series: "measured" }));
}

function controls(scaling: Scaling): CurvePoint[] {
    return scaling.controls.flatMap((control) =>
        control.points.flatMap((point) => (point.speedup == null ? [] : [{ n: point.threads, y: point.speedup, series: kControlNames[control.control] ?? control.control }])),
    );
}

/** A name at the end of each line, `apart` from the next at least. */
function labels(points: CurvePoint[], apart: number): CurvePoint[] {
    const last = new Map<string, CurvePoint>();
    for (const point of points) last.set(point.series, { ...point });
    const placed = [...last.values()].sort((a, b) => a.y - b.y);
    for (let i = 1; i < placed.length; ++i) placed[i]!.y = Math.max(placed[i]!.y, placed[i - 1]!.y + apart);
    return placed;
}

function curveOptions(scaling: Scaling) {
    const largest = Math.max(2, ...scaling.points.map((point) => point.threads));
    const points = measured(scaling);
    const banded = points.filter((point) => point.low !== undefined);
    const law = laws(scaling, largest);
    const control = controls(scaling);
    const highest = Math.max(largest, ...[...points, ...control].map((point) => point.y)) * 1.04;
    return (width: number) => ({
        height: Math.min(380, Math.max(240, width * 0.6)),
        marginRight: 110,
        x: { label: "threads", domain: [1, largest] },
        y: { label: "speed-up", domain: [0, highest] },
        marks: [
            gridY({ stroke: "var(--line)", strokeOpacity: 1 }),
            axisX(scaling.points.map((point) => point.threads), { tickFormat: "d", label: "threads" }),
            line([[1, 1], [largest, largest]], { stroke: "var(--muted)", strokeDasharray: "4 4" }),
            areaY(law.filter((point) => point.low !== undefined), { x: "n", y1: "low", y2: "high", z: "series", fill: "var(--law)", fillOpacity: 0.12, clip: true }),
            line(law.filter((point) => point.series === "USL"), { x: "n", y: "y", stroke: "var(--law)", strokeDasharray: "6 3", clip: true }),
            line(law.filter((point) => point.series === "Amdahl"), { x: "n", y: "y", stroke: "var(--law)", strokeDasharray: "2 3", clip: true }),
            areaY(banded, { x: "n", y1: "low", y2: "high", fill: "var(--measured)", fillOpacity: 0.2, clip: true }),
            line(control, { x: "n", y: "y", z: "series", stroke: "var(--control)" }),
            dot(control, { x: "n", y: "y", stroke: "var(--control)", r: 3 }),
            line(points, { x: "n", y: "y", stroke: "var(--measured)", strokeWidth: 2.5 }),
            dot(points, { x: "n", y: "y", fill: "var(--measured)", r: 4 }),
            text(labels([...law, ...control, ...points, { n: largest, y: largest, series: "ideal" }], highest / 20), { x: "n", y: "y", text: "series", dx: 8, textAnchor: "start", fill: "currentColor" }),
            tip(points, pointer({ x: "n", y: "y", fill: "var(--surface)", title: (point: CurvePoint) => `${threads(point.n)}: ${speedup(point.y)}${point.low === undefined ? "" : `\n95 %: ${interval([point.low, point.high!])}`}` })),
        ],
    });
}

function peakRange({ low, high }: { low: number | null; high: number | null }): string {
    if (low == null) return "";
    return high == null ? ` (95 %: ${low.toFixed(0)} or more, or no peak)` : ` (95 %: ${low.toFixed(0)} to ${high.toFixed(0)})`;
}

function lawSentence(scaling: Scaling): string {
    const parts: string[] = [];
    const { amdahl: a, usl: u } = scaling;
    if (a) parts.push(`Amdahl: ${percent(a.serial_fraction)} serial${a.ci95 ? ` (95 %: ${percent(a.ci95[0])} to ${percent(a.ci95[1])})` : ""}`);
    if (u) {
        parts.push(`USL: contention σ ${u.sigma.toPrecision(2)}, coherency κ ${u.kappa.toPrecision(2)}${u.peak_threads == null ? "" : `, peak at ${u.peak_threads.toFixed(0)} threads${peakRange(u.peak_ci95)}`}`);
    }
    if (parts.length === 0) return `No scaling law: ${scaling.why_no_amdahl ?? "the recording has none"}.`;
    const predictions = scaling.predictions.map((prediction) => `${speedup(prediction.speedup)}${prediction.speedup_ci95 ? ` (95 %: ${interval(prediction.speedup_ci95)})` : ""} at ${threads(prediction.threads)}`);
    if (predictions.length > 0) parts.push(`Predicted by ${scaling.predicted_by === "usl" ? "the USL" : "Amdahl's law"}: ${predictions.join(", ")}`);
    return `${parts.join(". ")}.`;
}

export function CurveSection({ scaling }: { scaling: Scaling }) {
    const options = useMemo(() => curveOptions(scaling), [scaling]);
    return (
        <div class="columns">
            <PlotFigure options={options} label="Speed-up by thread count" />
            <div>
                <div class="scrolling">
                <table class="data">
                    <thead>
                        <tr>
                            <th class="number">threads</th>
                            <th class="number">time</th>
                            <th class="number">speed-up</th>
                            <th class="number">95 %</th>
                            <th class="number">efficiency</th>
                        </tr>
                    </thead>
                    <tbody>
                        {scaling.points.map((point) => (
                            <tr key={point.threads}>
                                <td class="number">
                                    {point.threads}
                                    {point.oversubscribed ? " (more than CPUs)" : ""}
                                    {point.disturbed_runs > 0 ? " (disturbed)" : ""}
                                </td>
                                <td class="number">{seconds(point.wall_s)}</td>
                                <td class="number">{speedup(point.speedup)}</td>
                                <td class="number">{point.threads === scaling.baseline_threads ? "" : interval(point.speedup_ci95)}</td>
                                <td class="number">{percent(point.efficiency)}</td>
                            </tr>
                        ))}
                    </tbody>
                </table>
                </div>
                <p class="note">{lawSentence(scaling)}</p>
                {scaling.control_sentence && <p class="note">{scaling.control_sentence}</p>}
            </div>
        </div>
    );
}
