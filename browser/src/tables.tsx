// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the run at one thread count lost, by function, lock and object; pauses, collections, threads.

import type { Lock, ReportObject, Run, RunFunction } from "./report_parts";
import { categoryColour, categoryLabel } from "./categories";
import { type Columns, DataTable } from "./data_table";
import { cores, count, placeText, seconds, shortened } from "./format";
import { AmountsBar, Place } from "./place";

type Cell<Item> = { row: { original: Item } };

function numberColumn<Item>(id: string, header: string, value: (item: Item) => number, text: (value: number) => string) {
    return {
        id,
        header,
        accessorFn: value,
        meta: { numeric: true },
        cell: ({ row }: Cell<Item>) => text(value(row.original)),
    };
}

function placeColumn<Item>(header: string, place: (item: Item) => { function: string; file: string; line: number; native?: boolean }) {
    return {
        id: "place",
        header,
        sortDescFirst: false,
        accessorFn: (item: Item) => place(item).function,
        cell: ({ row }: Cell<Item>) => {
            const { function: name, file, line, native } = place(row.original);
            return <Place name={name} file={file} line={line} native={native} />;
        },
    };
}

interface Side {
    function: string;
    file: string;
    line: number;
    wait_s: number;
}

function Sides({ title, sides }: { title: string; sides: Side[] }) {
    if (sides.length === 0) return null;
    return (
        <div>
            <h4>{title}</h4>
            <ul>
                {sides.slice(0, 8).map((side) => (
                    <li key={`${side.function} ${side.file} ${side.line}`}>
                        <Place name={side.function} file={side.file} line={side.line} /> {seconds(side.wait_s)}
                    </li>
                ))}
            </ul>
        </div>
    );
}

const lockName = (lock: Lock) => lock.name || lock.type || lock.kind;

function LockDetail({ lock }: { lock: Lock }) {
    return (
        <div class="sides">
            <Sides title="who waits" sides={lock.waiters} />
            <Sides title="who makes them wait" sides={lock.holders} />
        </div>
    );
}

function Amounts({ title, amounts, lines = {} }: { title: string; amounts: Record<string, number>; lines?: Record<string, number> }) {
    const rows = Object.entries(amounts).filter(([, value]) => value !== 0);
    if (rows.length === 0) return null;
    rows.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
    return (
        <div>
            <h4>{title}</h4>
            <ul>
                {rows.map(([name, value]) => (
                    <li key={name}>
                        <span class="swatch" style={{ background: categoryColour(name) }} /> {categoryLabel(name)} {seconds(value)}
                        {lines[name] ? `, most at line ${lines[name]}` : ""}
                    </li>
                ))}
            </ul>
        </div>
    );
}

function Counters({ row }: { row: RunFunction }) {
    const counts = Object.entries(row.counters as Record<string, number>);
    if (counts.length === 0) return null;
    return (
        <div>
            <h4>counted, per run</h4>
            <ul>
                {counts.map(([name, value]) => (
                    <li key={name}>
                        {name} {count(value)}
                    </li>
                ))}
                {row.ipc != null && <li>instructions per cycle {row.ipc.toFixed(2)}</li>}
            </ul>
        </div>
    );
}

function Lines({ row }: { row: RunFunction }) {
    const lines = Object.entries(row.lines_s as Record<string, number>).sort((a, b) => b[1] - a[1]);
    if (lines.length === 0) return null;
    return (
        <div>
            <h4>lines</h4>
            <ul>
                {lines.slice(0, 6).map(([line, value]) => (
                    <li key={line}>
                        {placeText(row.file, Number(line))} {seconds(value)}
                    </li>
                ))}
            </ul>
        </div>
    );
}

function FunctionDetail({ row, run }: { row: RunFunction; run: Run }) {
    const locks = run.locks.filter((lock) => row.locks.includes(lock.id));
    const objects = run.objects.filter((object) => row.objects.includes(object.id));
    return (
        <div>
            <div class="sides">
                <Amounts title="lost to" amounts={row.by as Record<string, number>} lines={row.hot_lines as Record<string, number>} />
                <Amounts title="time, per run" amounts={row.self_s as Record<string, number>} />
                <Lines row={row} />
                <Counters row={row} />
            </div>
            {locks.slice(0, 5).map((lock) => (
                <div key={lock.id} class="lock">
                    <h4>
                        lock: {shortened(lockName(lock))} ({lock.kind}), {count(lock.waits)} waits, {seconds(lock.wait_s)} waiting, {seconds(lock.spin_s)} spinning
                    </h4>
                    <LockDetail lock={lock} />
                </div>
            ))}
            {objects.slice(0, 5).map((object) => (
                <div key={object.id}>
                    <h4>
                        object: {shortened(object.name || object.type)} ({object.type}), {cores(object.lost_cores)} cores
                    </h4>
                </div>
            ))}
            {locks.length + objects.length === 0 && <p class="note">No lock and no shared object was seen here.</p>}
        </div>
    );
}

/** The line of what it lost most to: that is what stands beside it. */
function lineOfLargest(row: RunFunction) {
    const largest = Object.entries(row.by as Record<string, number>).sort((a, b) => b[1] - a[1])[0];
    const lines = row.hot_lines as Record<string, number>;
    return (largest && largest[1] > 0 ? lines[largest[0]] : 0) || row.hot_line || row.line;
}

export function FunctionsTable({ run, most: mostRows }: { run: Run; most: number }) {
    const perCore = run.capacity_s > 0 ? run.threads / run.capacity_s : 0;
    const total = (row: RunFunction) => Object.values(row.self_s as Record<string, number>).reduce((sum, value) => sum + value, 0);
    const most = Math.max(1e-12, ...run.functions.map((row) => Object.values(row.by as Record<string, number>).reduce((sum, value) => sum + Math.max(0, value), 0)));
    const columns = [
        placeColumn<RunFunction>("function", (row) => ({ ...row, line: lineOfLargest(row) })),
        numberColumn<RunFunction>("lost", "lost cores", (row) => row.loss_s * perCore, cores),
        {
            id: "by",
            header: "lost to",
            enableSorting: false,
            cell: ({ row }: Cell<RunFunction>) => <AmountsBar amounts={row.original.by as Record<string, number>} most={most} />,
        },
        numberColumn<RunFunction>("time", "time", total, seconds),
        numberColumn<RunFunction>("locks", "locks", (row) => row.locks.length, (value) => (value ? String(value) : "")),
        numberColumn<RunFunction>("objects", "objects", (row) => row.objects.length, (value) => (value ? String(value) : "")),
    ] as unknown as Columns<RunFunction>;
    return (
        <>
        <DataTable
            items={run.functions}
            columns={columns}
            label="functions"
            sortedBy="lost"
            rowId={(row) => `${row.function}\n${row.file}\n${row.line}\n${row.native}\n${row.outside_python}`}
            searchText={(row) => `${row.function} ${row.file}`}
            detail={(row) => <FunctionDetail row={row} run={run} />}
        />
        {run.functions.length >= mostRows && <p class="note">The {mostRows} functions that lost most; ftscale report --format json has all.</p>}
        </>
    );
}

export function LocksTable({ run }: { run: Run }) {
    const columns = [
        { id: "name", header: "lock", accessorFn: lockName, sortDescFirst: false, cell: ({ row }: Cell<Lock>) => <code>{shortened(lockName(row.original))}</code> },
        { id: "kind", header: "kind", accessorFn: (lock: Lock) => lock.kind, sortDescFirst: false, cell: ({ row }: Cell<Lock>) => row.original.kind },
        numberColumn<Lock>("lost", "lost cores", (lock) => lock.lost_cores, cores),
        numberColumn<Lock>("waits", "waits", (lock) => lock.waits, count),
        numberColumn<Lock>("wait", "waiting", (lock) => lock.wait_s, seconds),
        numberColumn<Lock>("spin", "spinning", (lock) => lock.spin_s, seconds),
    ] as unknown as Columns<Lock>;
    return (
        <DataTable
            items={run.locks}
            columns={columns}
            label="locks"
            sortedBy="lost"
            rowId={(lock) => lock.id}
            searchText={(lock) => `${lockName(lock)} ${lock.kind} ${lock.type}`}
            detail={(lock) => <LockDetail lock={lock} />}
        />
    );
}

export function ObjectsTable({ run }: { run: Run }) {
    const columns = [
        { id: "name", header: "object", accessorFn: (object: ReportObject) => object.name || object.type, sortDescFirst: false, cell: ({ row }: Cell<ReportObject>) => <code>{shortened(row.original.name || row.original.id)}</code> },
        { id: "type", header: "type", accessorFn: (object: ReportObject) => object.type, sortDescFirst: false, cell: ({ row }: Cell<ReportObject>) => <code>{shortened(row.original.type)}</code> },
        numberColumn<ReportObject>("lost", "lost cores", (object) => object.lost_cores, cores),
        numberColumn<ReportObject>("time", "at its count", (object) => object.refcount_s, seconds),
        numberColumn<ReportObject>("count", "objects", (object) => object.count, count),
    ] as unknown as Columns<ReportObject>;
    return (
        <DataTable
            items={run.objects}
            columns={columns}
            label="objects"
            sortedBy="lost"
            rowId={(object) => object.id}
            searchText={(object) => `${object.name} ${object.type}`}
            detail={(object) => <Sides title="where it is counted" sides={object.sites.map((site) => ({ ...site, wait_s: site.refcount_s }))} />}
        />
    );
}

export function PausesTable({ run }: { run: Run }) {
    type Pause = Run["pauses"][number];
    const columns = [
        placeColumn<Pause>("requested by", (pause) => pause),
        { id: "reason", header: "reason", sortDescFirst: false, accessorFn: (pause: Pause) => pause.reason, cell: ({ row }: Cell<Pause>) => categoryLabel(row.original.reason) },
        numberColumn<Pause>("stops", "stops", (pause) => pause.stops, count),
        numberColumn<Pause>("stopped", "threads stopped", (pause) => pause.stopped_s, seconds),
        numberColumn<Pause>("pause", "pauses", (pause) => pause.pause_s, seconds),
        numberColumn<Pause>("longest", "longest", (pause) => pause.longest_s, seconds),
        numberColumn<Pause>("to_stop", "until stopped", (pause) => pause.to_stop_s, seconds),
    ] as unknown as Columns<Pause>;
    return <DataTable items={run.pauses} columns={columns} label="pauses" sortedBy="stopped" rowId={(pause) => `${pause.reason} ${pause.function} ${pause.file}:${pause.line}`} searchText={(pause) => pause.function} />;
}

export function CollectionsTable({ run }: { run: Run }) {
    type Collection = Run["collections"][number];
    const columns = [
        placeColumn<Collection>("triggered by", (collection) => collection),
        numberColumn<Collection>("count", "collections", (collection) => collection.count, count),
        numberColumn<Collection>("total", "time", (collection) => collection.total_s, seconds),
        numberColumn<Collection>("longest", "longest", (collection) => collection.longest_s, seconds),
        numberColumn<Collection>("collected", "objects freed", (collection) => collection.collected, count),
    ] as unknown as Columns<Collection>;
    return <DataTable items={run.collections} columns={columns} label="collections" sortedBy="total" rowId={(collection) => `${collection.function} ${collection.file}:${collection.line}`} searchText={(collection) => collection.function} />;
}

export function ThreadsTable({ run }: { run: Run }) {
    type Thread = Run["per_thread"][number];
    const ledger = (thread: Thread) => thread.ledger as unknown as Record<string, number>;
    const sum = (thread: Thread) => Object.values(ledger(thread)).reduce((total, value) => total + value, 0);
    const most = Math.max(1e-12, ...run.per_thread.map(sum));
    const columns = [
        { id: "name", header: "thread", sortDescFirst: false, accessorFn: (thread: Thread) => thread.name, cell: ({ row }: Cell<Thread>) => shortened(row.original.name) },
        numberColumn<Thread>("time", "time", sum, seconds),
        { id: "states", header: "states", enableSorting: false, cell: ({ row }: Cell<Thread>) => <AmountsBar amounts={ledger(row.original)} most={most} /> },
    ] as unknown as Columns<Thread>;
    return <DataTable items={run.per_thread} columns={columns} label="threads" sortedBy="time" rowId={(thread) => `${thread.name} ${thread.tid}`} searchText={(thread) => thread.name} />;
}
