#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""The example workflows, step by step as shell scripts, in a repository that gets worse. usage: workflow_test.py TOOL [unittest arguments]

Steps that run something are run, with what the service would put into their environment; an action that is ours is run by its own steps; those
of GitHub (checkout, cache, artifacts) have nothing to do here."""
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "integration"))
import profiling
from profiling import measured

try:
    import yaml
except ImportError:
    print("skipped: no PyYAML")
    sys.exit(profiling.SKIPPED)

EXAMPLES = SOURCE / "examples" / "ci"
OURS = "ftscale/ftscale@main"
# What no noise hides: whoever starts the threads waits before, the longer the more there are.
WORSE = "    __import__('time').sleep(0.5 * (THREADS - 1))\n"


class Repository(profiling.ProfilingTest):
    """A user's, with the example's benchmark and a baseline of it."""
    baseline = None  # made once: against a short one little fails

    def setUp(self):
        super().setUp()
        shutil.copy(EXAMPLES / "bench.py", self.folder)
        shutil.copy(EXAMPLES / "ftscale.toml", self.folder)
        self.home = self.folder.parent
        if Repository.baseline is None:
            done = subprocess.run(["bash", "-ec", "ftscale run -q -t 1,2 -r 40 -o base.ftscale bench.py && ftscale baseline base.ftscale -o scaling.json"],
                                  cwd=self.folder, env=self.environment(), capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            Repository.baseline = (self.folder / "scaling.json").read_text()
        (self.folder / "scaling.json").write_text(Repository.baseline)

    def forget(self):
        Repository.baseline = None
        self.setUp()

    def make_worse(self):
        bench = self.folder / "bench.py"
        bench.write_text(bench.read_text().replace("    total = sum", WORSE + "    total = sum"))

    def environment(self, **more):
        tool = str(Path(profiling.setting("tool")).parent)
        return {**os.environ, "PATH": f"{tool}:{os.environ['PATH']}", "FTSCALE_PYTHON": profiling.setting("python"), **more}


class Job:
    """What a job of a workflow has beside its steps."""

    def __init__(self, test):
        self.test = test
        self.files = {name: test.folder / f"github-{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for path in self.files.values():
            path.write_text("")
        self.log = ""

    def bash(self, script, variables):
        paths = self.files["GITHUB_PATH"].read_text().split()
        environment = self.test.environment(**{name: str(path) for name, path in self.files.items()}, GITHUB_WORKSPACE=str(self.test.folder), **variables)
        environment["PATH"] = ":".join([*paths, environment["PATH"]])
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], cwd=self.test.folder, env=environment,
                              capture_output=True, text=True, timeout=600)
        self.log += done.stdout + done.stderr
        return done.returncode

    def outputs(self):
        return dict(line.split("=", 1) for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())

    def composite(self, action, given):
        """The steps of an action; its exit code is the first that is not 0."""
        inputs = {name: str(given.get(name, declared.get("default", ""))) for name, declared in action["inputs"].items()}
        missing = [name for name, declared in action["inputs"].items() if declared.get("required") and name not in given]
        self.test.assertFalse(missing)
        self.test.assertLessEqual(set(given), set(inputs))
        for step in action["runs"]["steps"]:
            variables = {name: self.expanded(text, inputs) for name, text in step.get("env", {}).items()}
            self.test.assertNotIn("${{", step["run"], "what a user gives belongs into variables, not into scripts")
            if code := self.bash(step["run"], variables):
                return code
        return 0

    def expanded(self, text, inputs):
        values = {"github.action_path": str(SOURCE), **{f"inputs.{name}": value for name, value in inputs.items()}}
        return re.sub(r"\$\{\{ *(.+?) *\}\}", lambda found: values[found[1]], text)


class GitHub(Repository):
    def run_workflow(self, **inputs):
        workflow = yaml.safe_load((EXAMPLES / "github.yml").read_text())
        steps, = (job["steps"] for job in workflow["jobs"].values())
        self.assertTrue(all(step["uses"].startswith(("actions/", OURS)) for step in steps))
        ours, = (step for step in steps if step["uses"] == OURS)
        job = Job(self)
        code = job.composite(yaml.safe_load((SOURCE / "action.yml").read_text()), {**ours["with"], "repeats": 6, **inputs})
        return code, job

    @measured
    def test_what_is_as_it_was_does_not_fail(self):
        code, job = self.run_workflow(**{"until-conclusive": 0})
        self.assertEqual(code, 0, job.log)
        self.assertIn(job.outputs()["verdict"], ("pass", "inconclusive"))
        self.assertNotIn("::error", job.log)

    @measured
    def test_what_got_worse_fails_with_everything_there(self):
        self.make_worse()
        code, job = self.run_workflow()
        self.assertEqual(code, 3, job.log)
        self.assertEqual(job.outputs(), {"recording": "ftscale-results/now.ftscale", "verdict": "fail"})
        annotation = next(line for line in job.log.splitlines() if line.startswith("::error "))
        self.assertRegex(annotation, r"^::error file=bench\.py,line=\d+,title=ftscale max-regression")
        summary = job.files["GITHUB_STEP_SUMMARY"].read_text()
        self.assertTrue(summary.startswith("### ftscale check: fail"))
        results = self.folder / "ftscale-results"
        self.assertEqual(ElementTree.parse(results / "check.xml").getroot().find("testsuite").get("failures"), "1")
        self.assertEqual(json.loads((results / "check.json").read_text())["verdict"], "fail")
        for name in ("now.ftscale", "check.sarif", "bencher.json", "benchmark.json"):
            self.assertTrue((results / name).exists(), name)

    @measured
    def test_rules_alone_and_arguments_with_blanks(self):
        (self.folder / "my bench.py").write_text("import sys\nassert sys.argv[1:] == ['a b', '$(touch owned)']\n" + (self.folder / "bench.py").read_text())
        code, job = self.run_workflow(script="'my bench.py' 'a b' '$(touch owned)'", baseline="", options="--min-speedup 2=1.05", **{"until-conclusive": 0})
        self.assertEqual(code, 0, job.log)
        self.assertFalse((self.folder / "owned").exists())

    def test_a_script_that_fails_fails_the_job(self):
        code, job = self.run_workflow(script="missing.py")
        self.assertEqual(code, 1)
        self.assertIn("script 'missing.py' not found", job.log)


class GitLab(Repository):
    def run_job(self):
        job, = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text()).values()
        script = "\n".join(job["before_script"] + [line.replace("-r 10", "-r 6") for line in job["script"]])
        variables = {name: value.replace("$CI_PROJECT_DIR", str(self.folder)) for name, value in job["variables"].items()}
        return subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=self.folder, capture_output=True, text=True, timeout=600,
                              env=self.environment(CI_PROJECT_DIR=str(self.folder), **variables)), job

    @measured
    def test_what_got_worse_fails_with_its_artifacts(self):
        self.make_worse()
        done, job = self.run_job()
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        self.assertTrue((self.folder / job["artifacts"]["reports"]["junit"]).exists())


if __name__ == "__main__":
    profiling.main(__doc__)
