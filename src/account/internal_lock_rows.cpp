// SPDX-FileCopyrightText: The ftscale authors
// SPDX-License-Identifier: MIT
//
// One row per interpreter and architecture (x86-64 where not said), as scripts/list-internal-locks prints it; releases
// in which everything lies in the same place share one. Rows are for releases that were looked at, never for those to
// come: 3.14.3 moved locks without changing any size.
#include "account/internal_locks.h"

namespace ftscale::account {
namespace {

// clang-format off
constexpr InternalLockRow kRows[] = {
    // 3.13.0
    {.first_version = 0x030d00f0, .last_version = 0x030d00f0, .runtime_size = 328256, .interpreter_size = 215616,
     .thread_state_size = 304, .interpreter = 112640, .thread_list = 624, .allocators = 696, .extensions = 2536,
     .main_pending_calls = 2648, .stop_all = 10328, .stop_all_mutex = 10336, .stop_all_event = 10340,
     .unicode_ids = 10448, .pending_calls = 40, .import = 7712, .gil_cond = 7800, .gil_mutex = 7848,
     .gil_switch_cond = 7888, .gil_switch_mutex = 7936, .codecs = 8000, .warnings = 10696, .stop_mutex = 10744,
     .stop_event = 10748, .qsbr = 10800, .merge_queue = 11136, .weak_references = 17304, .function_versions = 20088,
     .code_constants = 85632, .delayed_frees = 85764, .type = 196152},
    // 3.13.1 to 3.13.11
    {.first_version = 0x030d01f0, .last_version = 0x030d0bf0, .runtime_size = 328320, .interpreter_size = 215616,
     .thread_state_size = 304, .interpreter = 112704, .thread_list = 624, .allocators = 696, .extensions = 2536,
     .main_pending_calls = 2648, .stop_all = 10328, .stop_all_mutex = 10336, .stop_all_event = 10340,
     .unicode_ids = 10448, .pending_calls = 40, .import = 7712, .gil_cond = 7800, .gil_mutex = 7848,
     .gil_switch_cond = 7888, .gil_switch_mutex = 7936, .codecs = 8000, .warnings = 10696, .stop_mutex = 10744,
     .stop_event = 10748, .qsbr = 10800, .merge_queue = 11136, .weak_references = 17304, .function_versions = 20088,
     .code_constants = 85632, .delayed_frees = 85764, .type = 196152},
    // 3.13.5 on aarch64
    {.first_version = 0x030d05f0, .last_version = 0x030d05f0, .runtime_size = 328384, .interpreter_size = 215680,
     .thread_state_size = 304, .interpreter = 112704, .thread_list = 624, .allocators = 696, .extensions = 2536,
     .main_pending_calls = 2648, .stop_all = 10328, .stop_all_mutex = 10336, .stop_all_event = 10340,
     .unicode_ids = 10448, .pending_calls = 40, .import = 7712, .gil_cond = 7800, .gil_mutex = 7848,
     .gil_switch_cond = 7896, .gil_switch_mutex = 7944, .codecs = 8016, .warnings = 10712, .stop_mutex = 10760,
     .stop_event = 10764, .qsbr = 10816, .merge_queue = 11200, .weak_references = 17368, .function_versions = 20152,
     .code_constants = 85696, .delayed_frees = 85828, .type = 196216},
    // 3.13.12
    {.first_version = 0x030d0cf0, .last_version = 0x030d0cf0, .runtime_size = 328384, .interpreter_size = 215616,
     .thread_state_size = 304, .interpreter = 112768, .thread_list = 624, .allocators = 696, .extensions = 2536,
     .main_pending_calls = 2672, .stop_all = 10352, .stop_all_mutex = 10360, .stop_all_event = 10364,
     .unicode_ids = 10472, .pending_calls = 40, .import = 7712, .gil_cond = 7800, .gil_mutex = 7848,
     .gil_switch_cond = 7888, .gil_switch_mutex = 7936, .codecs = 8000, .warnings = 10696, .stop_mutex = 10744,
     .stop_event = 10748, .qsbr = 10800, .merge_queue = 11136, .weak_references = 17304, .function_versions = 20088,
     .code_constants = 85632, .delayed_frees = 85764, .type = 196152},
    // 3.13.13 to 3.13.15
    {.first_version = 0x030d0df0, .last_version = 0x030d0ff0, .runtime_size = 328384, .interpreter_size = 215616,
     .thread_state_size = 312, .interpreter = 112768, .thread_list = 624, .allocators = 696, .extensions = 2536,
     .main_pending_calls = 2672, .stop_all = 10352, .stop_all_mutex = 10360, .stop_all_event = 10364,
     .unicode_ids = 10472, .pending_calls = 40, .import = 7712, .gil_cond = 7800, .gil_mutex = 7848,
     .gil_switch_cond = 7888, .gil_switch_mutex = 7936, .codecs = 8000, .warnings = 10696, .stop_mutex = 10744,
     .stop_event = 10748, .qsbr = 10800, .merge_queue = 11136, .weak_references = 17304, .function_versions = 20088,
     .code_constants = 85632, .delayed_frees = 85764, .type = 196152},
    // 3.14.0 to 3.14.2
    {.first_version = 0x030e00f0, .last_version = 0x030e02f0, .runtime_size = 362304, .interpreter_size = 246656,
     .thread_state_size = 824, .interpreter = 115648, .thread_list = 800, .allocators = 872, .extensions = 2720,
     .main_pending_calls = 2832, .tracemalloc = 10408, .stop_all = 10520, .stop_all_mutex = 10528,
     .stop_all_event = 10532, .unicode_ids = 10640, .pending_calls = 40, .collection_threshold = 7688,
     .import = 7760, .gil_cond = 7848, .gil_mutex = 7896, .gil_switch_cond = 7936, .gil_switch_mutex = 7984,
     .codecs = 8056, .warnings = 10784, .stop_mutex = 10848, .stop_event = 10852, .qsbr = 10904,
     .merge_queue = 11264, .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592,
     .asyncio_tasks = 17648, .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044,
     .type = 196456, .interned_strings = 230744},
    // 3.14.3
    {.first_version = 0x030e03f0, .last_version = 0x030e03f0, .runtime_size = 362304, .interpreter_size = 246656,
     .thread_state_size = 824, .interpreter = 115648, .thread_list = 800, .allocators = 872, .extensions = 2720,
     .main_pending_calls = 2856, .tracemalloc = 10432, .stop_all = 10544, .stop_all_mutex = 10552,
     .stop_all_event = 10556, .unicode_ids = 10664, .pending_calls = 40, .collection_threshold = 7688,
     .import = 7760, .gil_cond = 7848, .gil_mutex = 7896, .gil_switch_cond = 7936, .gil_switch_mutex = 7984,
     .codecs = 8056, .warnings = 10784, .stop_mutex = 10848, .stop_event = 10852, .qsbr = 10904,
     .merge_queue = 11264, .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592,
     .asyncio_tasks = 17648, .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044,
     .type = 196456, .interned_strings = 230744},
    // 3.14.4 to 3.14.7
    {.first_version = 0x030e04f0, .last_version = 0x030e07f0, .runtime_size = 362368, .interpreter_size = 246720,
     .thread_state_size = 832, .interpreter = 115648, .thread_list = 800, .allocators = 872, .extensions = 2720,
     .main_pending_calls = 2856, .tracemalloc = 10432, .stop_all = 10544, .stop_all_mutex = 10552,
     .stop_all_event = 10556, .unicode_ids = 10664, .pending_calls = 40, .collection_threshold = 7688,
     .import = 7760, .gil_cond = 7848, .gil_mutex = 7896, .gil_switch_cond = 7936, .gil_switch_mutex = 7984,
     .codecs = 8056, .warnings = 10784, .stop_mutex = 10848, .stop_event = 10852, .qsbr = 10912,
     .merge_queue = 11264, .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592,
     .asyncio_tasks = 17648, .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044,
     .type = 196456, .interned_strings = 230744},
    // 3.15.0b1
    {.first_version = 0x030f00b1, .last_version = 0x030f00b1, .runtime_size = 405504, .interpreter_size = 247040,
     .thread_state_size = 880, .interpreter = 158464, .thread_list = 920, .allocators = 992, .extensions = 2832,
     .main_pending_calls = 2976, .tracemalloc = 10560, .stop_all = 10656, .stop_all_mutex = 10664,
     .stop_all_event = 10668, .unicode_ids = 10768, .pending_calls = 40, .lazy_imports = 7680, .import = 7688,
     .gil_cond = 7776, .gil_mutex = 7824, .gil_switch_cond = 7864, .gil_switch_mutex = 7912, .codecs = 7984,
     .warnings = 10736, .stop_mutex = 10800, .stop_event = 10804, .qsbr = 10864, .merge_queue = 11200,
     .unique_ids = 17368, .weak_references = 17400, .thread_local_bytecode = 17528, .asyncio_tasks = 17584,
     .function_versions = 20312, .code_constants = 85856, .delayed_frees = 85980, .type = 196552,
     .interned_strings = 230944, .descriptors = 231024},
    // 3.15.0b2 to 3.15.0b3
    {.first_version = 0x030f00b2, .last_version = 0x030f00b3, .runtime_size = 405632, .interpreter_size = 247104,
     .thread_state_size = 880, .interpreter = 158528, .thread_list = 920, .allocators = 992, .extensions = 2832,
     .main_pending_calls = 2976, .tracemalloc = 10560, .stop_all = 10656, .stop_all_mutex = 10664,
     .stop_all_event = 10668, .unicode_ids = 10768, .pending_calls = 40, .lazy_imports = 7688, .import = 7696,
     .gil_cond = 7784, .gil_mutex = 7832, .gil_switch_cond = 7872, .gil_switch_mutex = 7920, .codecs = 7992,
     .warnings = 10744, .stop_mutex = 10808, .stop_event = 10812, .qsbr = 10872, .merge_queue = 11264,
     .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592, .asyncio_tasks = 17648,
     .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044, .type = 196616,
     .interned_strings = 231008, .descriptors = 231088},
    // 3.15.0b4
    {.first_version = 0x030f00b4, .last_version = 0x030f00b4, .runtime_size = 405632, .interpreter_size = 247104,
     .thread_state_size = 888, .interpreter = 158528, .thread_list = 928, .allocators = 1000, .extensions = 2840,
     .main_pending_calls = 2984, .tracemalloc = 10568, .stop_all = 10664, .stop_all_mutex = 10672,
     .stop_all_event = 10676, .unicode_ids = 10776, .pending_calls = 40, .lazy_imports = 7688, .import = 7696,
     .gil_cond = 7784, .gil_mutex = 7832, .gil_switch_cond = 7872, .gil_switch_mutex = 7920, .codecs = 7992,
     .warnings = 10744, .stop_mutex = 10808, .stop_event = 10812, .qsbr = 10872, .merge_queue = 11264,
     .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592, .asyncio_tasks = 17648,
     .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044, .type = 196616,
     .interned_strings = 231008, .descriptors = 231088},
    // 3.15.0rc1
    {.first_version = 0x030f00c1, .last_version = 0x030f00c1, .runtime_size = 405760, .interpreter_size = 247104,
     .thread_state_size = 888, .interpreter = 158656, .thread_list = 928, .allocators = 1000, .extensions = 2840,
     .main_pending_calls = 2984, .tracemalloc = 10568, .stop_all = 10664, .stop_all_mutex = 10672,
     .stop_all_event = 10676, .unicode_ids = 10776, .pending_calls = 40, .lazy_imports = 7688, .import = 7696,
     .gil_cond = 7784, .gil_mutex = 7832, .gil_switch_cond = 7872, .gil_switch_mutex = 7920, .codecs = 7992,
     .warnings = 10744, .stop_mutex = 10808, .stop_event = 10812, .qsbr = 10872, .merge_queue = 11264,
     .unique_ids = 17432, .weak_references = 17464, .thread_local_bytecode = 17592, .asyncio_tasks = 17648,
     .function_versions = 20376, .code_constants = 85920, .delayed_frees = 86044, .type = 196616,
     .interned_strings = 231008, .descriptors = 231088},
};
// clang-format on

}  // namespace

std::span<const InternalLockRow> internal_lock_rows() { return kRows; }

}  // namespace ftscale::account
