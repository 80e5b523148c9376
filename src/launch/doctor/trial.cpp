// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "launch/doctor/trial.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/error.h"
#include "launch/sweep.h"
#include "recording/reader.h"

namespace ftscale::launch {
namespace {

namespace fs = std::filesystem;

// CPU time, so that a busy machine takes longer and samples as often. Objects are at hand for samples to see.
constexpr const char* kScript = R"(
import time
values = list(range(1000))
end = time.thread_time() + 0.1
while time.thread_time() < end:
    sum(values)
)";
constexpr std::chrono::seconds kTimeout{30};

/// Gone with the object.
class Folder {
  public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "ftscale-doctor.XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr)
            throw base::Error(fmt::format("cannot make a folder '{}': {}", name, std::strerror(errno)),
                              "name a folder that can be written to in TMPDIR");
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

Command trial_command(const std::string& interpreter, const ProbeOrders& orders, const Variables& variables) {
    Target target;
    target.kind = Target::Kind::Code;
    target.program = kScript;
    Command command;
    command.arguments = target_command(interpreter, target, 1);
    command.environment = target_environment(variables, 1, {}, orders).to_strings();
    command.timeout = kTimeout;
    return command;
}

recording::Recording load_run(const fs::path& folder, const recording::Run& run) {
    recording::Manifest manifest;
    manifest.runs.push_back(run);
    std::ofstream(folder / "manifest.json") << recording::to_json(manifest);
    return recording::load(folder);
}

std::size_t dropped(const format::ThreadStat& stat, format::DropReason reason) {
    return stat.dropped[static_cast<std::size_t>(reason)];
}

void judge(const recording::Recording& recording, Trial& trial) {
    const recording::Process& process = recording.runs.front().processes.front();
    trial.sampler = process.sampler;
    trial.facts = process.facts;
    trial.refusal = process.refusal;
    trial.gil_on = process.gil_at_start.value_or(0) > 0;
    for (const recording::Thread& thread : process.threads) {
        trial.samples += thread.samples.size();
        if (!thread.stat) continue;
        trial.has_run_delay = thread.stat->run_delay_ns != format::kUnknownNs;
        trial.dropped_objects += dropped(*thread.stat, format::DropReason::Objects);
        trial.dropped_counters += dropped(*thread.stat, format::DropReason::Counters);
    }
    for (const recording::ModuleFile& module : recording.modules) trial.modules.push_back(module.path);
}

}  // namespace

Trial make_trial(const std::string& interpreter, ProbeOrders orders, const Variables& variables, Executor& executor) {
    const Folder folder;
    const fs::path run_folder = folder.path() / "run-0";
    fs::create_directory(run_folder);
    orders.directory = run_folder.string();
    recording::Run run;
    note_execution(run, executor.execute(trial_command(interpreter, orders, variables)));
    Trial trial;
    if (!succeeded(run)) {
        trial.failure = fmt::format("a trial run did not end well: {}", describe_outcome(run));
        return trial;
    }
    const recording::Recording recording = load_run(folder.path(), run);
    if (recording.runs.empty())
        trial.failure = "the probe left nothing behind: it was not loaded";
    else
        judge(recording, trial);
    return trial;
}

}  // namespace ftscale::launch
