// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Hand-made answers of checks in every form, for the tests that validate these. usage: write_sample_checks [CHECK FORM]
#include <iostream>
#include <map>
#include <string>

#include "report/benchmark_history.h"
#include "report/check_report.h"
#include "support/sample_checks.h"

namespace {

using namespace ftscale;

const std::map<std::string, compare::CheckResult (*)()> kChecks = {{"failed", tests::failed_check},
                                                                   {"passed", tests::passed_check},
                                                                   {"inconclusive", tests::inconclusive_check},
                                                                   {"invalid", tests::invalid_check}};

void write(const compare::CheckResult& result, const std::string& form) {
    std::ostream& out = std::cout;
    if (form == "json") report::write_check_json(result, out);
    if (form == "sarif") report::write_check_sarif(result, "/repo", out);
    if (form == "junit") report::write_check_junit(result, false, out);
    if (form == "junit-passing") report::write_check_junit(result, true, out);
    if (form == "github") report::write_check_annotations(result, "/repo", out);
    if (form == "bencher") report::write_bencher(tests::checked_figures(), out);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 3) {
        write(kChecks.at(argv[1])(), argv[2]);
        return 0;
    }
    for (const auto& [name, make] : kChecks) std::cout << name << '\n';
    return 0;
}
