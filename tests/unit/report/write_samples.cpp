// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes the JSON of every sample analysis into a folder, for check_schema.py.
#include <fstream>
#include <iostream>

#include "report/json.h"
#include "sample_analyses.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: write_samples FOLDER\n";
        return 2;
    }
    for (const auto& [name, analysis] : ftscale::tests::sample_analyses()) {
        std::ofstream file(std::string(argv[1]) + "/" + name + ".json", std::ios::binary);
        ftscale::report::write_json(analysis, file);
        if (!file) return 1;
    }
}
