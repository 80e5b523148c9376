// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// write_sample_exports pprof|firefox small|odd|SAMPLES,WAITS [cpu|wait|all|loss [THREADS]]: a profile made by hand
// in that format, on standard output.
#include <cstdlib>
#include <iostream>
#include <string>

#include "export/firefox.h"
#include "export/pprof.h"
#include "export/text.h"
#include "support/small_profile.h"

namespace {

ftscale::analysis::Profile profile_named(const std::string& name) {
    if (name == "small") return ftscale::tests::small_profile();
    if (name == "odd") return ftscale::tests::odd_profile();
    return ftscale::tests::large_profile(std::stoul(name), std::stoul(name.substr(name.find(',') + 1)));
}

void print_odd_names() {
    const char* comma = "[";
    for (const std::string& name : ftscale::tests::odd_names()) {
        std::cout << comma << ftscale::exports::json_string(name);
        comma = ",";
    }
    std::cout << "]";
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2) print_odd_names();
    if (argc < 3) return argc == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
    const ftscale::analysis::Profile profile = profile_named(argv[2]);
    ftscale::exports::Selection selection;
    if (argc > 3) selection.what = ftscale::exports::find_what(argv[3]).value();
    if (argc > 4) selection.threads = std::atoi(argv[4]);
    if (std::string(argv[1]) == "pprof")
        ftscale::exports::write_pprof(profile, selection, std::cout);
    else
        ftscale::exports::write_firefox(profile, selection.threads, std::cout);
    return EXIT_SUCCESS;
}
