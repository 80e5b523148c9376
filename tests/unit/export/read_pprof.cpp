// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "read_pprof.h"

#include <zlib.h>

#include <protozero/pbf_message.hpp>

#include "export/pprof_fields.h"
#include "support/catch.h"

namespace ftscale::tests {
namespace {

namespace fields = exports::pprof;
using protozero::pbf_message;

struct RawSample {
    std::vector<std::uint64_t> locations;
    std::vector<std::int64_t> values;
    struct Label {
        std::int64_t key = 0, str = 0, num = 0;
    };
    std::vector<Label> labels;
};

/// Indexes as they stand in the file.
struct Raw {
    std::vector<std::pair<std::int64_t, std::int64_t>> types;
    std::vector<RawSample> samples;
    std::map<std::uint64_t, std::pair<std::uint64_t, std::int64_t>> locations;  // function, line
    std::map<std::uint64_t, std::array<std::int64_t, 4>> functions;             // name, system name, file, line
    std::vector<std::int64_t> comments;
    std::pair<std::int64_t, std::int64_t> period_type;
    std::int64_t default_type = 0, mapping_file = 0;
};

std::pair<std::int64_t, std::int64_t> read_value_type(pbf_message<fields::ValueType> message) {
    std::pair<std::int64_t, std::int64_t> type;
    while (message.next()) {
        if (message.tag() == fields::ValueType::Type)
            type.first = message.get_int64();
        else
            type.second = message.get_int64();
    }
    return type;
}

RawSample::Label read_label(pbf_message<fields::Label> message) {
    RawSample::Label label;
    while (message.next()) {
        const std::int64_t value = message.tag() == fields::Label::Key   ? (label.key = message.get_int64())
                                   : message.tag() == fields::Label::Str ? (label.str = message.get_int64())
                                                                         : (label.num = message.get_int64());
        CHECK(value > 0);
    }
    return label;
}

RawSample read_sample(pbf_message<fields::Sample> message) {
    RawSample sample;
    while (message.next()) switch (message.tag()) {
            case fields::Sample::LocationId:
                for (const std::uint64_t id : message.get_packed_uint64()) sample.locations.push_back(id);
                break;
            case fields::Sample::Value:
                for (const std::int64_t value : message.get_packed_int64()) sample.values.push_back(value);
                break;
            case fields::Sample::Label:
                sample.labels.push_back(read_label(message.get_message()));
                break;
        }
    return sample;
}

void read_location(pbf_message<fields::Location> message, Raw& raw) {
    std::uint64_t id = 0;
    std::pair<std::uint64_t, std::int64_t> where;
    while (message.next()) switch (message.tag()) {
            case fields::Location::Id:
                id = message.get_uint64();
                break;
            case fields::Location::MappingId:
                CHECK(message.get_uint64() == 1);
                break;
            case fields::Location::Line: {
                pbf_message<fields::Line> line(message.get_message());
                while (line.next()) {
                    if (line.tag() == fields::Line::FunctionId)
                        where.first = line.get_uint64();
                    else
                        where.second = line.get_int64();
                }
                break;
            }
        }
    CHECK(id > 0);
    CHECK(raw.locations.emplace(id, where).second);
}

void read_function(pbf_message<fields::Function> message, Raw& raw) {
    std::uint64_t id = 0;
    std::array<std::int64_t, 4> parts{};
    while (message.next()) {
        if (message.tag() == fields::Function::Id)
            id = message.get_uint64();
        else
            parts.at(static_cast<std::size_t>(message.tag()) - 2) = message.get_int64();
    }
    CHECK(id > 0);
    CHECK(raw.functions.emplace(id, parts).second);
}

std::int64_t read_mapping_file(pbf_message<fields::Mapping> message) {
    std::int64_t file = 0;
    while (message.next()) {
        if (message.tag() == fields::Mapping::Filename)
            file = message.get_int64();
        else
            CHECK(message.get_uint64() == 1);  // its id, and all that is known
    }
    return file;
}

void read_field(pbf_message<fields::Profile>& message, Raw& raw, PprofFile& file) {
    switch (message.tag()) {
        case fields::Profile::SampleType:
            return raw.types.push_back(read_value_type(message.get_message()));
        case fields::Profile::Sample:
            return raw.samples.push_back(read_sample(message.get_message()));
        case fields::Profile::Mapping:
            ++file.mappings;
            raw.mapping_file = read_mapping_file(message.get_message());
            return;
        case fields::Profile::Location:
            return read_location(message.get_message(), raw);
        case fields::Profile::Function:
            return read_function(message.get_message(), raw);
        case fields::Profile::StringTable:
            return file.strings.push_back(message.get_string());
        case fields::Profile::TimeNanos:
            file.time_ns = message.get_int64();
            return;
        case fields::Profile::DurationNanos:
            file.duration_ns = message.get_int64();
            return;
        case fields::Profile::PeriodType:
            raw.period_type = read_value_type(message.get_message());
            return;
        case fields::Profile::Period:
            file.period_ns = message.get_int64();
            return;
        case fields::Profile::Comment:
            for (const std::int64_t id : message.get_packed_int64()) raw.comments.push_back(id);
            return;
        case fields::Profile::DefaultSampleType:
            raw.default_type = message.get_int64();
            return;
    }
    FAIL("no such field: " << static_cast<int>(message.tag()));
}

class Naming {
  public:
    Naming(const Raw& raw, PprofFile& file) : raw_(raw), file_(file) {}

    void name() {
        for (const auto& type : raw_.types) file_.types.push_back(type_name(type));
        for (const RawSample& sample : raw_.samples) file_.samples.push_back(name_sample(sample));
        for (const auto& [id, parts] : raw_.functions)
            file_.functions.push_back({text(parts[0]), text(parts[1]), text(parts[2]), parts[3]});
        for (const auto& [id, where] : raw_.locations) file_.lines.push_back(where.second);
        for (const std::int64_t id : raw_.comments) file_.comments.push_back(text(id));
        file_.mapping_file = text(raw_.mapping_file);
        file_.default_type = text(raw_.default_type);
        file_.period_type = type_name(raw_.period_type);
    }

  private:
    std::string text(std::int64_t index) const { return file_.strings.at(static_cast<std::size_t>(index)); }
    std::string type_name(const std::pair<std::int64_t, std::int64_t>& type) const {
        return text(type.first) + "/" + text(type.second);
    }
    PprofSample name_sample(const RawSample& raw) const {
        PprofSample sample;
        sample.values = raw.values;
        for (const std::uint64_t id : raw.locations)
            sample.stack.push_back(text(raw_.functions.at(raw_.locations.at(id).first)[0]));
        for (const RawSample::Label& label : raw.labels) {
            if (label.str != 0)
                sample.labels[text(label.key)] = text(label.str);
            else
                sample.numbers[text(label.key)] = label.num;
        }
        return sample;
    }

    const Raw& raw_;
    PprofFile& file_;
};

}  // namespace

std::int64_t PprofFile::total(const std::string& type) const {
    const auto found = std::find(types.begin(), types.end(), type);
    REQUIRE(found != types.end());
    std::int64_t sum = 0;
    for (const PprofSample& sample : samples) sum += sample.values.at(static_cast<std::size_t>(found - types.begin()));
    return sum;
}

std::string gunzip(const std::string& bytes) {
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
    std::string input = bytes, text, buffer(1 << 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        status = inflate(&stream, Z_NO_FLUSH);
        text.append(buffer.data(), buffer.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    REQUIRE(status == Z_STREAM_END);
    return text;
}

PprofFile read_pprof(const std::string& gzipped) {
    const std::string bytes = gunzip(gzipped);
    PprofFile file;
    Raw raw;
    pbf_message<fields::Profile> message(bytes);
    while (message.next()) read_field(message, raw, file);
    REQUIRE_FALSE(file.strings.empty());
    CHECK(file.strings[0].empty());
    Naming(raw, file).name();
    for (const PprofSample& sample : file.samples) {
        CHECK(sample.values.size() == file.types.size());
        CHECK_FALSE(sample.stack.empty());
    }
    return file;
}

}  // namespace ftscale::tests
