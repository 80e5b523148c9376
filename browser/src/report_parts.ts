// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Parts of the JSON report by the names they have here.

import type { Run } from "../generated/report_json";

export type { Run } from "../generated/report_json";
export type RunFunction = Run["functions"][number];
export type Lock = Run["locks"][number];
export type ReportObject = Run["objects"][number];
