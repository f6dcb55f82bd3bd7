// Scratch memory that stays warm between calls.
#pragma once

#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "bptt/per_process.h"
#include "pages.h"
#include "bptt/runtime.h"

namespace bptt {

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
    explicit Block(size_t bytes) : size(bytes), data(static_cast<char*>(operator new(bytes, std::align_val_t(kAlignment)))) {
      prefer_huge_pages(data.get(), size);
    }
    size_t size;
    std::unique_ptr<char, Free> data;
  };
  std::vector<Block> blocks_;
  size_t block_ = 0, used_ = 0, taken_ = 0;
};

// One call's arena, out of those of its purpose that wait.
template <class Purpose>
class Scratch {
 public:
  Scratch() {
    std::lock_guard<std::mutex> lock(arenas().mutex);
    auto& waiting = arenas().waiting;
    if (waiting.empty()) {
      arena_ = std::make_unique<Arena>();
    } else {
      arena_ = std::move(waiting.back());
      waiting.pop_back();
    }
  }
  ~Scratch() {
    arena_->reset();
    std::lock_guard<std::mutex> lock(arenas().mutex);
    arenas().waiting.push_back(std::move(arena_));
  }
  Memory& memory() { return *arena_; }

 private:
  struct Arenas {
    std::mutex mutex;
    std::vector<std::unique_ptr<Arena>> waiting;
  };
  static Arenas& arenas() { return PerProcess<Arenas>::get(); }
  std::unique_ptr<Arena> arena_;
};

}  // namespace bptt
