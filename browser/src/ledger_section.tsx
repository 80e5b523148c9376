// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Where the cores went: n cores = useful + lost by category, for each thread count.

import { barY, ruleY, stackY, tickY, tip, pointer } from "@observablehq/plot";
import { useMemo } from "preact/hooks";

import type { Run, Scaling } from "../generated/report_json";
import { categoryColour, categoryLabel } from "./categories";
import { cores, percent } from "./format";
import type { CategoryNote } from "./page_data";
import { PlotFigure } from "./plot_figure";

interface Part {
    threads: number;
    name: string;
    cores: number;
}

export function lostCores(run: Run, category: string): number {
    const loss = (run.loss as unknown as Record<string, number>)[category] ?? 0;
    return run.capacity_s > 0 ? (run.threads * loss) / run.capacity_s : 0;
}

/** Useful first, then the losses; they sum to the threads. */
function parts(run: Run, categories: CategoryNote[]): Part[] {
    const lost = categories.map(({ name }) => ({ threads: run.threads, name, cores: lostCores(run, name) }));
    const useful = run.threads - lost.reduce((sum, part) => sum + part.cores, 0);
    return [{ threads: run.threads, name: "useful", cores: useful }, ...lost];
}

function stackOptions(runs: Run[], categories: CategoryNote[]) {
    const all = runs.flatMap((run) => parts(run, categories)).filter((part) => Math.abs(part.cores) >= 0.005);
    const colour = (part: Part) => (part.name === "useful" ? "var(--useful)" : categoryColour(part.name));
    const channels = { x: "threads", y: "cores", order: ["useful", ...categories.map(({ name }) => name)], z: "name" };
    const title = (part: Part) => `${categoryLabel(part.name)}: ${cores(part.cores)} of ${part.threads} cores`;
    return (width: number) => ({
        height: Math.min(380, Math.max(240, width * 0.6)),
        x: { type: "band" as const, label: "threads", tickFormat: "d" },
        y: { label: "cores", grid: true },
        marks: [
            barY(all, stackY({ ...channels, fill: colour, insetLeft: 2, insetRight: 2 })),
            tip(all, pointer(stackY({ ...channels, fill: "var(--surface)", title }))),
            tickY(runs, { x: "threads", y: "threads", stroke: "currentColor", strokeWidth: 1.5 }),
            ruleY([0]),
        ],
    });
}

function Row({ label, colour, meaning, values }: { label: string; colour: string; meaning: string; values: number[] }) {
    return (
        <tr>
            <th scope="row">
                <span class="swatch" style={{ background: colour }} /> {label}
            </th>
            {values.map((value, i) => (
                <td key={i} class="number">
                    {Math.abs(value) < 0.005 ? "·" : cores(value)}
                </td>
            ))}
            <td class="meaning">{meaning}</td>
        </tr>
    );
}

const kFactors = ["global", "parallel", "load_balance", "serialisation", "transfer", "computation", "instructions", "ipc", "clock"] as const;

function Efficiencies({ runs }: { runs: Run[] }) {
    const measured = runs.filter((run) => run.efficiency);
    if (measured.length === 0) return null;
    const rows = kFactors.filter((factor) => measured.some((run) => run.efficiency?.[factor] != null));
    return (
        <details>
            <summary>Efficiencies, after the POP project</summary>
            <div class="scrolling">
                <table class="data">
                    <thead>
                        <tr>
                            <th>threads</th>
                            {measured.map((run) => (
                                <th key={run.threads} class="number">
                                    {run.threads}
                                </th>
                            ))}
                        </tr>
                    </thead>
                    <tbody>
                        {rows.map((factor) => (
                            <tr key={factor}>
                                <th scope="row">{categoryLabel(factor)}</th>
                                {measured.map((run) => {
                                    const value = run.efficiency?.[factor];
                                    return (
                                        <td key={run.threads} class="number">
                                            {value == null ? "" : percent(value)}
                                        </td>
                                    );
                                })}
                            </tr>
                        ))}
                    </tbody>
                </table>
            </div>
            <p class="note">global = parallel × computation; parallel = load balance × serialisation × transfer; computation = instructions × ipc × clock.</p>
        </details>
    );
}

export function LedgerSection({ runs, scaling, categories }: { runs: Run[]; scaling: Scaling; categories: CategoryNote[] }) {
    const options = useMemo(() => stackOptions(runs, categories), [runs]);
    const used = categories.filter(({ name }) => runs.some((run) => Math.abs(lostCores(run, name)) >= 0.005));
    const lost = (run: Run) => categories.reduce((sum, { name }) => sum + lostCores(run, name), 0);
    return (
        <div>
            <div class="columns">
                <PlotFigure options={options} label="Cores useful and lost, by thread count" />
                <div class="scrolling">
                    <table class="data ledger">
                        <thead>
                            <tr>
                                <th>cores, against {scaling.baseline_threads === 1 ? "1 thread" : `${scaling.baseline_threads} threads`}</th>
                                {runs.map((run) => (
                                    <th key={run.threads} class="number">
                                        {run.threads}
                                    </th>
                                ))}
                                <th />
                            </tr>
                        </thead>
                        <tbody>
                            <Row label="useful" colour="var(--useful)" meaning="the speed-up" values={runs.map((run) => run.threads - lost(run))} />
                            {used.map(({ name, meaning }) => (
                                <Row key={name} label={categoryLabel(name)} colour={categoryColour(name)} meaning={meaning} values={runs.map((run) => lostCores(run, name))} />
                            ))}
                        </tbody>
                        <tfoot>
                            <Row label="lost" colour="transparent" meaning="the sum of the rows below useful" values={runs.map(lost)} />
                        </tfoot>
                    </table>
                </div>
            </div>
            <Efficiencies runs={runs} />
        </div>
    );
}
