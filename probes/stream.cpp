// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
#include "stream.h"

#include <time.h>

#include "high_descriptor.h"
#include "raw_syscall.h"

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

char* append(char* at, unsigned number) {
    char digits[16];
    char* digit = digits + sizeof(digits) - 1;
    *digit = 0;
    do {
        *--digit = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return append(at, digit);
}

/// Where the file system has no fallocate: a byte written to each of its blocks gives each its space.
int write_zeros(int descriptor, const ChunkPlace& place) {
    constexpr std::size_t kLeastBlock = 512;
    const char zero = 0;
    for (std::size_t at = 0; at < place.bytes; at += kLeastBlock) {
        const long written = raw_pwrite(descriptor, &zero, 1, place.offset + at);
        if (written < 0) return static_cast<int>(-written);
    }
    return 0;
}

/// Not to be had later, either: the file system does not map files, or not for writing.
bool is_for_good(int error) { return error == ENODEV || error == EOPNOTSUPP || error == EINVAL; }

}  // namespace

/// A descriptor of the file: the one that is kept, else one opened for the occasion.
class StreamFile::Access {
  public:
    explicit Access(StreamFile& file) : descriptor_(file.kept_descriptor()) {
        if (descriptor_ < 0) open_by_path(file);
    }
    ~Access() {
        if (is_own_) raw_close(descriptor_);
    }
    Access(const Access&) = delete;
    Access& operator=(const Access&) = delete;

    int descriptor() const { return descriptor_; }  // or a negative error

  private:
    void open_by_path(StreamFile& file) {
        descriptor_ = raw_open(file.path_, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (descriptor_ < 0) return;
        is_own_ = file.is_this_file(descriptor_);
        if (is_own_) {
            file.keep(descriptor_);
        } else {
            raw_close(descriptor_);
            descriptor_ = -ESTALE;  // the path is another file's by now
        }
    }

    int descriptor_;
    bool is_own_ = false;
};

bool StreamFile::create(const char* directory, unsigned pid, std::size_t page_bytes) {
    if (page_bytes > least_chunk_bytes_) least_chunk_bytes_ = page_bytes;
    directory_bytes_ = std::strlen(directory);
    if (directory_bytes_ + 64 > sizeof(path_)) return false;
    append(path_, directory);
    return open_new(pid) && make_owner();
}

bool StreamFile::recreate(unsigned pid) {
    leave();
    next_offset_ = chunkless_records_ = 0;
    chunkless_threads_ = chunkless_error_ = 0;
    losses_ = nullptr;  // the parent's; unmapped it might be somebody else's by now
    return open_new(pid) && make_owner();
}

void StreamFile::leave() {
    const int kept = kept_descriptor();
    if (kept >= 0) raw_close(kept);
    descriptor_ = -1;
}

/// Under a name that nobody has taken: an earlier process of the same number, or the same one before it executed
/// another program, or somebody who would like to see another file written to.
bool StreamFile::open_new(unsigned pid) {
    constexpr unsigned kMostOfOneNumber = 10'000;
    int descriptor = -EEXIST;
    for (unsigned number = 1; descriptor == -EEXIST && number <= kMostOfOneNumber; ++number) {
        char* at = append(append(append(path_ + directory_bytes_, "/"), format::kStreamFilePrefix), pid);
        if (number > 1) at = append(append(at, "-"), number);
        append(at, format::kStreamFileSuffix);
        descriptor = raw_open(path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }
    struct stat status {};
    if (descriptor < 0 || raw_fstat(descriptor, status) != 0) return false;
    device_ = status.st_dev;
    inode_ = status.st_ino;
    keep(descriptor);
    raw_close(descriptor);
    return true;
}

/// A page that the kernel clears in children, also in those that fork handlers know nothing of.
bool StreamFile::make_owner() {
    if (owner_ == &kNobody) {
        const long page = raw_mmap(least_chunk_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (is_error(page)) return false;
        raw_syscall(SYS_madvise, page, static_cast<long>(least_chunk_bytes_), MADV_WIPEONFORK);
        owner_ = reinterpret_cast<const std::uint32_t*>(page);
    }
    *const_cast<std::uint32_t*>(owner_) = 1;
    return true;
}

/// Without room up there the path has to do.
void StreamFile::keep(int descriptor) {
    int before = __atomic_load_n(&descriptor_, __ATOMIC_RELAXED);
    if (is_this_file(before)) return;  // another thread was faster
    const int copy = copy_up(descriptor);
    if (copy >= 0 &&
        !__atomic_compare_exchange_n(&descriptor_, &before, copy, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        raw_close(copy);
}

bool StreamFile::is_this_file(int descriptor) const {
    struct stat status {};
    return descriptor >= 0 && raw_fstat(descriptor, status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

int StreamFile::kept_descriptor() const {
    const int kept = __atomic_load_n(&descriptor_, __ATOMIC_RELAXED);
    return is_this_file(kept) ? kept : -EBADF;
}

/// Space is reserved at once, so that a full disk shows here and not as SIGBUS in the middle of a record. Beyond the
/// limit of file sizes the kernel would send SIGXFSZ, which ends the script.
int StreamFile::reserve(int descriptor, const ChunkPlace& place) const {
    rlimit limit{};
    if (raw_getrlimit(RLIMIT_FSIZE, limit) == 0 && place.offset + place.bytes > limit.rlim_cur) return EFBIG;
    constexpr int kMostInterruptions = 100;
    int result = -EINTR;
    for (int i = 0; result == -EINTR && i < kMostInterruptions; ++i)
        result = raw_fallocate(descriptor, 0, place.offset, place.bytes);
    return result == -EOPNOTSUPP || result == -ENOSYS ? write_zeros(descriptor, place) : -result;
}

void* StreamFile::map_chunk(ChunkPlace& place, std::size_t bytes, int& error) {
    const Access access(*this);
    error = access.descriptor() < 0 ? -access.descriptor() : 0;
    if (error != 0) return nullptr;
    if (place.bytes < bytes) {
        give_back(place);
        place = {__atomic_fetch_add(&next_offset_, bytes, __ATOMIC_RELAXED), bytes, false};
    }
    if (!place.is_reserved) error = reserve(access.descriptor(), place);
    if (error != 0) return nullptr;
    place.is_reserved = true;
    const long mapping = raw_mmap(place.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, access.descriptor(), place.offset);
    error = is_error(mapping) ? static_cast<int>(-mapping) : 0;
    if (error != 0) return nullptr;
    view_losses(access.descriptor(), place);
    return reinterpret_cast<void*>(mapping);
}

void StreamFile::give_back(ChunkPlace& place) {
    if (place.bytes == 0) return;
    const Access access(*this);
    if (access.descriptor() >= 0)
        raw_fallocate(access.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, place.offset, place.bytes);
    place = ChunkPlace{};
}

/// The first chunk's header once more, as the thread it belongs to unmaps it when it is full.
void StreamFile::view_losses(int descriptor, const ChunkPlace& place) {
    if (__atomic_load_n(&losses_, __ATOMIC_RELAXED) != nullptr) return;
    const long view = raw_mmap(least_chunk_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, place.offset);
    if (is_error(view)) return;
    format::ChunkHeader* none = nullptr;
    if (!__atomic_compare_exchange_n(&losses_, &none, reinterpret_cast<format::ChunkHeader*>(view), false,
                                     __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        raw_munmap(reinterpret_cast<void*>(view), least_chunk_bytes_);
    show_losses();
}

void StreamFile::count_chunkless(int threads, unsigned records, int error) {
    __atomic_fetch_add(&chunkless_threads_, static_cast<std::uint32_t>(threads), __ATOMIC_RELAXED);
    __atomic_fetch_add(&chunkless_records_, records, __ATOMIC_RELAXED);
    if (error != 0) __atomic_store_n(&chunkless_error_, static_cast<std::uint32_t>(error), __ATOMIC_RELAXED);
    show_losses();
}

void StreamFile::show_losses() {
    format::ChunkHeader* header = __atomic_load_n(&losses_, __ATOMIC_ACQUIRE);
    if (header == nullptr) return;
    const auto copy = [](auto& to, const auto& from) {
        __atomic_store_n(&to, __atomic_load_n(&from, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
    };
    copy(header->chunkless_records, chunkless_records_);
    copy(header->chunkless_threads, chunkless_threads_);
    copy(header->chunkless_error, chunkless_error_);
}

void Stream::open(std::uint32_t thread, const format::ThreadBegin& begin, const char* name, std::uint64_t time_ns) {
    open(thread);
    format::ThreadBegin body = begin;
    if (body.name_bytes > kMostNameBytes) body.name_bytes = kMostNameBytes;
    first_bytes_ = static_cast<std::uint32_t>((sizeof(format::RecordHeader) + sizeof(body) + body.name_bytes + 7) &
                                              ~std::size_t{7});
    const format::RecordHeader header{static_cast<std::uint16_t>(format::RecordType::ThreadBegin), 0, first_bytes_,
                                      time_ns};
    std::memcpy(first_, &header, sizeof(header));
    std::memcpy(first_ + sizeof(header), &body, sizeof(body));
    std::memcpy(first_ + sizeof(header) + sizeof(body), name, body.name_bytes);
    grow(0, RecordKind::Essential);
}

std::byte* Stream::begin(format::RecordType type, std::uint64_t time_ns, std::size_t body_bytes, Room room,
                         std::uint16_t flags) {
    if (!g_stream_file.is_of_this_process()) return nullptr;
    const std::size_t bytes = (sizeof(format::RecordHeader) + body_bytes + 7) & ~std::size_t{7};
    pending_kind_ = kind_of(type);
    if (!fits(end_, bytes) && !grow(bytes, pending_kind_) && !(room == Room::Final && fits(chunk_end(), bytes))) {
        lose();
        return nullptr;
    }
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

bool Stream::refuses() {
    if (backoff_ns_ == 0 || now_ns() >= retry_ns_) return false;
    lose();
    return true;
}

bool Stream::grow(std::size_t record_bytes, RecordKind kind) {
    if (backoff_ns_ != 0 && now_ns() < retry_ns_) return false;
    // Threads that live for a moment cost 16 KiB; busy ones soon map a megabyte at a time.
    constexpr std::uint32_t kDoublings = 6;
    constexpr std::size_t kThinningBytes = sizeof(format::RecordHeader) + sizeof(format::Thinning);
    const std::size_t least = g_stream_file.least_chunk_bytes();
    std::size_t bytes = g_budget.chunk_bytes(least << (sequence_ < kDoublings ? sequence_ : kDoublings), least);
    const std::size_t needed =
        sizeof(format::ChunkHeader) + first_bytes_ + kThinningBytes + record_bytes + format::kFinalBytes;
    while (bytes < needed) bytes *= 2;
    if (!take_allowance(bytes, kind)) return false;
    int error = 0;
    auto* memory = static_cast<std::byte*>(g_stream_file.map_chunk(place_, bytes, error));
    if (memory == nullptr) {
        fail(error);
        return false;
    }
    allowance_ = 0;
    begin_chunk(memory, place_.bytes);
    format::Thinning raised;
    if (g_budget.settle(written_, now_ns(), raised)) write_thinning(raised);
    return true;
}

/// What was taken for a chunk that could not be mapped is for the next try. What the run may no longer record is like a
/// disk that is full, but for records that it keeps a reserve for.
bool Stream::take_allowance(std::size_t bytes, RecordKind kind) {
    if (allowance_ >= bytes) return true;
    if (!g_budget.take(bytes - allowance_, kind)) {
        error_ = static_cast<int>(format::kSizeLimitReached);
        end_ = cursor_;
        return false;
    }
    allowance_ = bytes;
    return true;
}

void Stream::begin_chunk(std::byte* memory, std::size_t bytes) {
    // A handler may come, and fork: what `chunk_` says is there at any time.
    format::ChunkHeader* const before = chunk_;
    const std::size_t before_bytes = chunk_bytes_;
    if (is_chunkless_) g_stream_file.count_chunkless(-1, 0, 0);
    is_chunkless_ = false;
    place_ = ChunkPlace{};
    backoff_ns_ = 0;
    chunk_bytes_ = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    chunk_ = reinterpret_cast<format::ChunkHeader*>(memory);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    chunk_bytes_ = bytes;
    if (before != nullptr) raw_munmap(before, before_bytes);
    // All else is zero, as nobody has written there, but for what threads without a chunk have lost until now.
    chunk_->magic = format::kChunkMagic;
    chunk_->version = format::kStreamVersion;
    chunk_->thread = thread_;
    chunk_->sequence = sequence_++;
    chunk_->size = bytes;
    chunk_->no_room = no_room_;
    chunk_->no_room_error = no_room_ != 0 ? static_cast<std::uint32_t>(error_) : 0;
    cursor_ = memory + sizeof(format::ChunkHeader);
    end_ = memory + bytes - format::kFinalBytes;
    if (first_bytes_ == 0) return;
    std::memcpy(cursor_, first_, first_bytes_);
    pending_ = first_bytes_;
    first_bytes_ = 0;
    commit();
}

/// The first record of a chunk, but for the thread's own, which has room for it.
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

/// A full disk stays full for a while: a try for each record would cost more than the records.
void Stream::fail(int error) {
    constexpr std::uint64_t kFirstBackoffNs = 10'000'000, kLongestBackoffNs = 1'000'000'000;
    error_ = error;
    backoff_ns_ = backoff_ns_ == 0 ? kFirstBackoffNs : 2 * backoff_ns_;
    if (backoff_ns_ > kLongestBackoffNs) backoff_ns_ = kLongestBackoffNs;
    retry_ns_ = is_for_good(error) ? ~std::uint64_t{0} : now_ns() + backoff_ns_;
    end_ = cursor_;
    if (chunk_ != nullptr || is_chunkless_) return;
    is_chunkless_ = true;
    g_stream_file.count_chunkless(1, 0, error);
}

/// What a child does that runs on in its parent's memory is not the parent's loss.
void Stream::lose() {
    if (!g_stream_file.is_of_this_process()) return;
    if (chunk_ == nullptr) return g_stream_file.count_chunkless(0, 1, error_);
    ++no_room_;
    __atomic_store_n(&chunk_->no_room, no_room_, __ATOMIC_RELAXED);
    __atomic_store_n(&chunk_->no_room_error, static_cast<std::uint32_t>(error_), __ATOMIC_RELAXED);
}

void Stream::leave() {
    if (chunk_ != nullptr) raw_munmap(chunk_, chunk_bytes_);
    chunk_ = nullptr;
    chunk_bytes_ = 0;
    cursor_ = end_ = nullptr;
}

void Stream::detach() {
    if (chunk_ == nullptr || chunk_bytes_ == 0) return;
    raw_syscall(SYS_mmap, as_argument(chunk_), static_cast<long>(chunk_bytes_), PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1);
}

void Stream::close() {
    leave();
    g_stream_file.give_back(place_);
    g_budget.give_back(allowance_);
    allowance_ = 0;
}

}  // namespace ftscale::probe
