// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The page from top to bottom. What is said is about one thread count, and one region where the script marks some.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import type { Report, Run, Scaling } from "../generated/report_json";
import { CurveSection } from "./curve_section";
import { Findings } from "./findings";
import { FlameSection } from "./flame_section";
import { LedgerSection } from "./ledger_section";
import { MachineSection } from "./machine_section";
import type { PageData } from "./page_data";
import { CollectionsTable, FunctionsTable, LocksTable, ObjectsTable, PausesTable, ThreadsTable } from "./tables";
import { ThemeButton, useTheme } from "./theme";
import { TimelineSection } from "./timeline_section";

function Section({ id, title, children }: { id: string; title: string; children: ComponentChildren }) {
    return (
        <section id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{title}</h2>
            {children}
        </section>
    );
}

interface ChoiceProps {
    label: string;
    values: string[];
    chosen: string;
    choose: (value: string) => void;
}

function Choice({ label, values, chosen, choose }: ChoiceProps) {
    if (values.length < 2) return null;
    return (
        <fieldset class="choice">
            <legend>{label}</legend>
            {values.map((value) => (
                <label key={value}>
                    <input type="radio" name={label} value={value} checked={value === chosen} onChange={() => choose(value)} />
                    <span>{value}</span>
                </label>
            ))}
        </fieldset>
    );
}

function RunTables({ run, most }: { run: Run; most: number }) {
    return (
        <>
            <Section id="functions" title="Functions">
                {run.functions.length > 0 ? <FunctionsTable run={run} most={most} /> : <p class="nothing">No function was seen.</p>}
            </Section>
            {run.locks.length > 0 && (
                <Section id="locks" title="Locks">
                    <LocksTable run={run} />
                </Section>
            )}
            {run.objects.length > 0 && (
                <Section id="objects" title="Objects whose reference counts are shared">
                    <ObjectsTable run={run} />
                </Section>
            )}
            {run.pauses.length > 0 && (
                <Section id="pauses" title="Stop-the-world pauses">
                    <PausesTable run={run} />
                </Section>
            )}
            {run.collections.length > 0 && (
                <Section id="collections" title="Garbage collections">
                    <CollectionsTable run={run} />
                </Section>
            )}
            {run.per_thread.length > 0 && (
                <Section id="threads" title="Threads">
                    <ThreadsTable run={run} />
                </Section>
            )}
        </>
    );
}

const kWhole = "all";

interface Shown {
    scaling: Scaling;
    runs: Run[];
}

function shownRegion(report: Report, region: string): Shown {
    return report.regions.find(({ name }) => name === region) ?? report;
}

function ReportPage({ data, report, theme }: { data: PageData; report: Report; theme: string }) {
    const [region, setRegion] = useState(kWhole);
    const { scaling, runs } = shownRegion(report, region);
    const [chosen, setChosen] = useState(runs.at(-1)?.threads ?? 1);
    const run = runs.find(({ threads }) => threads === chosen) ?? runs.at(-1);
    const hasPictures = region === kWhole;
    return (
        <>
            <p class="summary">{report.summary}</p>
            <Findings report={report} />
            <Choice label="region" values={report.regions.length > 0 ? [kWhole, ...report.regions.map(({ name }) => name)] : []} chosen={region} choose={setRegion} />
            <Section id="curve" title="Speed-up">
                {scaling.points.length > 0 ? <CurveSection scaling={scaling} /> : <p class="nothing">No run has figures.</p>}
            </Section>
            {runs.length > 0 && (
                <Section id="ledger" title="Where the cores went">
                    <LedgerSection runs={runs} scaling={scaling} categories={data.categories} />
                </Section>
            )}
            <Choice label="threads" values={runs.map(({ threads }) => String(threads))} chosen={String(run?.threads ?? 1)} choose={(value) => setChosen(Number(value))} />
            {run && hasPictures && (
                <>
                    <Section id="flames" title="Flame graphs">
                        <FlameSection data={data} threads={run.threads} />
                    </Section>
                    <Section id="timeline" title="Timeline">
                        <TimelineSection data={data} threads={run.threads} theme={theme} />
                    </Section>
                </>
            )}
            {run && <RunTables key={`${region} ${run.threads}`} run={run} most={data.most_functions} />}
            <Section id="machine" title="Machine and measurement">
                <MachineSection report={report} />
            </Section>
        </>
    );
}

function FlamePage({ data }: { data: PageData }) {
    const counts = [...new Set(data.flames.views.map(({ threads }) => threads))];
    const [chosen, setChosen] = useState(counts.at(-1) ?? 1);
    return (
        <Section id="flames" title="Flame graphs">
            <Choice label="threads" values={counts.map(String)} chosen={String(chosen)} choose={(value) => setChosen(Number(value))} />
            <FlameSection data={data} threads={chosen} />
        </Section>
    );
}

export function App({ data }: { data: PageData }) {
    const [theme, setTheme] = useTheme();
    return (
        <>
            <header>
                <h1>{data.title}</h1>
                <ThemeButton theme={theme} setTheme={setTheme} />
            </header>
            <main>{data.report ? <ReportPage data={data} report={data.report} theme={theme} /> : <FlamePage data={data} />}</main>
            <footer>made by {data.generator}</footer>
        </>
    );
}
