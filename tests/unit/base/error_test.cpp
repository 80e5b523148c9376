// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "base/error.h"

#include "support/catch.h"

using namespace ftscale::base;

TEST_CASE("an error carries what happened, what to do and how to exit") {
    try {
        throw Error("cannot read 'x'", "check the path", ExitCode::Usage);
    } catch (const std::exception& error) {
        CHECK(std::string(error.what()) == "cannot read 'x'");
        const auto& ours = dynamic_cast<const Error&>(error);
        CHECK(ours.hint() == "check the path");
        CHECK(ours.code() == ExitCode::Usage);
    }
    CHECK(Error("no").code() == ExitCode::Failed);
    CHECK(Error("no").hint().empty());
}
