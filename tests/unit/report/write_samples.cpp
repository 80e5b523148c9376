// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Writes the JSON and the Markdown of every sample analysis into a folder, for check_schema.py and check_markdown.py.
#include <fstream>
#include <iostream>

#include "report/json.h"
#include "report/markdown.h"
#include "sample_analyses.h"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: write_samples FOLDER\n";
        return 2;
    }
    for (const auto& [name, analysis] : ftscale::tests::sample_analyses()) {
        std::ofstream file(std::string(argv[1]) + "/" + name + ".json", std::ios::binary);
        ftscale::report::write_json(analysis, file);
        std::ofstream markdown(std::string(argv[1]) + "/" + name + ".md", std::ios::binary);
        ftscale::report::write_markdown(analysis, markdown);
        if (!file || !markdown) return 1;
    }
}
