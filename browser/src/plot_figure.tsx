// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A chart of Observable Plot as wide as the page lets it be.

import { plot, type PlotOptions } from "@observablehq/plot";
import { useEffect, useRef } from "preact/hooks";

import { useWidth } from "./use_width";

export function PlotFigure({ options, label }: { options: (width: number) => PlotOptions; label: string }) {
    const element = useRef<HTMLDivElement>(null);
    const width = useWidth(element);
    useEffect(() => {
        if (width === 0) return;
        const figure = plot({ width, ariaLabel: label, ...options(width) });
        element.current!.replaceChildren(figure);
        return () => figure.remove();
    }, [width, options]);
    return <div class="figure" ref={element} />;
}
