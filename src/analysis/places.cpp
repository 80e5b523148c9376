// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "analysis/places.h"

#include <algorithm>
#include <array>

namespace ftscale::analysis {

using account::Category;
using recording::FrameId;
using recording::StackId;

const Location& Places::locate(StackId stack, Category category) const {
    const StackId site = sites_.site_of(stack, category);
    const std::uint64_t key = std::uint64_t{static_cast<std::uint32_t>(stack)} << 32 | static_cast<std::uint32_t>(site);
    auto found = locations_.find(key);
    if (found == locations_.end()) found = locations_.emplace(key, find(stack, category)).first;
    return found->second;
}

Location Places::find(StackId stack, Category category) const {
    const StackId site = sites_.site_of(stack, category);
    if (site == StackId::Empty) {
        const std::optional<FrameId> frame = native_frame(stack);
        return {frame ? native_function(*frame, true) : FunctionKey{{"(no stack)", "", 0, true}, true}, 0, {}, frame};
    }
    const symbols::FrameName& name = sites_.name_at(site);
    Location location{{{name.function, name.file, name.first_line, false}, false}, name.line, {}, {}};
    if (!sites_.stacks().leaf(stack).python) {
        location.native_frame = native_frame(stack);
        location.native = native_function(*location.native_frame, false);
    }
    return location;
}

/// The innermost native frame, passing over the machinery of locks; none for an empty stack.
std::optional<FrameId> Places::native_frame(StackId stack) const {
    if (stack == StackId::Empty) return std::nullopt;
    const auto& caller = sites_.traits(stack).native_caller;
    return caller ? *caller : sites_.stacks().node(stack).frame;
}

FunctionKey Places::native_function(FrameId frame, bool outside_python) const {
    const symbols::FrameName& name = sites_.name(frame);
    return {{name.function, name.file, 0, true}, outside_python};
}

Place Places::lock_place(StackId stack) const { return place_at_line(stack, Category::LockWait); }

Place Places::wait_place(StackId stack) const { return place_at_line(stack, Category::Starved); }

Place Places::work_place(StackId stack) const { return place_at_line(stack, Category::Work); }

Place Places::place_at_line(StackId stack, Category category) const {
    const Location& location = locate(stack, category);
    Place place = location.function.place;
    place.line = location.line;
    return place;
}

std::string base_name(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

bool is_plumbing_module(const std::string& path) {
    static constexpr std::array kBegins = {"python",           "libpython", "libc.so", "ld-linux",
                                           "libftscale_probe", "_ctypes.",  "libffi"};
    const std::string name = base_name(path);
    return std::any_of(kBegins.begin(), kBegins.end(), [&](const char* begin) { return name.starts_with(begin); });
}

std::string place_text(const Place& place) {
    if (place.file.empty()) return place.function;
    std::string where = base_name(source_of(place));
    if (place.function.starts_with(where + "+")) return place.function;  // no name but its address in the file
    if (place.line > 0) where += ":" + std::to_string(place.line);
    return place.function + " (" + where + ")";
}

}  // namespace ftscale::analysis
