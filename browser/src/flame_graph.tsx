// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One flame graph: d3-flame-graph draws it; the keyboard, and what a screen reader says, are ours.

import flamegraph, { type FlameGraph as Graph, type FlameNode } from "d3-flame-graph";
import { select } from "d3-selection";
import { useEffect, useRef, useState } from "preact/hooks";

import type { Frame } from "./flame_tree";
import { useWidth } from "./use_width";

type Node = FlameNode<Frame>;

export interface FlameGraphProps {
    tree: Frame;
    label: string;
    search: string;
    colour: (frame: Frame) => string;
    isNative: (frame: Frame) => boolean;
    describe: (frame: Frame) => string; // for those who cannot see it
    onPoint: (frame: Frame | null, at: { x: number; y: number } | null) => void; // at: null for the keyboard
    onSearchFocus: () => void;
}

const kRowHeight = 19;
const kNarrowestFrame = 1; // pixel

const contains = (frame: Frame, term: string) => term !== "" && frame.name.toLowerCase().includes(term.toLowerCase());

/** Where an arrow key leads to: down to the widest callee, up to the caller, aside to the neighbours. */
function neighbour(node: Node, key: string): Node | undefined {
    switch (key) {
        case "ArrowUp":
            return node.parent ?? undefined;
        case "ArrowDown":
            return visible(node.children)[0];
        case "ArrowLeft":
        case "ArrowRight": {
            const siblings = visible(node.parent?.children);
            return siblings[siblings.indexOf(node) + (key === "ArrowLeft" ? -1 : 1)];
        }
        default:
            return undefined;
    }
}

const visible = (nodes: Node[] | undefined) => (nodes ?? []).filter((node) => node.x1 > node.x0);

/** The chart in `element`, and what can be asked of it. */
class Drawing {
    private readonly chart: Graph<Frame>;
    private selected: Node | null = null;

    constructor(
        private readonly element: HTMLElement,
        private readonly props: FlameGraphProps,
        width: number,
    ) {
        const tooltip = Object.assign(() => undefined, {
            show: (event: MouseEvent, node: Node) => props.onPoint(node.data, { x: event.clientX, y: event.clientY }),
            hide: () => props.onPoint(null, null),
        });
        this.chart = flamegraph<Frame>()
            .width(width)
            .cellHeight(kRowHeight)
            .minFrameSize(kNarrowestFrame)
            .transitionDuration(0)
            .inverted(true)
            .resetHeightOnZoom(false)
            .sort((a, b) => b.data.value - a.data.value)
            .tooltip(tooltip)
            .setColorMapper((node) => (node.highlight ? "var(--match)" : props.colour(node.data)))
            .setLabelHandler((node) => node.data.name)
            .setSearchMatch((node, term) => contains(node.data, term))
            .setSearchHandler(() => undefined)
            .onClick((node) => {
                this.selected = node;
                this.decorate();
            });
        select(element).datum(props.tree).call(this.chart as never);
        this.decorate();
    }

    destroy() {
        this.chart.destroy();
        select(this.element).datum(null);
    }

    private root(): Node {
        return select<HTMLElement, Node>(this.element).datum();
    }

    search(term: string) {
        if (term) this.chart.search(term);
        else this.chart.clear();
        this.decorate();
    }

    resetZoom() {
        this.chart.resetZoom();
        this.decorate();
    }

    private decorate() {
        const { isNative, describe } = this.props;
        const selected = this.selected;
        select(this.element)
            .selectAll<SVGGElement, Node>("g.frame")
            .attr("role", "treeitem")
            .attr("aria-label", (node) => describe(node.data))
            .attr("id", (node) => `${this.element.id}-${node.id}`)
            .classed("native", (node) => isNative(node.data))
            .classed("match", (node) => Boolean(node.highlight))
            .classed("selected", (node) => node === selected);
        if (selected) this.element.setAttribute("aria-activedescendant", `${this.element.id}-${selected.id}`);
    }

    /** True where the key meant something. */
    press(key: string): boolean {
        if (key === "Escape") this.resetZoom();
        else if (key === "/") this.props.onSearchFocus();
        else if (key === "Enter") this.chart.zoomTo(this.selected ?? this.root());
        else if (key.startsWith("Arrow")) this.move(key);
        else return false;
        return true;
    }

    private move(key: string) {
        const next = this.selected ? neighbour(this.selected, key) : this.root();
        if (!next) return;
        this.selected = next;
        this.decorate();
        this.props.onPoint(next.data, null);
    }
}

let nextId = 0;

export function FlameGraph(props: FlameGraphProps) {
    const element = useRef<HTMLDivElement>(null);
    const drawing = useRef<Drawing | null>(null);
    const [id] = useState(() => `flame-${nextId++}`);
    const width = useWidth(element);

    useEffect(() => {
        if (width === 0) return;
        const drawn = new Drawing(element.current!, props, width);
        if (props.search) drawn.search(props.search);
        drawing.current = drawn;
        return () => {
            drawing.current = null;
            drawn.destroy();
        };
    }, [props.tree, width]);
    useEffect(() => drawing.current?.search(props.search), [props.search]);

    const press = (event: KeyboardEvent) => {
        if (drawing.current?.press(event.key)) event.preventDefault();
    };
    return (
        <div class="flame-graph" ref={element} id={id} role="tree" tabIndex={0} aria-label={props.label} onKeyDown={press} />
    );
}
