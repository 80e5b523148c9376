// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/cython_names.h"

#include <charconv>

namespace ftscale::symbols {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string_view without_digits(std::string_view text) {
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
    return text;
}

/// "__pyx_fuse_0_1" in front of each variant of a function with fused types.
void skip_fuse(std::string_view& symbol) {
    if (!symbol.starts_with("__pyx_fuse_")) return;
    const std::size_t next = symbol.find("__pyx_", 1);
    if (next != std::string_view::npos) symbol.remove_prefix(next);
}

/// A scope's length and name: "4Tree_" in front of what it contains.
std::optional<std::string_view> take_scope(std::string_view& text, bool is_counted) {
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc()) return std::nullopt;
    const std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    if (length == 0 || rest.size() < length + 2 || rest[length] != '_') return std::nullopt;
    // "4init_x" is the fourth function, init_x; what is in a scope has a number itself.
    if (is_counted && !is_digit(rest[length + 1])) return std::nullopt;
    text = rest.substr(length + 1);
    return rest.substr(0, length);
}

/// The scopes and the name, joined by dots; empty where the text is not of this form.
std::string dotted(std::string_view text, bool is_counted) {
    std::string name;
    while (const auto scope = take_scope(text, is_counted)) name.append(*scope).append(".");
    if (name.empty() || (is_counted && (text.empty() || !is_digit(text.front())))) return {};
    const std::string_view own = is_counted ? without_digits(text) : text;
    return own.empty() || is_digit(own.front()) ? std::string() : name.append(own);
}

std::string name_of_slot(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && !is_digit(text[end])) ++end;
    if (end == 0 || end == text.size()) return {};
    const std::string type = dotted(text.substr(end), false);
    return type.empty() ? type : type + " (tp_" + std::string(text.substr(0, end - 1)) + ")";
}

/// A generator's body is a function "generator" within it.
std::string name_of_generator(std::string_view text) {
    std::string name = dotted(text, true);
    const std::size_t dot = name.rfind('.');
    return dot != std::string::npos && name.compare(dot, 10, ".generator") == 0 ? name.substr(0, dot) : name;
}

std::string name_of(std::string_view symbol) {
    skip_fuse(symbol);
    if (take(symbol, "__pyx_pw_") || take(symbol, "__pyx_pf_")) return dotted(symbol, true);
    if (take(symbol, "__pyx_f_") || take(symbol, "__pyx_getprop_") || take(symbol, "__pyx_setprop_"))
        return dotted(symbol, false);
    if (take(symbol, "__pyx_gb_")) return name_of_generator(symbol);
    if (take(symbol, "__pyx_tp_")) return name_of_slot(symbol);
    return {};
}

}  // namespace

std::optional<std::string> cython_name(std::string_view demangled) {
    if (!demangled.starts_with("__pyx_")) return std::nullopt;
    // Behind the name: parameters (C++), and what the compiler calls the parts it made of the function.
    std::string name = name_of(demangled.substr(0, demangled.find_first_of("(. [")));
    if (name.empty()) return std::nullopt;
    if (demangled.find("._omp_fn.") != std::string_view::npos) name += " [OpenMP]";
    return name;
}

}  // namespace ftscale::symbols
