// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "recording/dump.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <unordered_map>

#include "base/characters.h"
#include "recording/address_map.h"
#include "recording/reader.h"

namespace ftscale::recording {
namespace {

const char* wait_name(std::uint16_t kind) {
    using format::WaitKind;
    switch (static_cast<WaitKind>(kind)) {
        case WaitKind::SemWait:
            return "sem_wait";
        case WaitKind::SemTimedWait:
            return "sem_timedwait";
        case WaitKind::MutexLock:
            return "mutex";
        case WaitKind::RwlockRead:
            return "rwlock_read";
        case WaitKind::RwlockWrite:
            return "rwlock_write";
        case WaitKind::CondWait:
            return "condition";
        case WaitKind::CondTimedWait:
            return "condition_timed";
        case WaitKind::ThreadJoin:
            return "thread_join";
        case WaitKind::BarrierWait:
            return "barrier";
        case WaitKind::Futex:
            return "futex";
        case WaitKind::Read:
            return "read";
        case WaitKind::Write:
            return "write";
        case WaitKind::Poll:
            return "poll";
        case WaitKind::Accept:
            return "accept";
        case WaitKind::Connect:
            return "connect";
        case WaitKind::ProcessWait:
            return "process_wait";
        case WaitKind::FileSync:
            return "file_sync";
        case WaitKind::FileLock:
            return "file_lock";
        case WaitKind::Sleep:
            return "sleep";
    }
    return "unknown";
}

const char* event_name(std::uint32_t event) {
    switch (static_cast<format::Event>(event)) {
        case format::Event::ScriptBegin:
            return "script_begin";
        case format::Event::ScriptEnd:
            return "script_end";
        case format::Event::Exit:
            return "exit";
        case format::Event::Fork:
            return "fork";
        case format::Event::Refused:
            return "refused";
        case format::Event::DescriptorsClosed:
            return "descriptors_closed";
        case format::Event::Exec:
            return "exec";
    }
    return "unknown";
}

std::string run_delay_text(std::uint64_t ns) {
    return ns == format::kUnknownNs ? "unknown" : fmt::format("{:.6f}", static_cast<double>(ns) * 1e-9);
}

/// As they stand in the stream: times and counts of each group.
std::string counter_text(Words words) { return fmt::format("{}", fmt::join(words, ",")); }

double seconds(std::uint64_t ns) { return static_cast<double>(ns) * 1e-9; }

/// Bytes of the well-formed UTF-8 character that `text` begins with (Unicode, table 3-7); 0: it begins with none.
std::size_t character_bytes(std::string_view text) {
    const auto byte = [&text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto continues = [&byte](std::size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool second = continues(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf);
        return second && continues(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool second = continues(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf);
        return second && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

/// Of one whole character of UTF-8.
char32_t code_point(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    if (character.size() == 1) return first;
    constexpr unsigned char kPayload[] = {0, 0, 0x1f, 0x0f, 0x07};
    char32_t code = first & kPayload[character.size()];
    for (const char c : character.substr(1)) code = (code << 6) | (static_cast<unsigned char>(c) & 0x3f);
    return code;
}

/// What could be misunderstood, as Python would write it.
std::string escaped(std::string_view character) {
    const char32_t code = code_point(character);
    if (code == '\n') return "\\n";
    if (code == '\r') return "\\r";
    if (code == '\t') return "\\t";
    const auto number = static_cast<std::uint32_t>(code);
    if (code <= 0xff) return fmt::format("\\x{:02x}", number);
    return code <= 0xffff ? fmt::format("\\u{:04x}", number) : fmt::format("\\U{:08x}", number);
}

/// Names are the script's, or were read from memory that had changed: a line break in one must not break the line, a
/// terminal must not act on it, a runner of GitHub must not take it for a command, and the whole stays UTF-8.
std::string printable(std::string_view text) {
    std::string line;
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        const std::string_view character = text.substr(0, std::max<std::size_t>(bytes, 1));
        const bool begins_command = character == "[" && line.ends_with("##");
        if (bytes == 0)
            line += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        else if (base::is_deceptive(code_point(character)) || begins_command)
            line += escaped(character);
        else
            line += character;
        text.remove_prefix(character.size());
    }
    return line;
}

/// Prints one stream.
class Dumper : public StreamVisitor {
  public:
    Dumper(std::ostream& out, const DumpOptions& options, const Manifest& manifest, std::uint64_t origin_ns)
        : out_(out), options_(options), manifest_(manifest), origin_ns_(origin_ns) {}

    void on_thread(std::uint32_t ordinal) override {
        codes_ = &codes_by_thread_[ordinal];
        fmt::print(out_, "  thread {}\n", ordinal);
    }
    void on_process_begin(std::uint64_t time_ns, const format::ProcessBegin& r, std::string_view path) override {
        executable_ = path;
        line(time_ns, "process_begin",
             fmt::format("pid={} parent={} python={:#010x} sampler={} period_ns={} executable={}", r.pid, r.parent_pid,
                         r.python_version, r.sampler, r.period_ns, path));
    }
    void on_thread_begin(std::uint64_t time_ns, const format::ThreadBegin& r, std::string_view name) override {
        line(time_ns, "thread_begin", fmt::format("tid={} name={}", r.tid, name));
    }
    void on_thread_name(std::uint64_t time_ns, std::string_view name) override { line(time_ns, "thread_name", name); }
    void on_thread_stat(std::uint64_t time_ns, const format::ThreadStat& r) override {
        std::string dropped;
        for (std::size_t i = 0; i < std::size(format::kDropReasonNames); ++i)
            dropped += fmt::format(" dropped_{}={}", format::kDropReasonNames[i], r.dropped[i]);
        line(time_ns, "thread_stat",
             fmt::format(
                 "cpu={:.6f} run_delay={} probe={:.6f} samples={} truncated_stacks={} switches={}+{} faults={}+{}{}",
                 seconds(r.cpu_ns), run_delay_text(r.run_delay_ns), seconds(r.probe_ns), r.samples, r.truncated_stacks,
                 r.voluntary_switches, r.involuntary_switches, r.minor_faults, r.major_faults, dropped));
    }
    void on_thread_end(std::uint64_t time_ns) override { line(time_ns, "thread_end", ""); }
    void on_module(std::uint64_t time_ns, const format::Module& r, std::string_view path) override {
        addresses_.add(r, std::string(path));
        line(time_ns, "module",
             fmt::format("{:#x}-{:#x} base={:#x} {}", r.begin, r.end, r.base, path.empty() ? executable_ : path));
    }
    void on_code(std::uint64_t time_ns, const format::Code& r, const CodeTexts& texts) override {
        (*codes_)[r.id] = {std::string(texts.name), std::string(texts.qualname), std::string(texts.filename),
                           std::string(texts.linetable), r.first_line};
        line(time_ns, "code", fmt::format("id={} {} ({}:{})", r.id, texts.qualname, texts.filename, r.first_line));
    }
    void on_type(std::uint64_t time_ns, const format::Type& r, std::string_view name) override {
        line(time_ns, "type", fmt::format("{:#x} {}", r.address, name));
    }
    void on_object(std::uint64_t time_ns, const format::Object& r, std::string_view name) override {
        line(time_ns, "object", fmt::format("{:#x} type={:#x} {}", r.address, r.type, name));
    }
    void on_sample(std::uint64_t time_ns, const format::Sample& r, const SampleParts& parts,
                   const StackView& stack) override {
        std::string found;
        for (const format::SampleObject& object : parts.objects)
            found += fmt::format(" object={:#x}/{:#x}", object.address, object.type);
        if (!parts.counters.empty()) found += " counters=" + counter_text(parts.counters);
        line(time_ns, "sample",
             fmt::format("cpu={:.6f} run_delay={} pc={:#x} kernel={}/{}{}", seconds(r.cpu_ns),
                         run_delay_text(r.run_delay_ns), r.pc, r.kernel_ticks, r.ticks, found));
        print_stack(stack, r.pc);
    }
    void on_wait_begin(std::uint64_t time_ns, const format::WaitBegin& r, const StackView& stack) override {
        line(time_ns, "wait_begin",
             fmt::format("kind={} address={:#x} lock={:#x} object={:#x} type={:#x} entered={}{}", wait_name(r.kind),
                         r.address, r.lock_address, r.object, r.object_type,
                         r.entered_ns == 0 ? "unknown" : fmt::format("{:.6f}", since_start(r.entered_ns)),
                         (r.flags & format::kOnOwnStack) != 0 ? " own_stack" : ""));
        print_stack(stack, 0);
    }
    void on_wait_end(std::uint64_t time_ns, const format::WaitEnd& r) override {
        line(time_ns, "wait_end", fmt::format("error={} handed_off={}", r.error, r.handed_off));
    }
    void on_wake(std::uint64_t time_ns, const format::Wake& r, const StackView& stack) override {
        line(time_ns, "wake",
             fmt::format("kind={} address={:#x} lock={:#x} woken={}{}", wait_name(r.kind), r.address, r.lock_address,
                         r.woken, (r.flags & format::kByReader) != 0 ? " by_reader" : ""));
        print_stack(stack, 0);
    }
    void on_spin_begin(std::uint64_t time_ns, const format::SpinBegin& r, const StackView& stack) override {
        line(time_ns, "spin_begin", fmt::format("caller={:#x}", r.caller));
        print_stack(stack, 0);
    }
    void on_spin_end(std::uint64_t time_ns, const format::SpinEnd& r) override {
        line(time_ns, "spin_end", fmt::format("yields={}", r.yields));
    }
    void on_gc_begin(std::uint64_t time_ns, const format::GcBegin& r, const StackView& stack) override {
        line(time_ns, "gc_begin", fmt::format("generation={}", r.generation));
        print_stack(stack, 0);
    }
    void on_gc_end(std::uint64_t time_ns, const format::GcEnd& r) override {
        line(time_ns, "gc_end", fmt::format("collected={}", r.collected));
    }
    void on_gil_module(std::uint64_t time_ns, std::string_view name) override { line(time_ns, "gil_module", name); }
    void on_counter(std::uint64_t time_ns, const format::Counter& r, std::string_view name) override {
        line(time_ns, "counter",
             fmt::format("index={} group={} {}{}", r.index, r.group, name,
                         (r.flags & format::kUserOnly) != 0 ? " user_only" : ""));
    }
    void on_counter_reading(std::uint64_t time_ns, Words words) override {
        line(time_ns, "counter_reading", counter_text(words));
    }
    void on_region(std::uint64_t time_ns, bool begins, std::string_view name) override {
        line(time_ns, begins ? "region_begin" : "region_end", name);
    }
    void on_thinning(std::uint64_t time_ns, const format::Thinning& r) override {
        line(time_ns, "thinning",
             fmt::format("sample_level={} event_level={} from={:.6f} window={:.6f} limit={}", r.sample_level,
                         r.event_level, since_start(r.from_ns), seconds(r.window_ns), r.limit_bytes));
    }
    void on_process_event(std::uint64_t time_ns, const format::ProcessEvent& r) override {
        line(time_ns, "process_event", fmt::format("{} value={}", event_name(r.event), r.value));
    }
    void on_process_stat(std::uint64_t time_ns, const format::ProcessStat& r) override {
        line(time_ns, "process_stat",
             fmt::format("children_cpu={:.6f} forks_unrecorded={}", seconds(r.children_cpu_ns), r.forks_unrecorded));
    }
    void on_thread_sampler(std::uint64_t time_ns, const format::ThreadSampler& r) override {
        line(time_ns, "thread_sampler", fmt::format("sampler={} flags={}", r.sampler, r.flags));
    }
    void on_gap(std::uint64_t records, std::uint32_t error) override {
        unplaced_line("gap", fmt::format("records={} error={}", records, error));
    }
    void on_chunkless(const ChunklessLoss& loss) override {
        fmt::print(out_, "  threads without a chunk\n");
        unplaced_line("chunkless",
                      fmt::format("threads={} records={} error={}", loss.threads, loss.records, loss.error));
    }

  private:
    struct Code {
        std::string name, qualname, filename, linetable;
        std::uint32_t first_line;
    };

    double since_start(std::uint64_t time_ns) const {
        return (static_cast<double>(time_ns) - static_cast<double>(origin_ns_)) * 1e-9;
    }
    void line(std::uint64_t time_ns, const char* what, std::string_view fields) {
        is_shown_ = options_.records.empty() || options_.records.contains(what);
        if (is_shown_)
            fmt::print(out_, "    {:12.6f} {}{}{}\n", since_start(time_ns), what, fields.empty() ? "" : " ",
                       printable(fields));
    }
    /// Of what nobody knows the time.
    void unplaced_line(const char* what, std::string_view fields) {
        if (options_.records.empty() || options_.records.contains(what))
            fmt::print(out_, "    {:>12} {} {}\n", "", what, fields);
    }
    void print_stack(const StackView& stack, std::uint64_t exact_pc) {
        if (!is_shown_) return;
        bool innermost = true;
        for (const std::uint64_t word : stack.words) {
            const bool python = format::is_python_frame(word);
            const bool exact = !python && innermost && word == exact_pc;
            if (!python) innermost = false;
            fmt::print(out_, "                   {}\n",
                       printable(name(python ? python_frame(word) : native_frame(word, exact))));
        }
        if ((stack.flags & format::kNativeTruncated) != 0)
            fmt::print(out_, "                   [native frames end early]\n");
        if ((stack.flags & format::kPythonTruncated) != 0)
            fmt::print(out_, "                   [Python frames end early]\n");
    }
    DumpFrame python_frame(std::uint64_t word) const {
        DumpFrame frame;
        frame.python = true;
        frame.instruction_offset = format::frame_instruction_offset(word);
        const auto code = codes_->find(format::frame_code_id(word));
        if (code == codes_->end()) return frame;
        frame.code = {code->second.name, code->second.qualname, code->second.filename, code->second.linetable};
        frame.first_line = code->second.first_line;
        return frame;
    }
    DumpFrame native_frame(std::uint64_t word, bool exact) const {
        DumpFrame frame;
        frame.address = lookup_address(word, exact);
        const auto place = addresses_.find(frame.address);
        if (!place) return frame;
        frame.module = place->path->empty() ? executable_ : *place->path;
        frame.address = place->address;
        return frame;
    }
    std::string name(const DumpFrame& frame) const {
        if (options_.name_frame) return options_.name_frame(manifest_, frame);
        if (frame.python)
            return fmt::format("{} ({}:{}+{})", frame.code.qualname, frame.code.filename, frame.first_line,
                               frame.instruction_offset);
        return fmt::format("[{}+{:#x}]", frame.module, frame.address);
    }

    std::ostream& out_;
    const DumpOptions& options_;
    const Manifest& manifest_;
    std::uint64_t origin_ns_;
    bool is_shown_ = true;  // the latest record
    std::string executable_;
    AddressMap addresses_;
    std::unordered_map<std::uint32_t, std::unordered_map<std::uint32_t, Code>> codes_by_thread_;
    std::unordered_map<std::uint32_t, Code>* codes_ = nullptr;  // of the thread whose turn it is
};

const Run* find_run(const Manifest& manifest, int id) {
    const auto found =
        std::find_if(manifest.runs.begin(), manifest.runs.end(), [id](const Run& run) { return run.id == id; });
    return found != manifest.runs.end() ? &*found : nullptr;
}

}  // namespace

void dump(const std::filesystem::path& path, std::ostream& out, const DumpOptions& options) {
    Manifest manifest;
    SourceReader reader;
    reader.on_manifest = [&](const Manifest& read) {
        manifest = read;
        fmt::print(out, "manifest\n{}\n", to_json(manifest));
    };
    reader.on_warning = [&](const std::string& warning) { fmt::print(out, "warning: {}\n", warning); };
    reader.on_stream = [&](const StreamSource& source) {
        if (options.run && *options.run != source.run) return;
        const Run* run = find_run(manifest, source.run);
        fmt::print(out, "run {} threads={} process {}{}\n", source.run, run != nullptr ? run->threads : 0, source.pid,
                   source.number > 1 ? fmt::format(" stream {}", source.number) : "");
        Dumper dumper(out, options, manifest, run != nullptr ? run->started_ns : 0);
        for (const std::string& warning : read_stream(source.bytes, dumper))
            fmt::print(out, "warning: {}: {}\n", source.name, warning);
    };
    read_sources(path, reader);
}

}  // namespace ftscale::recording
