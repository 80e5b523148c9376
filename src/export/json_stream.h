// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// JSON that is written as it comes, for files with a million of everything.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "export/text.h"

namespace ftscale::exports {

class JsonStream {
  public:
    explicit JsonStream(std::ostream& out) : out_(out) {}
    JsonStream(const JsonStream&) = delete;
    JsonStream& operator=(const JsonStream&) = delete;
    ~JsonStream() { flush(); }

    template <typename... Arguments>
    void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(buffer_), format, std::forward<Arguments>(arguments)...);
        if (buffer_.size() > kFlushAt) flush();
    }

    /// Milliseconds to the nanosecond, without zeros at the end.
    void print_ms(std::int64_t ns) {
        const std::int64_t whole = ns / 1'000'000, rest = ns % 1'000'000;
        if (rest == 0) return print("{}", whole);
        const std::string digits = fmt::format("{:06}", rest);
        print("{}.{}", whole, std::string_view(digits).substr(0, digits.find_last_not_of('0') + 1));
    }

    /// "name":[...] where `print_item(i)` prints the items.
    template <typename PrintItem>
    void column(const char* name, std::size_t length, PrintItem print_item) {
        print("\"{}\":[", name);
        for (std::size_t i = 0; i < length; ++i) {
            if (i > 0) print(",");
            print_item(i);
        }
        print("]");
    }
    template <typename Item>
    void column(const char* name, const std::vector<Item>& items) {
        column(name, items.size(), [&](std::size_t i) { print("{}", items[i]); });
    }
    /// A column of one value.
    void constant_column(const char* name, std::size_t length, const char* value) {
        column(name, length, [&](std::size_t) { print("{}", value); });
    }
    void string_column(const char* name, const std::vector<std::string>& texts) {
        column(name, texts.size(), [&](std::size_t i) { print("{}", json_string(texts[i])); });
    }

  private:
    static constexpr std::size_t kFlushAt = 1 << 16;
    void flush() {
        out_.write(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
        buffer_.clear();
    }

    std::ostream& out_;
    fmt::memory_buffer buffer_;
};

}  // namespace ftscale::exports
