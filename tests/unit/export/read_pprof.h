// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A profile.proto as a test reads it: everything by name.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ftscale::tests {

struct PprofSample {
    std::vector<std::string> stack;  // functions' names, leaf first
    std::vector<std::int64_t> values;
    std::map<std::string, std::string> labels;
    std::map<std::string, std::int64_t> numbers;
};

struct PprofFunction {
    std::string name, system_name, filename;
    std::int64_t start_line = 0;
};

struct PprofFile {
    std::vector<std::string> types;  // "cpu/nanoseconds"
    std::vector<PprofSample> samples;
    std::vector<PprofFunction> functions;
    std::vector<std::int64_t> lines;  // of the locations
    std::vector<std::string> strings, comments;
    std::string mapping_file, default_type, period_type;
    std::size_t mappings = 0;
    std::int64_t time_ns = 0, duration_ns = 0, period_ns = 0;

    std::int64_t total(const std::string& type) const;
};

std::string gunzip(const std::string& bytes);
/// Fails the test where ids or indexes lead nowhere.
PprofFile read_pprof(const std::string& gzipped);

}  // namespace ftscale::tests
