// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// The field numbers of pprof's profile.proto, as far as they are written here. A protobuf message is a row of
// (number, value); the format is published with the tool, github.com/google/pprof.
//
//     Profile  sample_type*, sample*, mapping*, location*, function*, string_table*, ...
//     Sample   location_id* (leaf first), value* (as sample_type*), label*
//     Location mapping_id, line*        Line  function_id, line
//
// Text stands in string_table and is named by its index there; string 0 is empty.
#pragma once

#include <protozero/types.hpp>

namespace ftscale::exports::pprof {

enum class Profile : protozero::pbf_tag_type {
    SampleType = 1,
    Sample = 2,
    Mapping = 3,
    Location = 4,
    Function = 5,
    StringTable = 6,
    TimeNanos = 9,
    DurationNanos = 10,
    PeriodType = 11,
    Period = 12,
    Comment = 13,
    DefaultSampleType = 14,
};

enum class ValueType : protozero::pbf_tag_type { Type = 1, Unit = 2 };

enum class Sample : protozero::pbf_tag_type { LocationId = 1, Value = 2, Label = 3 };

enum class Label : protozero::pbf_tag_type { Key = 1, Str = 2, Num = 3, NumUnit = 4 };

enum class Mapping : protozero::pbf_tag_type {
    Id = 1,
    Filename = 5,
    HasFunctions = 7,
    HasFilenames = 8,
    HasLineNumbers = 9,
    HasInlineFrames = 10,
};

enum class Location : protozero::pbf_tag_type { Id = 1, MappingId = 2, Line = 4 };

enum class Line : protozero::pbf_tag_type { FunctionId = 1, Line = 2 };

enum class Function : protozero::pbf_tag_type { Id = 1, Name = 2, SystemName = 3, Filename = 4, StartLine = 5 };

}  // namespace ftscale::exports::pprof
