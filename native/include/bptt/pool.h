// Threads of our own, for callers that bring none.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "bptt/float_mode.h"
#include "bptt/shared_job.h"

namespace bptt {

// Threads that wait for helpers of a SharedJob; they start when a call first asks for as many.
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;

  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  // Throws std::system_error where the system gives no thread.
  void grow(int64_t count) {
    std::lock_guard<std::mutex> lock(mutex_);
    while (static_cast<int64_t>(threads_.size()) < count) threads_.emplace_back([this] { serve(); });
  }

  void schedule(std::function<void()> helper) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      queue_.push_back(std::move(helper));
    }
    changed_.notify_one();
  }

 private:
  void serve() {
    const FloatMode mode;
    for (std::unique_lock<std::mutex> lock(mutex_);;) {
      changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
      if (queue_.empty()) return;
      {
        const auto helper = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        helper();
      }
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  bool closed_ = false;
};

// The caller and at most `count - 1` threads of the pool.
class OwnWorkers final : public Workers {
 public:
  OwnWorkers(Pool& pool, int64_t count) : pool_(pool), count_(count) {}

  int64_t count() const override { return count_; }

  void run(int64_t tasks, Work work, void* context) override {
    pool_.grow(std::min(count_, tasks) - 1);
    SharedJob::run(count_, tasks, work, context, [this](auto helper) { pool_.schedule(std::move(helper)); });
  }

 private:
  Pool& pool_;
  const int64_t count_;
};

}  // namespace bptt
