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

    std::vector<Execution> execute_together(const std::vector<Command>& at_once) override {
        together.push_back(at_once.size());
        std::vector<Execution> executions;
        for (const Command& command : at_once) {
            commands.push_back(command);
            executions.push_back(script_(commands.size() - 1));
        }
        return executions;
    }
    bool is_interrupted() override { return interrupt_before == commands.size(); }

    std::vector<Command> commands;
    std::vector<std::size_t> together;  // how many at a time
    std::size_t interrupt_before = static_cast<std::size_t>(-1);

  private:
    std::function<Execution(std::size_t)> script_;
};

}  // namespace ftscale::launch
