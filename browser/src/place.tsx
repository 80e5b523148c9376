// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A function and where it stands; a category's share of something as a bar.

import { categoryColour, categoryLabel } from "./categories";
import { placeText, seconds, shortened } from "./format";

interface PlaceProps {
    name: string;
    file: string;
    line: number;
    native?: boolean;
}

export function Place({ name, file, line, native }: PlaceProps) {
    return (
        <span class={native ? "function native" : "function"} title={`${name}\n${file}${line > 0 ? `:${line}` : ""}`}>
            <code>{shortened(name)}</code> <span class="file">{placeText(file, line)}</span>
        </span>
    );
}

/** The largest few of what has grown, as a bar with a length of `most`. */
export function AmountsBar({ amounts, most }: { amounts: Record<string, number>; most: number }) {
    const grown = Object.entries(amounts).filter(([, value]) => value > 0);
    grown.sort((a, b) => b[1] - a[1]);
    return (
        <span class="bar" role="img" aria-label={grown.map(([name, value]) => `${categoryLabel(name)} ${seconds(value)}`).join(", ")}>
            {grown.map(([name, value]) => (
                <span key={name} title={`${categoryLabel(name)} ${seconds(value)}`} style={{ width: `${(100 * value) / most}%`, background: categoryColour(name) }} />
            ))}
        </span>
    );
}
