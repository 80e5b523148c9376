// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A told recording as a profile.
#pragma once

#include <string>
#include <vector>

#include "analysis/profile.h"
#include "support/story.h"

namespace ftscale::tests {

inline analysis::Profile profiled(Story& story, const analysis::Options& options = {}) {
    const recording::Recording recording = story.finish();
    const symbols::Symbols symbols(recording);
    return analysis::make_profile(recording, symbols, options);
}

/// What functions may be called: each has broken some format's reader or other.
inline std::vector<std::string> odd_names() {
    return {"<lambda>",
            "<module>",
            "semi;colon",
            "quote\"s 'and' \\backslashes\\",
            "</script><!--",
            "line\nbreak\ttab\r",
            "separators \u2028 and \u2029",
            "größer als 漢字 🐍",
            "invalid \xff\xfe utf-8 \xc3",
            "comma, 12",
            "# not a comment 3",
            std::string("nul\0inside", 10),
            std::string(4000, 'x')};
}

/// The names as they have to come out of a format that can hold any text.
inline std::vector<std::string> odd_names_in_utf8() {
    std::vector<std::string> names = odd_names();
    names[8] = "invalid \ufffd\ufffd utf-8 \ufffd";
    return names;
}

/// A run of one thread that works a millisecond in each.
inline analysis::Profile odd_profile() {
    Story story;
    ThreadStory& thread = story.run(1, static_cast<double>(odd_names().size())).thread("w");
    for (const std::string& name : odd_names()) thread.works(1, story.python(name, "/odd \"file\".py", 7));
    return profiled(story);
}

}  // namespace ftscale::tests
