// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/firefox_tables.h"

#include "analysis/places.h"

namespace ftscale::exports::firefox {
namespace {

using account::Category;

constexpr int kNone = -1;

/// Of the twelve that the viewer knows: warm for what contention costs, pale for who waits for nothing in particular.
const char* color_of(Category category) {
    switch (category) {
        case Category::Refcount:
            return "red";
        case Category::Spin:
        case Category::LockWait:
            return "orange";
        case Category::StopTheWorld:
            return "magenta";
        case Category::Gc:
            return "purple";
        case Category::Gil:
            return "lightred";
        case Category::Kernel:
            return "yellow";
        case Category::Io:
            return "green";
        case Category::RunQueue:
            return "brown";
        case Category::Work:
        case Category::Sleep:
        case Category::Starved:
        case Category::Serial:
        case Category::Unknown:
            break;
    }
    return "darkgrey";
}

}  // namespace

int category_index(Category category) {
    return static_cast<int>(FrameCategory::FirstState) + static_cast<int>(category);
}

void write_categories(JsonStream& out) {
    const auto write = [&out](const char* comma, const char* name, const char* color) {
        out.print(R"({}{{"name":"{}","color":"{}","subcategories":["Other"]}})", comma, name, color);
    };
    out.print("\"categories\":[");
    write("", "Other", "grey");  // the viewer wants a grey one for what has none
    write(",", "Python", "blue");
    write(",", "native", "lightblue");
    for (const Category category : account::kAllCategories)
        write(",", account::category_name(category), color_of(category));
    out.print("]");
}

void ThreadTables::use(std::uint32_t node, Category category) {
    use(node);
    if (category != Category::Work) stacks_of_states_[{node, category}] = kNoStack;
}

void ThreadTables::make() {
    // A parent stands before its children: from behind all callers get marked, from the front they get their rows.
    for (std::size_t node = is_used_.size(); node-- > 1;)
        if (is_used_[node]) is_used_[tree_.nodes[node].parent] = true;
    stacks_of_nodes_.assign(is_used_.size(), kNoStack);
    for (std::size_t node = 1; node < is_used_.size(); ++node)
        if (is_used_[node]) stacks_of_nodes_[node] = add_node(static_cast<std::uint32_t>(node));
    for (auto& [state, stack] : stacks_of_states_) {
        const auto [found, is_new] = state_frames_.try_emplace(state.second, static_cast<int>(frames_.size()));
        if (is_new) {
            const std::string name = std::string("[") + account::category_name(state.second) + "]";
            functions_.push_back({string(name), kNone, kNone, 0});
            frames_.push_back({static_cast<int>(functions_.size()) - 1, 0, category_index(state.second)});
        }
        stack = static_cast<int>(stacks_.size());
        stacks_.push_back({stacks_of_nodes_[state.first], found->second});
    }
}

int ThreadTables::stack(std::uint32_t node, Category category) const {
    return category == Category::Work ? stack(node) : stacks_of_states_.at({node, category});
}

int ThreadTables::add_node(std::uint32_t node) {
    const analysis::CallNode& call = tree_.nodes[node];
    const analysis::Place& place = tree_.functions[call.function];
    const auto [known, is_new_function] = function_ids_.try_emplace(call.function, static_cast<int>(functions_.size()));
    if (is_new_function) functions_.push_back(make_function(place));
    const auto [frame, is_new] = frame_ids_.try_emplace({known->second, call.line}, static_cast<int>(frames_.size()));
    if (is_new)
        frames_.push_back(
            {known->second, call.line, static_cast<int>(place.native ? FrameCategory::Native : FrameCategory::Python)});
    stacks_.push_back({stacks_of_nodes_[call.parent], frame->second});
    return static_cast<int>(stacks_.size()) - 1;
}

/// The viewer shows a Python function with its file and line, a native one with its library, and its source where
/// known.
ThreadTables::Function ThreadTables::make_function(const analysis::Place& place) {
    const int name = string(place.function);
    if (place.native)
        return {name, place.file.empty() ? kNone : resource(place.file),
                place.source.empty() ? kNone : string(place.source), 0};
    return {name, kNone, place.file.empty() ? kNone : string(place.file), place.line};
}

int ThreadTables::resource(const std::string& file) {
    const auto [found, is_new] = resource_ids_.try_emplace(file, static_cast<int>(resources_.size()));
    if (is_new) resources_.push_back(string(analysis::base_name(file)));
    return found->second;
}

int ThreadTables::string(const std::string& text) {
    const auto [found, is_new] = string_ids_.try_emplace(text, static_cast<int>(strings_.size()));
    if (is_new) strings_.push_back(text);
    return found->second;
}

void ThreadTables::write(JsonStream& out) const {
    write_stacks(out);
    write_frames(out);
    write_functions(out);
    const std::size_t resources = resources_.size();
    out.print(",\"resourceTable\":{{\"length\":{},", resources);
    out.constant_column("lib", resources, "null");
    out.print(",");
    out.column("name", resources_);
    out.print(",");
    out.constant_column("host", resources, "null");
    out.print(",");
    out.constant_column("type", resources, "1");  // a library
    out.print(R"(}},"nativeSymbols":{{"length":0,"libIndex":[],"address":[],"name":[],"functionSize":[]}},)");
    out.string_column("stringArray", strings_);
}

void ThreadTables::write_stacks(JsonStream& out) const {
    const auto or_null = [&out](int index) { index < 0 ? out.print("null") : out.print("{}", index); };
    out.print("\"stackTable\":{{\"length\":{},", stacks_.size());
    out.column("prefix", stacks_.size(), [&](std::size_t i) { or_null(stacks_[i].prefix); });
    out.print(",");
    out.column("frame", stacks_.size(), [&](std::size_t i) { out.print("{}", stacks_[i].frame); });
    out.print(",");
    // Required of files of this version, though the frames say it.
    out.column("category", stacks_.size(),
               [&](std::size_t i) { out.print("{}", frames_[static_cast<std::size_t>(stacks_[i].frame)].category); });
    out.print(",");
    out.constant_column("subcategory", stacks_.size(), "0");
    out.print("}}");
}

void ThreadTables::write_frames(JsonStream& out) const {
    const std::size_t length = frames_.size();
    out.print(",\"frameTable\":{{\"length\":{},", length);
    out.column("func", length, [&](std::size_t i) { out.print("{}", frames_[i].function); });
    out.print(",");
    out.column("category", length, [&](std::size_t i) { out.print("{}", frames_[i].category); });
    out.print(",");
    out.column("line", length,
               [&](std::size_t i) { frames_[i].line == 0 ? out.print("null") : out.print("{}", frames_[i].line); });
    for (const auto& [name, value] :
         {std::pair("address", "-1"), std::pair("inlineDepth", "0"), std::pair("subcategory", "0"),
          std::pair("nativeSymbol", "null"), std::pair("innerWindowID", "null"), std::pair("implementation", "null"),
          std::pair("column", "null")}) {
        out.print(",");
        out.constant_column(name, length, value);
    }
    out.print("}}");
}

void ThreadTables::write_functions(JsonStream& out) const {
    const std::size_t length = functions_.size();
    out.print(",\"funcTable\":{{\"length\":{},", length);
    out.column("name", length, [&](std::size_t i) { out.print("{}", functions_[i].name); });
    out.print(",");
    out.column("resource", length, [&](std::size_t i) { out.print("{}", functions_[i].resource); });
    out.print(",");
    out.column("fileName", length, [&](std::size_t i) {
        functions_[i].file < 0 ? out.print("null") : out.print("{}", functions_[i].file);
    });
    out.print(",");
    out.column("lineNumber", length, [&](std::size_t i) {
        functions_[i].line == 0 ? out.print("null") : out.print("{}", functions_[i].line);
    });
    for (const auto& [name, value] :
         {std::pair("columnNumber", "null"), std::pair("isJS", "false"), std::pair("relevantForJS", "false")}) {
        out.print(",");
        out.constant_column(name, length, value);
    }
    out.print("}}");
}

}  // namespace ftscale::exports::firefox
