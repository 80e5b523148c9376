// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "recording/address_map.h"
#include "recording/recording.h"
#include "recording/stream_reader.h"

namespace ftscale::recording {

/// What all streams of a recording have in common: frames, stacks, code objects, modules and types, each stored once.
class SharedTables {
  public:
    explicit SharedTables(Recording& recording) : recording_(recording) {}

    CodeId code(CodeObject code);
    ModuleId module(const std::string& path);
    TypeId type(const std::string& name);
    StackTable& stacks() { return recording_.stacks; }

  private:
    Recording& recording_;
    std::unordered_multimap<std::size_t, CodeId> codes_;  // by hash of the content
    std::unordered_map<std::string, ModuleId> modules_;
    std::unordered_map<std::string, TypeId> types_;
};

/// Applies a stream's records to a Process.
class TraceBuilder : public StreamVisitor {
  public:
    TraceBuilder(SharedTables& tables, Process& process) : tables_(tables), process_(process) {}

    /// Call once, behind the stream: sorts, and closes what was left open.
    void finish();

    void on_thread(std::uint32_t ordinal) override;
    void on_process_begin(std::uint64_t time_ns, const format::ProcessBegin& record, std::string_view path) override;
    void on_thread_begin(std::uint64_t time_ns, const format::ThreadBegin& record, std::string_view name) override;
    void on_thread_name(std::uint64_t time_ns, std::string_view name) override;
    void on_thread_stat(std::uint64_t time_ns, const format::ThreadStat& record) override;
    void on_thread_end(std::uint64_t time_ns) override;
    void on_module(std::uint64_t time_ns, const format::Module& record, std::string_view path) override;
    void on_code(std::uint64_t time_ns, const format::Code& record, const CodeTexts& texts) override;
    void on_type(std::uint64_t time_ns, const format::Type& record, std::string_view name) override;
    void on_object(std::uint64_t time_ns, const format::Object& record, std::string_view name) override;
    void on_sample(std::uint64_t time_ns, const format::Sample& record, const SampleParts& parts,
                   const StackView& stack) override;
    void on_counter(std::uint64_t time_ns, const format::Counter& record, std::string_view name) override;
    void on_counter_reading(std::uint64_t time_ns, Words words) override;
    void on_wait_begin(std::uint64_t time_ns, const format::WaitBegin& record, const StackView& stack) override;
    void on_wait_end(std::uint64_t time_ns, const format::WaitEnd& record) override;
    void on_wake(std::uint64_t time_ns, const format::Wake& record, const StackView& stack) override;
    void on_spin_begin(std::uint64_t time_ns, const format::SpinBegin& record, const StackView& stack) override;
    void on_spin_end(std::uint64_t time_ns, const format::SpinEnd& record) override;
    void on_gc_begin(std::uint64_t time_ns, const format::GcBegin& record, const StackView& stack) override;
    void on_gc_end(std::uint64_t time_ns, const format::GcEnd& record) override;
    void on_gil_module(std::uint64_t time_ns, std::string_view name) override;
    void on_region(std::uint64_t time_ns, bool begins, std::string_view name) override;
    void on_thinning(std::uint64_t time_ns, const format::Thinning& record) override;
    void on_process_event(std::uint64_t time_ns, const format::ProcessEvent& record) override;
    void on_process_stat(std::uint64_t time_ns, const format::ProcessStat& record) override;
    void on_thread_sampler(std::uint64_t time_ns, const format::ThreadSampler& record) override;
    void on_gap(std::uint64_t records, std::uint32_t error) override;
    void on_chunkless(const ChunklessLoss& loss) override;

  private:
    static constexpr std::size_t kNone = ~std::size_t{0};

    /// What is kept of a thread while others have their turns.
    struct Context {
        std::size_t index = 0;  // in Process::threads
        std::unordered_map<std::uint32_t, CodeId> codes;
        std::vector<StackId> path;                          // outermost first: the nodes of the previous stack's words
        std::size_t exact_depth = kNone;                    // of the word that was no return address in it
        std::unordered_map<std::uint64_t, FrameId> frames;  // word -> frame, return addresses
        std::vector<std::size_t> open_waits;                // indices of the waits not yet ended
        std::uint64_t start_routine = 0;                    // still to be found
        std::uint64_t gapless_ns = 0;  // until then nothing is missing, but for what was missing before
        std::uint64_t mappings = 0;    // TraceBuilder::mappings_ that `frames` and `path` are of
    };

    Thread& thread() { return process_.threads[context_->index]; }
    void saw(std::uint64_t time_ns);
    void saw_end(std::uint64_t time_ns);
    TypeId type_at(std::uint64_t address) const;
    void add_objects(const SampleParts& parts, Sample& sample);
    std::uint32_t add_counter_words(Words words);
    static std::size_t exact_depth(std::span<const std::uint64_t> words, std::uint64_t exact_pc);
    StackId stack_of(const StackView& stack, std::uint64_t exact_pc);
    FrameId frame_of(std::uint64_t word);
    void forget_frames();
    void find_start_routine();
    FrameId native_frame(std::uint64_t pc, bool exact);

    SharedTables& tables_;
    Process& process_;
    std::size_t counter_words_ = 0;  // of a reading
    bool has_readings_ = false;
    AddressMap addresses_;  // of the process: threads name the same objects
    std::unordered_map<std::uint64_t, TypeId> types_;
    std::uint64_t mappings_ = 0;  // rises when addresses get another meaning
    std::unordered_map<std::uint32_t, Context> contexts_;
    Context* context_ = nullptr;  // of the thread being read
};

}  // namespace ftscale::recording
