// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "compare/rules.h"

#include <fmt/format.h>

#include <stdexcept>

// The library asserts what a file's author can break, as by "[=": it must refuse the file then, in any build.
#undef NDEBUG
namespace ftscale::compare {
[[noreturn]] static void refuse_toml() { throw std::logic_error("this is no TOML"); }
}  // namespace ftscale::compare
#define TOML_ASSERT(condition) static_cast<void>((condition) || (::ftscale::compare::refuse_toml(), true))
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "account/ledger.h"
#include "base/error.h"

namespace ftscale::compare {
namespace {

constexpr const char* kLossHint =
    "a category of the ledger (lock_wait, refcount, ...), function:NAME, lock:NAME or object:NAME, and cores, as in "
    "lock_wait=0.3";

constexpr const char* kTomlHint = "the file is TOML: https://toml.io";

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw base::Error(message, hint, base::ExitCode::Usage);
}

/// The whole text as a number, or nothing.
std::optional<double> number_of(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

bool is_known(const std::string& name) {
    for (const std::string_view kind : {"function:", "lock:", "object:"})
        if (name.rfind(kind, 0) == 0) return name.size() > kind.size();
    return std::any_of(account::kAllCategories.begin(), account::kAllCategories.end(),
                       [&](account::Category category) { return name == account::category_name(category); });
}

LossRule checked_loss_rule(const std::string& name, std::optional<double> cores, const std::string& where) {
    if (!is_known(name)) refuse(fmt::format("{}: nothing is called '{}'", where, name), kLossHint);
    if (!cores || *cores < 0) refuse(fmt::format("{}: cores are a number, 0 or more", where), kLossHint);
    return {name, *cores};
}

std::pair<int, double> checked_speedup_rule(std::string_view threads, std::optional<double> speedup,
                                            const std::string& where) {
    const std::optional<double> count = number_of(threads);
    if (!count || *count < 1 || *count > 4096 || *count != std::floor(*count) || !speedup || *speedup <= 0)
        refuse(fmt::format("{}: not a thread count and a speed-up", where), "as in 4=3.0");
    return {static_cast<int>(*count), *speedup};
}

/// Takes the known keys out of a table of the file, and refuses what is left.
class FileReader {
  public:
    FileReader(const std::string& path, Rules& rules) : path_(path), rules_(rules) {}

    void read(const toml::table& file) {
        for (const auto& [key, node] : file) {
            if (key.str() != "check") refuse_key(key, "the file has one table, [check]");
            read_check(table_of(key, node));
        }
    }

  private:
    std::string where(const toml::key& key) const {
        return fmt::format("{}:{}: {}", path_, key.source().begin.line, key.str());
    }
    [[noreturn]] void refuse_key(const toml::key& key, const std::string& hint) const {
        refuse(fmt::format("{}: no such key", where(key)), hint);
    }
    const toml::table& table_of(const toml::key& key, const toml::node& node) const {
        if (!node.is_table()) refuse(fmt::format("{}: this must be a table", where(key)), "as in [check]");
        return *node.as_table();
    }
    void read_check(const toml::table& check) {
        for (const auto& [key, node] : check) {
            if (key.str() == "max-regression")
                rules_.max_regression = parse_share(text_of(key, node), where(key));
            else if (key.str() == "inconclusive")
                read_inconclusive(key, node);
            else if (key.str() == "min-speedup")
                for (const auto& [threads, speedup] : table_of(key, node))
                    rules_.min_speedup.insert(
                        checked_speedup_rule(threads.str(), speedup.value<double>(), where(threads)));
            else if (key.str() == "max-loss")
                for (const auto& [name, cores] : table_of(key, node))
                    rules_.max_loss.push_back(
                        checked_loss_rule(std::string(name.str()), cores.value<double>(), where(name)));
            else
                refuse_key(key, "there are max-regression, inconclusive, min-speedup and max-loss");
        }
    }
    void read_inconclusive(const toml::key& key, const toml::node& node) {
        const std::string text = text_of(key, node);
        if (text != "pass" && text != "fail")
            refuse(fmt::format("{}: '{}' is neither pass nor fail", where(key), text), "leave it out for exit code 4");
        rules_.inconclusive_passes = text == "pass";
    }
    /// Of a number, too.
    std::string text_of(const toml::key& key, const toml::node& node) const {
        if (const auto text = node.value<std::string>()) return *text;
        if (const auto value = node.value<double>()) return fmt::format("{}", *value);
        refuse(fmt::format("{}: this must be a text or a number", where(key)), "as in max-regression = \"5%\"");
    }

    const std::string& path_;
    Rules& rules_;
};

/// The part before the last '=', and the number behind it.
std::pair<std::string, std::optional<double>> split_rule(const std::string& text) {
    const std::size_t at = text.rfind('=');
    if (at == std::string::npos) return {text, std::nullopt};
    return {text.substr(0, at), number_of(std::string_view(text).substr(at + 1))};
}

}  // namespace

double parse_share(const std::string& text, const std::string& where) {
    const bool is_percent = text.ends_with('%');
    const std::optional<double> value = number_of(std::string_view(text).substr(0, text.size() - (is_percent ? 1 : 0)));
    const double share = value.value_or(-1) / (is_percent ? 100 : 1);
    if (share < 0 || share >= 1)
        refuse(fmt::format("{}: '{}' is no share from 0 to less than 1", where, text), "as in 5% or 0.05");
    return share;
}

std::pair<int, double> parse_speedup_rule(const std::string& text, const std::string& where) {
    const auto [threads, speedup] = split_rule(text);
    return checked_speedup_rule(threads, speedup, fmt::format("{}: '{}'", where, text));
}

LossRule parse_loss_rule(const std::string& text, const std::string& where) {
    const auto [name, cores] = split_rule(text);
    return checked_loss_rule(name, cores, fmt::format("{}: '{}'", where, text));
}

Rules parse_rules(const std::string& text, const std::string& path) {
    Rules rules;
    try {
        FileReader(path, rules).read(toml::parse(text, path));
    } catch (const toml::parse_error& error) {
        refuse(fmt::format("{}:{}: {}", path, error.source().begin.line, error.description()), kTomlHint);
    } catch (const std::logic_error& error) {
        refuse(fmt::format("{}: {}", path, error.what()), kTomlHint);
    }
    return rules;
}

Rules merge_rules(Rules first, const Rules& second) {
    if (!first.max_regression) first.max_regression = second.max_regression;
    if (!first.inconclusive_passes) first.inconclusive_passes = second.inconclusive_passes;
    first.min_speedup.insert(second.min_speedup.begin(), second.min_speedup.end());
    for (const LossRule& rule : second.max_loss)
        if (std::none_of(first.max_loss.begin(), first.max_loss.end(),
                         [&](const LossRule& known) { return known.name == rule.name; }))
            first.max_loss.push_back(rule);
    return first;
}

}  // namespace ftscale::compare
