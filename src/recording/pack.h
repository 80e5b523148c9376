// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "recording/manifest.h"

namespace ftscale::recording {

/// Makes the recording file `output` from the streams a sweep left under `folder`: those of run R lie in
/// run-<R>/process-<pid>.stream. Adds the build ids of the files the streams mention. Throws base::Error when it cannot
/// be written; then `output` is as it was.
void pack(const Manifest& manifest, const std::filesystem::path& folder, const std::filesystem::path& output);

}  // namespace ftscale::recording
