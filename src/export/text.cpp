// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "export/text.h"

#include <nlohmann/json.hpp>

namespace ftscale::exports {

using nlohmann::json;

std::string valid_utf8(const std::string& text) { return json::parse(json_string(text)).get<std::string>(); }

std::string json_string(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace ftscale::exports
