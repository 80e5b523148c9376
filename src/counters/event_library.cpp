// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "counters/event_library.h"

#include <fmt/format.h>
// Before libpfm4's, which declares the same again otherwise.
#include <linux/perf_event.h>
#include <perfmon/pfmlib_perf_event.h>
#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "base/error.h"

namespace ftscale::counters {
namespace {

template <typename Info>
Info empty_info() {
    Info info{};
    info.size = sizeof(info);
    return info;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

Pmu::Kind kind_of(pfm_pmu_type_t type) {
    if (type == PFM_PMU_TYPE_CORE) return Pmu::Kind::Core;
    return type == PFM_PMU_TYPE_OS_GENERIC ? Pmu::Kind::Kernel : Pmu::Kind::Other;
}

std::vector<Pmu> read_pmus() {
    std::vector<Pmu> pmus;
    for (int id = PFM_PMU_NONE; id < PFM_PMU_MAX; ++id) {
        auto info = empty_info<pfm_pmu_info_t>();
        if (pfm_get_pmu_info(static_cast<pfm_pmu_t>(id), &info) != PFM_SUCCESS) continue;
        pmus.push_back(
            {info.name, text_or_empty(info.desc), kind_of(info.type), info.is_present != 0, info.first_event});
    }
    return pmus;
}

/// libpfm4 reads the variable when it is initialised, and only then. What we start must not see it.
void initialise_with_all_pmus() {
    constexpr const char* kVariable = "LIBPFM_ENCODE_INACTIVE";
    const char* before = std::getenv(kVariable);
    const std::optional<std::string> old = before != nullptr ? std::optional<std::string>(before) : std::nullopt;
    setenv(kVariable, "1", 1);
    const int result = pfm_initialize();
    old ? setenv(kVariable, old->c_str(), 1) : unsetenv(kVariable);
    if (result != PFM_SUCCESS) {
        throw base::Error(fmt::format("libpfm4 cannot be used: {}", pfm_strerror(result)),
                          "run with --no-counters, or install the package libpfm4 anew");
    }
}

/// Holds the library for one call.
class Library {
  public:
    Library() : lock_(mutex()) {}
    const std::vector<Pmu>& pmus() const {
        static const std::vector<Pmu> known = (initialise_with_all_pmus(), read_pmus());
        return known;
    }

  private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    std::lock_guard<std::mutex> lock_;
};

std::vector<UnitMask> read_unit_masks(const pfm_event_info_t& event) {
    std::vector<UnitMask> masks;
    for (int i = 0; i < event.nattrs; ++i) {
        auto info = empty_info<pfm_event_attr_info_t>();
        if (pfm_get_event_attr_info(event.idx, i, PFM_OS_PERF_EVENT, &info) != PFM_SUCCESS) continue;
        if (info.type == PFM_ATTR_UMASK) masks.push_back({info.name, text_or_empty(info.desc)});
    }
    return masks;
}

std::optional<LibraryEvent> read_event(int index) {
    auto info = empty_info<pfm_event_info_t>();
    if (pfm_get_event_info(index, PFM_OS_PERF_EVENT, &info) != PFM_SUCCESS) return std::nullopt;
    return LibraryEvent{info.name, text_or_empty(info.desc), text_or_empty(info.equiv), read_unit_masks(info)};
}

const Pmu* find_in(const std::vector<Pmu>& pmus, const std::string& name) {
    const auto is_it = [&](const Pmu& pmu) { return strcasecmp(pmu.name.c_str(), name.c_str()) == 0; };
    const auto found = std::find_if(pmus.begin(), pmus.end(), is_it);
    return found != pmus.end() ? &*found : nullptr;
}

/// Drops the modifiers that libpfm4 appends: "skl::X:Y:e=0:u=1" -> "skl::X:Y".
std::string without_modifiers(const std::string& name) {
    const std::size_t equals = name.find('=');
    return equals == std::string::npos ? name : name.substr(0, name.rfind(':', equals));
}

Translation::Status status_of(int result) {
    switch (result) {
        case PFM_SUCCESS:
            return Translation::Status::Ok;
        case PFM_ERR_ATTR:
        case PFM_ERR_ATTR_VAL:
        case PFM_ERR_ATTR_SET:
            return Translation::Status::UnknownAttribute;
        case PFM_ERR_UMASK:
            return Translation::Status::MissingUnitMask;
        case PFM_ERR_NOTFOUND:
        case PFM_ERR_INVAL:
            return Translation::Status::UnknownEvent;
        default:
            return Translation::Status::Unusable;
    }
}

}  // namespace

const std::vector<Pmu>& known_pmus() { return Library().pmus(); }

const Pmu* find_pmu(const std::string& name) { return find_in(known_pmus(), name); }

std::vector<LibraryEvent> events_of(const Pmu& pmu) {
    const Library library;
    library.pmus();
    std::vector<LibraryEvent> events;
    for (int index = pmu.first_event; index != -1; index = pfm_get_event_next(index)) {
        if (auto event = read_event(index)) events.push_back(std::move(*event));
    }
    return events;
}

std::optional<LibraryEvent> find_event(const std::string& name) {
    const Library library;
    library.pmus();
    const int index = pfm_find_event(name.c_str());
    return index < 0 ? std::nullopt : read_event(index);
}

Translation translate(const std::string& name) {
    const Library library;
    library.pmus();
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    char* full_name = nullptr;
    auto request = empty_info<pfm_perf_encode_arg_t>();
    request.attr = &attributes;
    request.fstr = &full_name;
    const int result = pfm_get_os_event_encoding(name.c_str(), PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &request);
    const std::unique_ptr<char, decltype(&std::free)> owned(full_name, std::free);
    Translation translation;
    translation.status = status_of(result);
    if (result != PFM_SUCCESS) {
        translation.problem = pfm_strerror(result);
        return translation;
    }
    translation.encoding = {attributes.type, attributes.config, attributes.config1, attributes.config2};
    translation.excludes_user = attributes.exclude_user != 0;
    translation.excludes_kernel = attributes.exclude_kernel != 0;
    translation.full_name = without_modifiers(text_or_empty(full_name));
    translation.pmu = translation.full_name.substr(0, translation.full_name.find("::"));
    if (auto event = read_event(request.idx)) translation.event = std::move(*event);
    return translation;
}

}  // namespace ftscale::counters
