// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "launch/executor.h"

namespace ftscale::launch {

/// Runs nothing: what happens is what the test says happens.
class MockExecutor : public Executor {
  public:
    explicit MockExecutor(std::function<Execution(std::size_t)> script) : script_(std::move(script)) {}

    Execution execute(const Command& command) override {
        commands.push_back(command);
        return script_(commands.size() - 1);
    }
    bool is_interrupted() override { return interrupt_before == commands.size(); }

    std::vector<Command> commands;
    std::size_t interrupt_before = static_cast<std::size_t>(-1);

  private:
    std::function<Execution(std::size_t)> script_;
};

}  // namespace ftscale::launch
