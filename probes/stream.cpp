// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stream.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ftscale::probe {

StreamFile g_stream_file;

std::uint64_t now_ns() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

namespace {

char* append(char* at, const char* text) {
    while (*text != 0) *at++ = *text++;
    *at = 0;
    return at;
}

}  // namespace

bool StreamFile::create(const char* directory, unsigned pid, std::size_t page_bytes) {
    if (page_bytes > least_chunk_bytes_) least_chunk_bytes_ = page_bytes;
    if (std::strlen(directory) + 64 > sizeof(path_)) return false;
    char digits[16];
    char* digit = digits + sizeof(digits) - 1;
    *digit = 0;
    do {
        *--digit = static_cast<char>('0' + pid % 10);
        pid /= 10;
    } while (pid != 0);
    append(append(append(append(append(path_, directory), "/"), format::kStreamFilePrefix), digit),
           format::kStreamFileSuffix);
    const int fd = open(path_, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    close(fd);
    return true;
}

void* StreamFile::map_chunk(std::size_t bytes) {
    const int saved_errno = errno;
    void* mapping = MAP_FAILED;
    const int fd = open(path_, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        const auto offset = static_cast<off_t>(__atomic_fetch_add(&next_offset_, bytes, __ATOMIC_RELAXED));
        // Reserved at once, so that a full disk shows here and not as SIGBUS in the middle of a record.
        if (posix_fallocate(fd, offset, static_cast<off_t>(bytes)) == 0)
            mapping = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
        close(fd);
    }
    errno = saved_errno;
    return mapping == MAP_FAILED ? nullptr : mapping;
}

std::byte* Stream::begin(format::RecordType type, std::uint64_t time_ns, std::size_t body_bytes, std::uint16_t flags) {
    const std::size_t bytes = (sizeof(format::RecordHeader) + body_bytes + 7) & ~std::size_t{7};
    pending_kind_ = kind_of(type);
    if (static_cast<std::size_t>(end_ - cursor_) < bytes && !grow(bytes, pending_kind_)) return nullptr;
    const format::RecordHeader header{static_cast<std::uint16_t>(type), flags, static_cast<std::uint32_t>(bytes),
                                      time_ns};
    std::memcpy(cursor_, &header, sizeof(header));
    pending_ = bytes;
    return cursor_ + sizeof(header);
}

void Stream::commit() {
    cursor_ += pending_;
    // Readers look after the process is gone; a release store keeps the compiler from moving the record's bytes behind
    // it.
    __atomic_store_n(&chunk_->committed, chunk_->committed + pending_, __ATOMIC_RELEASE);
    written_.add(pending_kind_, pending_);
    pending_ = 0;
}

bool Stream::grow(std::size_t record_bytes, RecordKind kind) {
    // Threads that live for a moment cost 16 KiB; busy ones soon map a megabyte at a time.
    constexpr std::uint32_t kDoublings = 6;
    constexpr std::size_t kBefore =
        sizeof(format::ChunkHeader) + sizeof(format::RecordHeader) + sizeof(format::Thinning);
    const std::size_t least = g_stream_file.least_chunk_bytes();
    std::size_t bytes = g_budget.chunk_bytes(least << (sequence_ < kDoublings ? sequence_ : kDoublings), least);
    while (bytes < record_bytes + kBefore) bytes *= 2;
    why_no_room_ = format::DropReason::SizeLimit;
    if (!g_budget.take(bytes, kind)) return false;
    why_no_room_ = format::DropReason::StreamFull;
    auto* memory = static_cast<std::byte*>(g_stream_file.map_chunk(bytes));
    if (memory == nullptr) return g_budget.give_back(bytes), false;
    close();
    chunk_ = reinterpret_cast<format::ChunkHeader*>(memory);
    *chunk_ = {format::kChunkMagic, format::kStreamVersion, thread_, sequence_++, bytes, 0, {}};
    cursor_ = memory + sizeof(format::ChunkHeader);
    end_ = memory + bytes;
    format::Thinning raised;
    if (g_budget.settle(written_, now_ns(), raised)) write_thinning(raised);
    return true;
}

/// The first record of a chunk, which has room for it.
void Stream::write_thinning(const format::Thinning& raised) {
    const format::RecordHeader header{static_cast<std::uint16_t>(format::RecordType::Thinning), 0,
                                      sizeof(header) + sizeof(raised), now_ns()};
    std::memcpy(cursor_, &header, sizeof(header));
    std::memcpy(cursor_ + sizeof(header), &raised, sizeof(raised));
    pending_ = header.size;
    const RecordKind kind = pending_kind_;  // of the record behind it
    pending_kind_ = RecordKind::Essential;
    commit();
    pending_kind_ = kind;
}

void Stream::close() {
    if (chunk_ != nullptr) munmap(chunk_, chunk_->size);
    chunk_ = nullptr;
    cursor_ = end_ = nullptr;
}

}  // namespace ftscale::probe
