// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// Members of JSON objects that strangers may have written. The JSON library's own conversions cut numbers off without a
// word: 2^32 + 1 becomes the int 1, 1e300 any. Here what does not fit is refused, naming the member.
#pragma once

#include <cmath>
#include <concepts>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ftscale::base {

/// A member is missing, or holds something else than what belongs there.
class BadMember : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What is read, for messages: "runs/3/threads".
class JsonPath {
  public:
    explicit JsonPath(std::string text) : text_(std::move(text)) {}
    JsonPath operator/(const std::string& member) const {
        return JsonPath(text_.empty() ? member : text_ + "/" + member);
    }
    JsonPath operator/(std::size_t index) const { return *this / std::to_string(index); }
    [[noreturn]] void refuse(const std::string& why) const {
        throw BadMember((text_.empty() ? "the document" : "'" + text_ + "'") + std::string(" ") + why);
    }

  private:
    std::string text_;
};

/// A value and where it stands; refers to the document. `Json` is any basic_json.
template <typename Json>
class JsonValue {
  public:
    JsonValue(const Json& value, JsonPath path) : value_(value), path_(std::move(path)) {}

    bool has(const char* key) const { return value_.is_object() && value_.contains(key) && !value_[key].is_null(); }
    JsonValue operator[](const char* key) const {
        if (!value_.is_object()) path_.refuse("is no object");
        const auto found = value_.find(key);
        if (found == value_.end()) (path_ / key).refuse("is missing");
        return {*found, path_ / key};
    }
    std::vector<JsonValue> elements() const {
        if (!value_.is_array()) path_.refuse("is no array");
        std::vector<JsonValue> all;
        for (const Json& element : value_) all.emplace_back(element, path_ / all.size());
        return all;
    }
    [[noreturn]] void refuse(const std::string& why) const { path_.refuse(why); }

    void to(bool& out) const {
        if (!value_.is_boolean()) path_.refuse("is neither true nor false");
        out = value_.template get<bool>();
    }
    void to(std::string& out) const {
        if (!value_.is_string()) path_.refuse("is no text");
        out = value_.template get<std::string>();
    }
    /// NaN and infinity are no JSON, but 1e999 is.
    void to(double& out) const {
        if (!value_.is_number()) path_.refuse("is no number");
        out = value_.template get<double>();
        if (!std::isfinite(out)) path_.refuse("is no number that fits");
    }
    template <std::integral Integer>
    void to(Integer& out) const {
        const bool fits = value_.is_number_unsigned()  ? std::in_range<Integer>(value_.template get<std::uint64_t>())
                          : value_.is_number_integer() ? std::in_range<Integer>(value_.template get<std::int64_t>())
                                                       : false;
        if (!fits) path_.refuse(value_.is_number_integer() ? "is a number that does not fit" : "is no whole number");
        out = value_.template get<Integer>();
    }
    template <typename Element>
    void to(std::vector<Element>& out) const {
        out.clear();
        for (const JsonValue& element : elements()) element.to(out.emplace_back());
    }
    void to(std::map<std::string, std::string>& out) const {
        if (!value_.is_object()) path_.refuse("is no object");
        for (const auto& [key, element] : value_.items()) JsonValue(element, path_ / key).to(out[key]);
    }
    template <typename Value>
    void to(std::optional<Value>& out) const {
        to(out.emplace());
    }

    /// A number from `least` to `most`.
    template <typename Number>
    void to(Number& out, Number least, Number most) const {
        to(out);
        if (out < least || out > most)
            path_.refuse("is " + std::to_string(out) + ", not from " + std::to_string(least) + " to " +
                         std::to_string(most));
    }
    /// `out` stays as it is where the member is not there, or null.
    template <typename Value, typename... Bounds>
    void member_to(const char* key, Value& out, Bounds... bounds) const {
        if (has(key)) (*this)[key].to(out, bounds...);
    }

  private:
    const Json& value_;
    JsonPath path_;
};

template <typename Json>
JsonValue<Json> checked(const Json& document) {
    return JsonValue<Json>(document, JsonPath(""));
}

}  // namespace ftscale::base
