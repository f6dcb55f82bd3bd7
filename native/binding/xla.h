// XLA's threads, and scratch memory, in the kernels' terms.
#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "bptt/runtime.h"
#include "bptt/shared_job.h"
#include "xla/ffi/api/ffi.h"

namespace bptt {

namespace ffi = xla::ffi;

// XLA's own pool: no second one fights it for the cores.
class PoolWorkers final : public Workers {
 public:
  explicit PoolWorkers(ffi::ThreadPool pool) : pool_(pool), count_(pool.num_threads() > 1 ? pool.num_threads() : 1) {}

  int64_t count() const override { return count_; }

  void run(int64_t tasks, Work work, void* context) override {
    SharedJob::run(count_, tasks, work, context, [this](auto helper) { pool_.Schedule(std::move(helper)); });
  }

 private:
  ffi::ThreadPool pool_;
  const int64_t count_;
};

// Scratch that stays warm between calls. XLA offers FFI handlers no scratch on processors (measured with jaxlib 0.10.2:
// the allocator's every call fails), and fresh memory costs a page fault each 4 KiB. A call takes an arena for itself and
// gives it back, so calls that run at the same time never share one.
class Arena final : public Memory {
 public:
  void* take(size_t bytes) override {
    bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    while (block_ < blocks_.size() && used_ + bytes > blocks_[block_].size) {
      ++block_;
      used_ = 0;
    }
    if (block_ == blocks_.size()) blocks_.emplace_back(bytes > kBlock ? bytes : kBlock);
    used_ += bytes;
    taken_ += bytes;
    return blocks_[block_].data.get() + used_ - bytes;
  }

  // Forgets what was taken. What did not fit one block goes into one the next time: blocks never pile up.
  void reset() {
    if (blocks_.size() > 1) {
      blocks_.clear();
      blocks_.emplace_back(taken_);
    }
    block_ = used_ = taken_ = 0;
  }

 private:
  static constexpr size_t kAlignment = 64, kBlock = size_t{1} << 20;
  struct Free {
    void operator()(char* data) const { operator delete(data, std::align_val_t(kAlignment)); }
  };
  struct Block {
    explicit Block(size_t bytes) : size(bytes), data(static_cast<char*>(operator new(bytes, std::align_val_t(kAlignment)))) {}
    size_t size;
    std::unique_ptr<char, Free> data;
  };
  std::vector<Block> blocks_;
  size_t block_ = 0, used_ = 0, taken_ = 0;
};

// XLA's result buffers are fresh memory at each run of a program: at 4 KiB a page fault, their first touch took a quarter
// of a training step. Linux gives 2 MiB at once where asked.
inline void prefer_huge_pages(void* data, size_t bytes) {
#if defined(__linux__)
  constexpr uintptr_t kHuge = uintptr_t{1} << 21;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(data) + kHuge - 1) / kHuge * kHuge;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(data) + bytes) / kHuge * kHuge;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#else
  static_cast<void>(data), static_cast<void>(bytes);
#endif
}

// One call's arena, out of those that wait.
class Scratch {
 public:
  Scratch() {
    std::lock_guard<std::mutex> lock(mutex());
    if (waiting().empty()) {
      arena_ = std::make_unique<Arena>();
    } else {
      arena_ = std::move(waiting().back());
      waiting().pop_back();
    }
  }
  ~Scratch() {
    arena_->reset();
    std::lock_guard<std::mutex> lock(mutex());
    waiting().push_back(std::move(arena_));
  }
  Memory& memory() { return *arena_; }

 private:
  // Never destroyed: XLA's threads may still run when the process ends.
  static std::mutex& mutex() {
    static auto* mutex = new std::mutex;
    return *mutex;
  }
  static std::vector<std::unique_ptr<Arena>>& waiting() {
    static auto* arenas = new std::vector<std::unique_ptr<Arena>>;
    return *arenas;
  }
  std::unique_ptr<Arena> arena_;
};

}  // namespace bptt
