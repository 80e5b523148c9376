// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What is used of d3-flame-graph, which comes without types.
declare module "d3-flame-graph" {
    import type { Selection } from "d3-selection";

    export interface FlameNode<Frame> {
        data: Frame;
        parent: FlameNode<Frame> | null;
        children?: FlameNode<Frame>[];
        id: number;
        depth: number;
        x0: number;
        x1: number;
        highlight?: boolean;
        descendants(): FlameNode<Frame>[];
    }
    export interface Tooltip<Frame> {
        (svg: unknown): void;
        show(event: MouseEvent, node: FlameNode<Frame>): void;
        hide(): void;
    }
    export interface FlameGraph<Frame> {
        (selection: Selection<HTMLElement, unknown, null, undefined>): void;
        width(pixels: number): this;
        cellHeight(pixels: number): this;
        minFrameSize(pixels: number): this;
        transitionDuration(milliseconds: number): this;
        inverted(isTopDown: boolean): this;
        sort(order: (a: FlameNode<Frame>, b: FlameNode<Frame>) => number): this;
        tooltip(tooltip: Tooltip<Frame>): this;
        setColorMapper(colour: (node: FlameNode<Frame>, original: string) => string): this;
        setLabelHandler(label: (node: FlameNode<Frame>) => string): this;
        setSearchMatch(matches: (node: FlameNode<Frame>, term: string) => boolean): this;
        setSearchHandler(handler: () => void): this;
        onClick(handler: (node: FlameNode<Frame>) => void): this;
        search(term: string): void;
        clear(): void;
        zoomTo(node: FlameNode<Frame>): void;
        resetZoom(): void;
        destroy(): this;
        resetHeightOnZoom(resets: boolean): this;
    }
    export function flamegraph<Frame>(): FlameGraph<Frame>;
    const makeFlameGraph: typeof flamegraph;
    export default makeFlameGraph;
}
