// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What a page shows: the JSON document that src/html writes into the template, as the text of the element with the id
// "ftscale-data". Times in seconds unless a name says otherwise. Where there are many of something it stands in
// columns: arrays of one length, an entry for each.

import type { Report } from "../generated/report_json";

export interface PageData {
  schema: "ftscale.page/1";
  generator: string; // "ftscale 0.1.0"
  title: string; // "script.py · CPython 3.13.5t"
  report: Report | null; // what `report --format json` prints, but for the ends of long tables; null: the file is a flame graph alone
  most_functions: number; // of a run in `report`: the largest
  categories: CategoryNote[]; // the ledger's, in its order
  flames: Flames;
  timelines: Timeline[]; // by thread count; none in a flame graph alone
}

export interface CategoryNote {
  name: string; // "work", "refcount", ...
  meaning: string; // "computing"
}

/** Calling contexts, and what they cost in each view. */
export interface Flames {
  functions: FunctionName[];
  locks: LockName[];
  nodes: Columns<{
    parent: number; // a parent stands before its children; node 0 is the root, its own parent
    function: number; // in functions; -1 for the root
    line: number; // the line of the function that most of the node's time was at; 0: unknown
  }>;
  views: FlameView[];
}

export interface FunctionName {
  name: string;
  file: string; // native: the ELF object
  line: number; // where it starts; 0: unknown
  native: boolean;
}

export interface LockName {
  kind: string; // "object", "threading.Lock", "internal", ...
  type: string; // of the object, or what an internal lock is
}

export type FlameKind = "time" | "waits_by_waiter" | "waits_by_holder" | "loss";

/** Means over the repeats. */
export interface FlameView {
  kind: FlameKind;
  threads: number;
  versus: number | null; // loss: the thread count it is the growth over
  wall_s: number; // of the runs at `threads`: seconds / wall_s are cores
  total_s: number; // the sum of own.seconds. time: threads x wall_s; loss: the gap to the ideal
  folded_share: number; // of all nodes that cost something, those too small to be drawn: their time stands at their callers
  own: Columns<{
    node: number;
    category: number; // in PageData.categories
    lock: number; // in locks; -1: none, or not told apart
    seconds: number; // the node's own, without its children's; loss: negative where it has shrunk
    waits: number; // waits that began; 0 where it makes no sense
  }>;
}

/** What the threads of one run did, one after the other. */
export interface Timeline {
  threads: number;
  repeat: number; // which of the runs at this thread count: the one of median wall time
  wall_s: number;
  resolution_us: number; // what is shorter is part of what is next to it
  rows: TimelineRow[]; // in the order the threads began
  hidden_rows: number; // threads too many to be drawn
  pauses: Columns<{
    // every stretch in which a thread was stopped, or collected garbage, at full resolution; the longest if there are too many
    begin_us: number;
    end_us: number;
    category: number;
  }>;
  hidden_pauses: number;
}

export interface TimelineRow {
  name: string;
  pid: number;
  tid: number;
  slices: Columns<{
    begin_us: number; // since the begin of what is measured
    end_us: number;
    category: number;
    node: number; // where it ran or waited
    lock: number; // -1: none
    held_by: number; // waits: the row of the thread that made it wait for the longest; -1: not known
    held_until_us: number; // waits: when that thread let go
    holder: number; // waits: node where that thread was then; 0: not known
  }>;
}

/** An array for each field. */
export type Columns<T> = { [Field in keyof T]: T[Field][] };
