// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The categories of the ledger: the same colour and the same words for each, everywhere.

/** A CSS variable: style.css has the colours, for light and dark. */
export function categoryColour(name: string): string {
    return `var(--category-${name.replaceAll("_", "-")})`;
}

/** What a colour of the style sheet is at present, for canvases: "rgb(1, 2, 3)". */
export function resolvedColour(colour: string): string {
    const probe = document.createElement("span");
    probe.style.color = colour;
    document.body.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
}

export function categoryLabel(name: string): string {
    return name.replaceAll("_", " ");
}
