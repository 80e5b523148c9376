// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Light or dark: as the system has it, until the button is pressed.

import { useEffect, useState } from "preact/hooks";

export type Theme = "light" | "dark";

const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

export function useTheme(): [Theme, (theme: Theme) => void] {
    const [chosen, setChosen] = useState<Theme | null>(null);
    const [system, setSystem] = useState<Theme>(systemIsDark.matches ? "dark" : "light");
    useEffect(() => {
        const follow = () => setSystem(systemIsDark.matches ? "dark" : "light");
        systemIsDark.addEventListener("change", follow);
        return () => systemIsDark.removeEventListener("change", follow);
    }, []);
    const choose = (theme: Theme) => {
        // Before anything is drawn with the new colours.
        document.documentElement.dataset.theme = theme;
        setChosen(theme);
    };
    return [chosen ?? system, choose];
}

export function ThemeButton({ theme, setTheme }: { theme: Theme; setTheme: (theme: Theme) => void }) {
    const other = theme === "dark" ? "light" : "dark";
    return (
        <button type="button" class="theme" aria-label={`Switch to ${other} colours`} title={`Switch to ${other} colours`} onClick={() => setTheme(other)}>
            {theme === "dark" ? "☀" : "☾"}
        </button>
    );
}
