#!/usr/bin/env python3
# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""What a check writes for other programs, by these programs' own schemas. usage: formats_test.py WRITE_SAMPLE_CHECKS FOLDER

The schemas come from package registries, into FOLDER, when the test is first run: SARIF's from the crate serde-sarif, JUnit's (Jenkins's) from
pytest's sources, those of workflows from check-jsonschema. Tests whose schema cannot be had are skipped."""
import json
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "support"))
import downloads

try:
    import jsonschema
    import yaml
    from lxml import etree
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

writer = folder = None
# Written out in Bencher's documentation: https://bencher.dev/docs/reference/bencher-metric-format/
BENCHER_MEASURES = {"value", "lower_value", "upper_value"}


def checks():
    """The names of all hand-made answers: each verdict, odd names."""
    return subprocess.run([writer], capture_output=True, text=True, check=True).stdout.split()


def written(check, form):
    return subprocess.run([writer, check, form], capture_output=True, check=True).stdout


class Formats(unittest.TestCase):
    def test_there_is_every_verdict(self):
        verdicts = {json.loads(written(check, "json"))["verdict"] for check in checks()}
        self.assertEqual(verdicts, {"pass", "fail", "inconclusive", "invalid"})

    def test_sarif(self):
        schema = json.loads(downloads.from_crates(folder, "serde-sarif", "0.6.5", "src/schema.json").read_text())
        for check in checks():
            jsonschema.validate(json.loads(written(check, "sarif")), schema)

    def test_junit(self):
        schema = etree.XMLSchema(etree.parse(downloads.from_pypi(folder, "pytest==8.3.4", "junit-10.xsd", source=True)))
        for check in checks():
            for form in ("junit", "junit-passing"):
                schema.assertValid(etree.fromstring(written(check, form)))

    def test_bencher(self):
        for benchmark in json.loads(written("failed", "bencher")).values():
            for measure in benchmark.values():
                self.assertLessEqual(set(measure), BENCHER_MEASURES)
                self.assertTrue(all(isinstance(value, (int, float)) for value in measure.values()))

    def test_annotations_are_one_line_each(self):
        for check in checks():
            for line in written(check, "github").decode().splitlines():
                self.assertRegex(line, r"^::(error|warning) (file=[^,:]+,line=\d+,)?title=[^,:]+::.+$")


class Workflows(unittest.TestCase):
    def validate(self, document, schema):
        schema = downloads.from_pypi(folder, "check-jsonschema==0.33.0", f"vendor/{schema}.json")
        jsonschema.validate(self.as_json(document), json.loads(schema.read_text()))

    @staticmethod
    def as_json(document):
        """YAML 1.1 takes the key `on` for a truth value."""
        return json.loads(json.dumps(yaml.safe_load(document)).replace('"true":', '"on":'))

    def test_the_action(self):
        self.validate((SOURCE / "action.yml").read_text(), "github-actions")

    def test_the_workflow(self):
        self.validate((SOURCE / "examples/ci/github.yml").read_text(), "github-workflows")

    def test_gitlab(self):
        self.validate((SOURCE / "examples/ci/gitlab-ci.yml").read_text(), "gitlab-ci")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    writer, folder = sys.argv.pop(1), Path(sys.argv.pop(1))
    unittest.main(verbosity=2)
