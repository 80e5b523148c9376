// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// What the model room makes of numbers, for programs that know better: reads a JSON object a line, writes one a line.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "model/amdahl.h"
#include "model/bootstrap.h"
#include "model/comparison.h"
#include "model/ranks.h"
#include "model/usl.h"

namespace {

using namespace ftscale::model;
using Json = nlohmann::json;
using Values = std::vector<double>;

Json interval(const std::optional<Interval>& ends) { return ends ? Json{ends->first, ends->second} : Json(); }

Json predictions(const FittedLaw& law, const std::vector<int>& threads) {
    Json list = Json::array();
    for (const int n : threads)
        list.push_back({{"speedup", law.law.speedup_at(n)}, {"ci95", interval(law.speedup_ci95(n))}});
    return list;
}

Json fits(const Json& asked) {
    const ScalingCurve curve{asked.at("threads"), asked.at("repeats_s")};
    const auto amdahl = fit_amdahl(curve);
    const auto usl = fit_usl(curve);
    Json answer;
    if (const auto& fit = amdahl.fit)
        answer["amdahl"] = {{"serial_fraction", fit->serial_fraction},
                            {"ci95", interval(fit->ci95)},
                            {"predictions", predictions(fit->law, asked.at("predict"))}};
    if (const auto& fit = usl.fit)
        answer["usl"] = {{"sigma", fit->sigma},
                         {"kappa", fit->kappa},
                         {"sigma_ci95", interval(fit->sigma_ci95)},
                         {"kappa_ci95", interval(fit->kappa_ci95)},
                         {"predictions", predictions(fit->law, asked.at("predict"))}};
    return answer;
}

Json comparison(const Json& asked) {
    const auto single_s = asked.at("single_s").get<Values>(), times_s = asked.at("times_s").get<Values>();
    const auto ratio = log_speedup({single_s, times_s});
    return {{"mean", ratio->mean},
            {"standard_error", ratio->standard_error},
            {"degrees_of_freedom", ratio->degrees_of_freedom},
            {"p_below_2", ratio->p_below(2)},
            {"ci95", interval(ratio->interval(0.95))}};
}

Json answer_to(const Json& asked) {
    const std::string what = asked.at("what");
    if (what == "fits") return fits(asked);
    if (what == "comparison") return comparison(asked);
    if (what == "rank_sum") return rank_sum_p(asked.at("lower").get<Values>(), asked.at("others").get<Values>());
    if (what == "signs") return sign_p(asked.at("values").get<Values>(), asked.at("bound").get<double>());
    if (what == "holm") return holm_adjusted(asked.at("p_values").get<Values>());
    if (what == "time_ci95") return interval(time_ci95(asked.at("times_s").get<Values>()));
    return interval(speedup_ci95(asked.at("single_s").get<Values>(), asked.at("times_s").get<Values>()));
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << answer_to(Json::parse(line)).dump() << '\n';
    return 0;
}
