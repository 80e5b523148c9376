// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a frame costs: its part of the ledger.

import { categoryColour, categoryLabel } from "./categories";
import { type Frame, functionOf } from "./flame_tree";
import { cores, count, percent, placeText, seconds, shortened } from "./format";
import type { FlameView, PageData } from "./page_data";

interface Props {
    data: PageData;
    view: FlameView;
    frame: Frame;
}

const byMost = (amounts: Map<number, number>) => [...amounts].filter(([, s]) => s !== 0).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));

function Place({ data, frame }: { data: PageData; frame: Frame }) {
    const place = functionOf(data.flames, frame.node);
    if (!place) return <div class="place">the whole picture</div>;
    const line = data.flames.nodes.line[frame.node] ?? 0;
    return (
        <div class="place">
            {place.native ? "native, " : ""}
            {placeText(place.file, place.line)}
            {line > 0 && line !== place.line ? `, mostly at line ${line}` : ""}
        </div>
    );
}

function LedgerRows({ data, view, frame }: Props) {
    const wall = view.wall_s || 1;
    return (
        <table>
            <thead>
                <tr>
                    <th />
                    <th class="number">with callees</th>
                    <th class="number">cores</th>
                    <th class="number">own</th>
                </tr>
            </thead>
            <tbody>
                {byMost(frame.total).map(([category, total]) => {
                    const name = data.categories[category]!.name;
                    return (
                        <tr key={category}>
                            <td>
                                <span class="swatch" style={{ background: categoryColour(name) }} /> {categoryLabel(name)}
                            </td>
                            <td class="number">{seconds(total)}</td>
                            <td class="number">{cores(total / wall)}</td>
                            <td class="number">{frame.own.has(category) ? seconds(frame.own.get(category)!) : ""}</td>
                        </tr>
                    );
                })}
            </tbody>
        </table>
    );
}

const kMostListed = 5;

export function FrameDetails({ data, view, frame }: Props) {
    const locks = byMost(frame.locks).slice(0, kMostListed);
    const share = view.total_s !== 0 ? frame.seconds / Math.abs(view.total_s) : 0;
    return (
        <div class="frame-details">
            <strong>{shortened(frame.name, 400)}</strong>
            <Place data={data} frame={frame} />
            <div>
                {seconds(frame.seconds)} of thread time, {cores(frame.seconds / (view.wall_s || 1))} cores, {percent(share)} of the picture
                {frame.waits > 0 ? `; ${count(frame.waits)} waits` : ""}
            </div>
            <LedgerRows data={data} view={view} frame={frame} />
            {locks.length > 0 && (
                <div>
                    locks: {locks.map(([lock, s]) => `${data.flames.locks[lock]!.type || data.flames.locks[lock]!.kind} ${seconds(s)}`).join(", ")}
                </div>
            )}
            {frame.shrunk.length > 0 && (
                <div>
                    not drawn, as they shrank:{" "}
                    {frame.shrunk
                        .slice(0, kMostListed)
                        .map((child) => `${shortened(child.name, 60)} ${cores(child.seconds / (view.wall_s || 1))}`)
                        .join(", ")}
                    {frame.shrunk.length > kMostListed ? ` and ${frame.shrunk.length - kMostListed} more` : ""}
                </div>
            )}
        </div>
    );
}
