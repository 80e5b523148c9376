// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
import { render } from "preact";

import "./style.css";
import { App } from "./app";
import type { PageData } from "./page_data";

const data = JSON.parse(document.getElementById("ftscale-data")?.textContent ?? "null") as PageData | null;
const page = document.getElementById("page")!;
if (data) {
    document.title = `${data.title} · ftscale`;
    page.replaceChildren();
    render(<App data={data} />, page);
} else {
    page.textContent = "This page holds no data: it is the template that ftscale fills.";
}
