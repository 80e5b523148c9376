// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The names that Cython gives to the C functions it makes of Python functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ftscale::symbols {

/// "sklearn.tree._tree.Tree.apply" of "__pyx_pw_7sklearn_4tree_5_tree_4Tree_13apply(_object*, ...)": the dotted name
/// that Python knows a def, cpdef or cdef function, a property or a special method by. A body that OpenMP runs in its
/// threads says so. Empty for Cython's helpers and for what it did not make. The scheme is Cython's (Compiler/Naming.py
/// and Symtab.py): a prefix, then length and name of each scope, then the function's own name, which a counter precedes
/// for def functions.
std::optional<std::string> cython_name(std::string_view demangled);

}  // namespace ftscale::symbols
