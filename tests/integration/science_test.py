#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""examples/science, each shortened: that they run, that their ledgers close, and that ftscale names what they are examples of.

usage: science_test.py TOOL [unittest arguments]

Exits with 77 (skipped) where examples/science/set-up cannot make the environment they need.
"""
import subprocess
import sys
from pathlib import Path

import profiling

EXAMPLES = profiling.SOURCE / "examples" / "science"
environment = None  # its interpreter
ALL = sorted(path.stem for path in EXAMPLES.glob("*.py"))


class Science(profiling.ProfilingTest):
    def example(self, name, *settings, size=0.2, repeats=2, script=None):
        """The report of a sweep of the example (or of a `script` that runs it), and what its runs printed. Each new attempt of a measured
        test takes twice as many repeats."""
        recording = self.folder / "out.ftscale"
        repeats <<= self.attempt
        words = [profiling.setting("tool"), "run", "-q", "-t", "1,2", "-r", str(repeats), "--python", environment, "-o", recording]
        for setting in (f"SIZE={size}", f"PYTHONPATH={profiling.SOURCE / 'python'}", "PYTHONWARNINGS=ignore", *settings):
            words += ["--env", setting]
        run = subprocess.run([*words, script or EXAMPLES / f"{name}.py"], capture_output=True, text=True, timeout=300)
        self.assertEqual(run.returncode, 0, run.stderr)
        return self.read_report(recording), run.stdout.splitlines()

    def finding(self, report, rule, text=""):
        found = [finding for finding in report["findings"] if finding["rule"] == rule and text in finding["title"]]
        self.assertTrue(found, f"no {rule} ({text}) in {[finding['title'] for finding in report['findings']]}")
        return found[0]

    def natives(self, report, file):
        return [row for row in report["runs"][-1]["functions"] if row["native"] and file in row["file"]]

    def test_each_runs_to_the_same_result_and_its_ledger_closes(self):
        for name in ALL:
            with self.subTest(name):
                report, output = self.example(name, size=0.1)
                self.assertEqual(len(set(output)), 0 if name == "small_arrays" else 1, output)
                for run in report["runs"]:
                    self.assertLess(run["ledger"].get("unknown", 0), 0.05 * run["capacity_s"])

    @profiling.measured
    def test_the_search_is_held_up_by_its_last_fit(self):
        timed = self.script("timed.py", "import os, runpy\n"
                            f"search = runpy.run_path({str(EXAMPLES / 'grid_search.py')!r})['search']\n"
                            "print(os.environ['FTSCALE_THREADS'], search.refit_time_)\n")
        source = next(Path(environment).parents[1].glob("lib/python*/site-packages/sklearn/model_selection/_search.py")).read_text()
        lines = [str(number) for number, line in enumerate(source.splitlines(), 1) if "self.best_estimator_.fit(" in line]
        last_fit = rf"BaseSearchCV\.fit \(_search\.py:({'|'.join(lines)})\)"
        report, output = self.example("grid_search", size=0.6, script=timed)
        self.assertRegex(" ".join(self.finding(report, "serial")["evidence"]), last_fit)
        took = [float(line.split()[1]) for line in output if line.startswith("2 ")][-len(report["scaling"]["points"][-1]["repeats_s"]):]
        self.assertGreater(report["runs"][-1]["ledger"]["serial"], 0.9 * sum(took) / len(took))
        without, _ = self.example("grid_search", "REFIT=0", size=0.6)
        for finding in without["findings"]:
            self.assertNotRegex(" ".join(finding["evidence"]), last_fit)

    def test_functions_of_cython_have_their_python_names(self):
        report, _ = self.example("grid_search_pool")
        names = [row["function"] for row in self.natives(report, "/sklearn/tree/")]
        self.assertTrue(any(name.startswith("sklearn.tree._splitter.") or name.startswith("sklearn.tree._partitioner.") for name in names), names)
        self.assertFalse([name for name in names if name.startswith("__pyx_pw_")])

    def test_functions_of_stripped_modules_are_told_apart(self):
        report, _ = self.example("groups", size=0.5)
        names = [row["function"] for row in self.natives(report, "/pandas/_libs/")]
        self.assertTrue(names)
        self.assertEqual(len(names), len(set(names)))

    def test_small_arrays_are_charged_to_functions_of_numpy(self):
        report, _ = self.example("small_arrays", size=0.5)
        rows = self.natives(report, "_multiarray_umath")
        self.assertIn("ufunc_generic_fastcall", [row["function"] for row in rows])
        time = {row["function"]: sum(row["self_s"].values()) for row in rows}
        self.assertGreater(sum(time.values()), 0.2 * report["runs"][-1]["capacity_s"])
        self.assertLess(sum(seconds for name, seconds in time.items() if "+0x" in name), 0.02 * sum(time.values()))

    @profiling.measured
    def test_a_pool_of_blas_is_found_and_costs_what_the_report_says(self):
        report, _ = self.example("matmul", size=1, repeats=5)
        finding = self.finding(report, "library_pool", "OpenBLAS")
        self.assertIn("OPENBLAS_NUM_THREADS=1", finding["advice"])
        self.assertIn("OpenBLAS has started 1 thread", " ".join(finding["evidence"]))
        self.assertEqual([thread["library"] for thread in report["runs"][-1]["per_thread"]].count("OpenBLAS"), 1)
        alone, _ = self.example("matmul", "BLAS_THREADS=1", size=1, repeats=5)
        measured = alone["scaling"]["points"][-1]["speedup"]
        self.assertAlmostEqual(measured, finding["speedup_without"], delta=0.15 * measured)

    @profiling.measured
    def test_a_pool_of_openmp_is_found_with_the_variable_that_sets_it(self):
        report, _ = self.example("openmp")
        finding = self.finding(report, "library_pool", "OpenMP (libgomp)")
        self.assertIn("OMP_NUM_THREADS=1", finding["advice"])
        alone, _ = self.example("openmp", "OMP_THREADS=1")
        self.assertNotIn("library_pool", [finding["rule"] for finding in alone["findings"]])
        self.assertGreater(alone["scaling"]["points"][-1]["speedup"], report["scaling"]["points"][-1]["speedup"])

    def test_threads_of_openmp_are_named(self):
        code = self.script("distances.py", "import numpy\nfrom sklearn.metrics import pairwise_distances_argmin\n"
                           "x = numpy.random.default_rng(0).normal(size=(3000, 20))\nfor _ in range(4): pairwise_distances_argmin(x, x)\n")
        recording = self.folder / "out.ftscale"
        subprocess.run([profiling.setting("tool"), "run", "-q", "-t", "2", "-r", "1", "--warmup", "0", "--python", environment, "-o", recording, code],
                       check=True, timeout=120)
        run = self.read_report(recording)["runs"][-1]
        self.assertIn("OpenMP (libgomp)", [thread["library"] for thread in run["per_thread"]])
        folded = subprocess.run([profiling.setting("tool"), "export", recording, "--format", "folded"], capture_output=True, text=True, check=True)
        self.assertIn(" [OpenMP]", folded.stdout, "no body of a parallel loop is named")

    @profiling.measured
    def test_the_lock_of_the_c_library_is_found_in_pillow(self):
        report, _ = self.example("images", size=0.5)
        self.assertIn("effect_noise", self.finding(report, "lock", "lock of the C library in random")["title"])
        self.assertGreater(self.example("images", "NOISE=python", size=0.5)[0]["scaling"]["points"][-1]["speedup"], 1.3)

    @profiling.measured
    def test_the_count_behind_a_lock(self):
        report, _ = self.example("web_load")
        self.assertIn("count (web_load.py:", self.finding(report, "lock", "threading.Lock")["title"])
        if report["target"]["interpreter"]["version"].startswith("3.13."):
            self.assertIn("d[key]", self.finding(report, "lock", "lock of a dict")["advice"])
        own, _ = self.example("web_load", "COUNT=own")
        self.assertGreater(own["scaling"]["points"][-1]["speedup"], 1.4 * report["scaling"]["points"][-1]["speedup"])


def set_up():
    global environment
    made = subprocess.run([EXAMPLES / "set-up"], capture_output=True, text=True)
    if made.returncode != 0:
        print(made.stderr, file=sys.stderr)
        sys.exit(profiling.SKIPPED)
    environment = made.stdout.strip()


if __name__ == "__main__":
    profiling.main(__doc__, set_up)
