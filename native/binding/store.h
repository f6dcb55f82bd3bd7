// What a forward pass leaves for its backward pass, in memory that stays warm from step to step.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "bptt/per_process.h"
#include "scratch.h"

namespace bptt {

// As results of XLA's these arrays would be fresh memory at each step: of an LSTM's 33 MB the page faults alone took a fifth
// of the step. Here XLA gets a ticket. One backward pass takes what the ticket stands for; where it is gone, taken before
// or dropped for the limit, the backward pass computes it again: so a ticket changes how long a result takes, never the
// result.
// The backward pass may write over it.
struct Held {
  uint64_t ticket;
  std::unique_ptr<Scratch<Held>> memory;
  void* sequence;  // (B, T, H), where nobody asked for the outputs
  void* kept;      // (B T, Kernels::kept_width), where there is any
  size_t bytes;
};

class Store {
 public:
  static Store& get() { return PerProcess<Store>::get(); }

  // Returns the ticket, never 0. Forward passes whose backward pass never comes are dropped from the oldest on.
  uint64_t put(Held held) {
    std::lock_guard<std::mutex> lock(mutex_);
    held.ticket = ++last_;
    bytes_ += held.bytes;
    held_.push_back(std::move(held));
    while (bytes_ > kMost && held_.size() > 1) remove(held_.begin());
    return last_;
  }

  // What the ticket stands for, if it is here and of that size.
  std::optional<Held> take(uint64_t ticket, size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto at = held_.begin(); at != held_.end(); ++at)
      if (at->ticket == ticket && at->bytes == bytes) return remove(at);
    ++missed_;
    return std::nullopt;
  }

  // How many backward passes found nothing.
  uint64_t missed() const { return missed_; }

 private:
  static constexpr size_t kMost = size_t{1} << 31;

  Held remove(std::deque<Held>::iterator at) {
    Held held = std::move(*at);
    held_.erase(at);
    bytes_ -= held.bytes;
    return held;
  }

  std::mutex mutex_;
  std::deque<Held> held_;
  size_t bytes_ = 0;
  // From the clock on: a child's tickets are not those that its parent gave out.
  uint64_t last_ = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  std::atomic<uint64_t> missed_{0};
};

}  // namespace bptt
