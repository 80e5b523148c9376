// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** How wide the element is, in whole pixels, as the window changes; 0 until it is there. */
export function useWidth(element: RefObject<HTMLElement>): number {
    const [width, setWidth] = useState(0);
    useEffect(() => {
        const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
        observer.observe(element.current!);
        return () => observer.disconnect();
    }, []);
    return width;
}
