// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "symbols/cython_names.h"

#include "support/catch.h"

using ftscale::symbols::cython_name;

TEST_CASE("functions that Cython made have their Python names") {
    CHECK(cython_name("__pyx_pw_7sklearn_4tree_5_tree_4Tree_13apply(_object*, _object* const*, long, _object*)") ==
          "sklearn.tree._tree.Tree.apply");
    CHECK(cython_name("__pyx_pf_7sklearn_4tree_5_tree_14ccp_pruning_path(_object*) [clone .isra.0]") ==
          "sklearn.tree._tree.ccp_pruning_path");
    CHECK(cython_name("__pyx_f_7sklearn_4tree_5_tree_4Tree__add_node") == "sklearn.tree._tree.Tree._add_node");
    CHECK(cython_name("__pyx_pw_5_loss_11CyHuberLoss_3__init__") == "_loss.CyHuberLoss.__init__");
    CHECK(cython_name("__pyx_pw_3mod_4Tree_10node_count_1__get__") == "mod.Tree.node_count.__get__");
    CHECK(cython_name("__pyx_getprop_5_loss_11CyHuberLoss_delta") == "_loss.CyHuberLoss.delta");
    CHECK(cython_name("__pyx_gb_3mod_4func_2generator1") == "mod.func");
    CHECK(cython_name("__pyx_tp_dealloc_5_loss_CyAbsoluteError") == "_loss.CyAbsoluteError (tp_dealloc)");
}

TEST_CASE("a function's counter is no scope's length") {
    CHECK(cython_name("__pyx_pw_3mod_4init_x") == "mod.init_x");
    CHECK(cython_name("__pyx_pw_3mod_4init_3run") == "mod.init.run");
}

TEST_CASE("all variants of a function with fused types have its name") {
    CHECK(cython_name("__pyx_fuse_0_0__pyx_pw_5_loss_11CyHuberLoss_11loss") == "_loss.CyHuberLoss.loss");
    CHECK(cython_name("__pyx_fuse_3__pyx_f_3mod_total") == "mod.total");
}

TEST_CASE("what OpenMP runs in its threads says so") {
    CHECK(cython_name("__pyx_pf_3mod_6update._omp_fn.0") == "mod.update [OpenMP]");
    CHECK(cython_name("__pyx_f_3mod_7ArgKmin_compute(long) [clone ._omp_fn.0]") == "mod.ArgKmin.compute [OpenMP]");
}

TEST_CASE("what Cython did not name so keeps its name") {
    for (const char* name :
         {"__pyx_pymod_exec__tree(_object*)", "__Pyx_GetVtable.isra.0", "__pyx_pw_", "__pyx_pw_99mod_1f",
          "__pyx_f_3mod_", "__pyx_fuse_0", "__pyx_tp_new_", "memcpy", "", "__pyx_pw_3mod_4"})
        CHECK_FALSE(cython_name(name));
}
