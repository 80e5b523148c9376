// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A table that sorts by any column, filters, and opens rows; TanStack Table does the bookkeeping.

import {
    type ColumnDef,
    type ExpandedState,
    flexRender,
    getCoreRowModel,
    getExpandedRowModel,
    getFilteredRowModel,
    getSortedRowModel,
    type Row,
    type SortingState,
    useReactTable,
} from "@tanstack/react-table";
import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import { useState } from "preact/hooks";

export type Columns<Item> = ColumnDef<Item, never>[];

interface Props<Item> {
    items: Item[];
    columns: Columns<Item>;
    label: string;
    rowId: (item: Item) => string;
    searchText: (item: Item) => string;
    detail?: (item: Item) => ComponentChildren;
    sortedBy: string;
    open?: string | null; // the id of a row to show opened
}

const kFirstRows = 20;
const kFewRows = 8; // need no filter

const isNumeric = (columnDef: { meta?: unknown }) => (columnDef.meta as { numeric?: boolean } | undefined)?.numeric ?? false;

export function DataTable<Item>({ items, columns, label, rowId, searchText, detail, sortedBy, open }: Props<Item>) {
    const [sorting, setSorting] = useState<SortingState>([{ id: sortedBy, desc: true }]);
    const [filter, setFilter] = useState("");
    const [expanded, setExpanded] = useState<ExpandedState>(open ? { [open]: true } : {});
    const [showsAll, setShowsAll] = useState(false);
    const table = useReactTable<Item>({
        data: items,
        columns,
        state: { sorting, globalFilter: filter, expanded },
        onSortingChange: setSorting as never,
        onGlobalFilterChange: setFilter,
        onExpandedChange: setExpanded as never,
        globalFilterFn: (row, _, value) => searchText(row.original).toLowerCase().includes(String(value).toLowerCase()),
        getColumnCanGlobalFilter: () => true,
        getRowId: rowId,
        getRowCanExpand: () => detail !== undefined,
        sortDescFirst: true,
        enableSortingRemoval: false,
        getCoreRowModel: getCoreRowModel(),
        getFilteredRowModel: getFilteredRowModel(),
        getSortedRowModel: getSortedRowModel(),
        getExpandedRowModel: getExpandedRowModel(),
    });
    const rows = table.getRowModel().rows;
    const shown = showsAll ? rows : rows.slice(0, kFirstRows);
    return (
        <div>
            {items.length > kFewRows && (
                <div class="toolbar">
                    <input type="search" placeholder="Filter" aria-label={`Filter ${label}`} value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
                    <output aria-live="polite">{filter && `${rows.length} of ${items.length}`}</output>
                </div>
            )}
            <div class="scrolling">
                <table class="data" aria-label={label}>
                    <thead>
                        {table.getHeaderGroups().map((group) => (
                            <tr key={group.id}>
                                {detail && <th class="opener" />}
                                {group.headers.map((header) => {
                                    const sorted = header.column.getIsSorted();
                                    return (
                                        <th
                                            key={header.id}
                                            class={isNumeric(header.column.columnDef) ? "number" : ""}
                                            aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none"}
                                        >
                                            <button type="button" class="sort" onClick={header.column.getToggleSortingHandler() as never}>
                                                {flexRender(header.column.columnDef.header, header.getContext()) as never}
                                                <span aria-hidden="true">{sorted === "asc" ? " ▲" : sorted === "desc" ? " ▼" : ""}</span>
                                            </button>
                                        </th>
                                    );
                                })}
                            </tr>
                        ))}
                    </thead>
                    <tbody>
                        {shown.map((row) => (
                            <TableRow key={row.id} row={row} detail={detail} isOpen={row.getIsExpanded()} />
                        ))}
                    </tbody>
                </table>
            </div>
            {rows.length > kFirstRows && (
                <button type="button" class="more" onClick={() => setShowsAll(!showsAll)}>
                    {showsAll ? "Fewer" : `All ${rows.length}`}
                </button>
            )}
        </div>
    );
}

function TableRow<Item>({ row, detail, isOpen }: { row: Row<Item>; detail?: (item: Item) => ComponentChildren; isOpen: boolean }) {
    const cells = row.getVisibleCells();
    return (
        <Fragment>
            <tr class={detail ? "openable" : ""} onClick={detail && (() => row.toggleExpanded())}>
                {detail && (
                    <td class="opener">
                        <button type="button" aria-expanded={isOpen} aria-label="Details" onClick={(event) => (event.stopPropagation(), row.toggleExpanded())}>
                            {isOpen ? "▾" : "▸"}
                        </button>
                    </td>
                )}
                {cells.map((cell) => (
                    <td key={cell.id} class={isNumeric(cell.column.columnDef) ? "number" : ""}>
                        {flexRender(cell.column.columnDef.cell, cell.getContext()) as never}
                    </td>
                ))}
            </tr>
            {detail && isOpen && (
                <tr class="detail">
                    <td colSpan={cells.length + 1}>{detail(row.original)}</td>
                </tr>
            )}
        </Fragment>
    );
}
