// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "account/sample_use.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>

#include "account/native_locks.h"
#include "account/object_layout.h"

namespace ftscale::account {
namespace {

using recording::Process;
using recording::Sample;
using recording::SampledObject;
using recording::Thread;
using symbols::AccessKind;
using symbols::MemoryAccess;

// Caches keep memory coherent in lines of this size; a header that starts a line shares it with what stands behind it.
constexpr std::uint64_t kLineBytes = 64;
// A neighbour in an object's line suffers only while the object itself is fought over: in this many samples at least.
constexpr std::uint32_t kHotSamples = 4;

// From a sample in the machinery of locks to the record of what it was doing.
constexpr std::uint64_t kHandledWithinNs = 200'000;

std::uint64_t line_of(std::uint64_t address) { return address / kLineBytes; }

/// Which threads were seen at a place: none, one, or more.
class ThreadsSeen {
  public:
    void add(std::uint32_t ordinal) {
        several_ = several_ || (count_ > 0 && ordinal != first_);
        if (count_++ == 0) first_ = ordinal;
    }
    bool several() const { return several_; }
    std::uint32_t count() const { return count_; }

  private:
    std::uint32_t first_ = 0;
    std::uint32_t count_ = 0;
    bool several_ = false;
};

/// What a sample touched, before it is known who else did.
struct Touch {
    enum class Kind : std::uint8_t { Nothing, Header, Mutex };
    Kind kind = Kind::Nothing;
    bool foreign = false;  // the object belongs to another thread: counting it takes atomic operations
    ObjectIndex object = ObjectIndex::None;
    std::uint64_t address = 0;  // of the mutex
};

class UseFinder {
  public:
    UseFinder(const Process& process, const Sites& sites, ProcessStalls& stalls)
        : process_(process), sites_(sites), stalls_(stalls), native_locks_(sites, stalls.locks) {}

    ProcessUses find() {
        std::vector<std::vector<Touch>> touches;
        for (const Thread& thread : process_.threads) touches.push_back(touches_of(thread));
        find_hot_lines();
        for (std::size_t t = 0; t < process_.threads.size(); ++t) {
            const Thread& thread = process_.threads[t];
            std::vector<SampleUse> uses(thread.samples.size());
            for (std::size_t i = 0; i < uses.size(); ++i) uses[i] = use_of(thread, thread.samples[i], touches[t][i]);
            uses_.by_thread.push_back(std::move(uses));
        }
        return std::move(uses_);
    }

  private:
    std::vector<Touch> touches_of(const Thread& thread);
    Touch touch_of(const Thread& thread, const Sample& sample);
    std::optional<Touch> touch_by(const MemoryAccess& access, std::uint64_t address, const Thread& thread,
                                  std::span<const SampledObject> objects);
    void find_hot_lines();
    SampleUse use_of(const Thread& thread, const Sample& sample, const Touch& touch);
    ObjectIndex object_in_hot_line(const Thread& thread, const Sample& sample) const;
    LockIndex lock_at(std::uint64_t address, ObjectIndex object);
    LockIndex lock_handled_near(const Thread& thread, std::uint64_t time_ns) const;

    static std::span<const SampledObject> objects_of(const Thread& thread, const Sample& sample) {
        return std::span(thread.objects).subspan(sample.first_object, sample.object_count);
    }

    static std::span<const std::uint64_t> registers_of(const Thread& thread, const Sample& sample) {
        return std::span(thread.registers).subspan(sample.first_register, sample.register_count);
    }

    const Process& process_;
    const Sites& sites_;
    ProcessStalls& stalls_;
    NativeLocks native_locks_;
    ProcessUses uses_;
    std::vector<ThreadsSeen> object_threads_;                       // by object
    std::unordered_map<std::uint64_t, ThreadsSeen> mutex_threads_;  // by address
    std::unordered_map<std::uint64_t, ObjectIndex> hot_lines_;      // by line
};

std::vector<Touch> UseFinder::touches_of(const Thread& thread) {
    std::vector<Touch> touches;
    touches.reserve(thread.samples.size());
    for (const Sample& sample : thread.samples) {
        native_locks_.note(thread.ordinal, sample.stack);
        const Touch touch = touch_of(thread, sample);
        if (touch.kind == Touch::Kind::Mutex) mutex_threads_[touch.address].add(thread.ordinal);
        if (touch.kind == Touch::Kind::Header) {
            object_threads_.resize(uses_.objects.size());
            object_threads_[static_cast<std::size_t>(touch.object)].add(thread.ordinal);
        }
        touches.push_back(touch);
    }
    return touches;
}

/// The nearest access that went to an object's header or to a mutex.
Touch UseFinder::touch_of(const Thread& thread, const Sample& sample) {
    if (sample.object_count == 0) return {};
    const auto objects = objects_of(thread, sample);
    const auto registers = registers_of(thread, sample);
    for (const MemoryAccess& access : sites_.accesses_around(sample.pc)) {
        const auto address = access.address(registers);
        if (!address) continue;
        if (const auto touch = touch_by(access, *address, thread, objects)) return *touch;
    }
    return {};
}

std::optional<Touch> UseFinder::touch_by(const MemoryAccess& access, std::uint64_t address, const Thread& thread,
                                         std::span<const SampledObject> objects) {
    const auto holds = [address](const SampledObject& object) {
        return address >= object.address && address - object.address < kObjectHeaderBytes;
    };
    const auto found = std::find_if(objects.begin(), objects.end(), holds);
    // The collector's bits stand in a byte beside the mutex.
    const bool is_mutex = access.kind == AccessKind::Atomic && access.bytes == 1 &&
                          (found == objects.end() || address == found->address + kObjectMutexOffset);
    if (found == objects.end() && !(is_mutex && stalls_.lock_at.contains(address))) return std::nullopt;
    Touch touch;
    touch.kind = is_mutex ? Touch::Kind::Mutex : Touch::Kind::Header;
    touch.address = address;
    if (found == objects.end()) return touch;  // the mutex of no object
    touch.object = uses_.objects.intern(found->address, found->type);
    // Without an owner it may be on its way out, in the thread that was the last to use it.
    touch.foreign = found->owner != 0 && found->owner != thread.pthread;
    return touch;
}

void UseFinder::find_hot_lines() {
    object_threads_.resize(uses_.objects.size());
    for (std::size_t i = 0; i < object_threads_.size(); ++i) {
        if (!object_threads_[i].several() || object_threads_[i].count() < kHotSamples) continue;
        hot_lines_.emplace(line_of(uses_.objects.entry(static_cast<ObjectIndex>(i)).address),
                           static_cast<ObjectIndex>(i));
    }
}

SampleUse UseFinder::use_of(const Thread& thread, const Sample& sample, const Touch& touch) {
    if (const LockIndex lock = native_locks_.lock_at(sample.stack); lock != LockIndex::None)
        return {Category::Spin, ObjectIndex::None, lock};
    if (touch.kind == Touch::Kind::Mutex) {
        if (!mutex_threads_[touch.address].several()) return {};
        return {Category::Spin, ObjectIndex::None, lock_at(touch.address, touch.object)};
    }
    if (touch.kind == Touch::Kind::Header) {
        const bool shared = touch.foreign || object_threads_[static_cast<std::size_t>(touch.object)].several();
        if (shared) return {Category::Refcount, touch.object, LockIndex::None};
    }
    if (const ObjectIndex neighbour = object_in_hot_line(thread, sample); neighbour != ObjectIndex::None)
        return {Category::Refcount, neighbour, LockIndex::None};
    // Queueing for a contended lock and waking who waits for it are the lock's cost, like yielding.
    if (sites_.traits(sample.stack).has(FrameRole::ParkingLot))
        if (const LockIndex lock = lock_handled_near(thread, sample.time_ns); lock != LockIndex::None)
            return {Category::Spin, ObjectIndex::None, lock};
    return {};
}

/// The lock of the wake or wait nearest in time.
LockIndex UseFinder::lock_handled_near(const Thread& thread, std::uint64_t time_ns) const {
    std::uint64_t nearest_ns = kHandledWithinNs;
    std::uint64_t lock_address = 0;
    const auto look_at = [&](std::uint64_t at_ns, std::uint64_t address) {
        const std::uint64_t apart_ns = at_ns > time_ns ? at_ns - time_ns : time_ns - at_ns;
        if (address == 0 || apart_ns >= nearest_ns) return;
        nearest_ns = apart_ns;
        lock_address = address;
    };
    const auto wake = std::lower_bound(thread.wakes.begin(), thread.wakes.end(), time_ns,
                                       [](const recording::Wake& w, std::uint64_t time) { return w.time_ns < time; });
    if (wake != thread.wakes.end()) look_at(wake->time_ns, wake->lock_address);
    if (wake != thread.wakes.begin()) look_at(std::prev(wake)->time_ns, std::prev(wake)->lock_address);
    const auto wait = std::lower_bound(thread.waits.begin(), thread.waits.end(), time_ns,
                                       [](const recording::Wait& w, std::uint64_t time) { return w.begin_ns < time; });
    if (wait != thread.waits.end()) look_at(wait->begin_ns, wait->lock_address);
    if (wait != thread.waits.begin())
        look_at(std::prev(wait)->end_ns.value_or(std::prev(wait)->begin_ns), std::prev(wait)->lock_address);
    const auto found = stalls_.lock_at.find(lock_address);
    return found == stalls_.lock_at.end() ? LockIndex::None : found->second;
}

/// Memory that is not counted itself, but stands in the same cache line as an object that is.
ObjectIndex UseFinder::object_in_hot_line(const Thread& thread, const Sample& sample) const {
    if (sample.object_count == 0 || hot_lines_.empty()) return ObjectIndex::None;
    const auto registers = registers_of(thread, sample);
    for (const MemoryAccess& access : sites_.accesses_around(sample.pc)) {
        const auto address = access.address(registers);
        const auto found = address ? hot_lines_.find(line_of(*address)) : hot_lines_.end();
        if (found != hot_lines_.end()) return found->second;
    }
    return ObjectIndex::None;
}

LockIndex UseFinder::lock_at(std::uint64_t address, ObjectIndex object) {
    if (const auto seen = stalls_.lock_at.find(address);
        seen != stalls_.lock_at.end() && seen->second != LockIndex::None)
        return seen->second;
    if (object == ObjectIndex::None) return LockIndex::None;
    const ObjectTable::Entry& entry = uses_.objects.entry(object);
    if (address != entry.address + kObjectMutexOffset) return LockIndex::None;
    const LockIndex lock = stalls_.locks.intern({LockKind::Object, LockLabel::None, entry.type, address});
    stalls_.lock_at[address] = lock;
    return lock;
}

}  // namespace

ObjectIndex ObjectTable::intern(std::uint64_t address, recording::TypeId type) {
    const auto [found, added] = indexes_.emplace(std::pair(address, type), static_cast<ObjectIndex>(entries_.size()));
    if (added) entries_.push_back({address, type});
    return found->second;
}

ProcessUses find_uses(const Process& process, const Sites& sites, ProcessStalls& stalls) {
    return UseFinder(process, sites, stalls).find();
}

}  // namespace ftscale::account
