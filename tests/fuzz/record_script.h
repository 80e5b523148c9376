// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// A fuzz target's input that becomes streams whose chunks are whole: a list of records, each saying whose it is. So
// what is tried is what records say, not how damaged chunks are found, which has a target of its own.
//
//     input  := entry*         entry := Head, `body_bytes` of body
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace ftscale::fuzz {

struct ScriptedRecord {
    std::uint8_t run = 0, thread = 0;  // of kRuns and kThreads
    std::uint16_t type = 0, flags = 0;
    std::uint64_t time_ns = 0;
    std::vector<std::uint8_t> body;
};

inline constexpr unsigned kRuns = 4, kThreads = 6;

using RecordScript = std::vector<ScriptedRecord>;

/// Any bytes are a script; what is left over at the end is not looked at.
RecordScript parse_script(std::span<const std::uint8_t> bytes);
std::vector<std::uint8_t> to_bytes(const RecordScript& script);

/// The other way round: what a stream's chunks hold, as records of the run. For seeds.
void add_stream(std::uint8_t run, std::span<const std::byte> stream, RecordScript& script);

/// A stream for each run that has records.
std::map<unsigned, std::vector<std::byte>> to_streams(const RecordScript& script);

/// Changes one thing, at random: a record's body, time, owner or type, its place, or whether it is there.
void mutate(RecordScript& script, unsigned seed);

}  // namespace ftscale::fuzz
